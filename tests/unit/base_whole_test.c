/* Tests files that appear completely or not at all. */
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "record_sample.h"

/* Replaces the C library's fsync(), to count the calls. */
static int synced_files, synced_folders;

int fsync(int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0)
        *(S_ISDIR(status.st_mode) ? &synced_folders : &synced_files) += 1;
    return (int)syscall(SYS_fsync, fd);
}

static char folder[SAMPLE_PATH];

static const char *in_folder(const char *name)
{
    /* Two results stay valid at the same time. */
    static char paths[2][SAMPLE_PATH + 64];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof *paths, "%s/%s", folder, name);
    return path;
}

static void assert_holds(const char *name, const char *text)
{
    char *got = sample_read(in_folder(name));
    if (!text) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, text);
    free(got);
}

static void test_kept(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_whole_open(in_folder("new"), &whole, &error), 0);
    assert_true(fputs("text", whole.file) >= 0);
    assert_holds("new", NULL);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_holds("new", "text");
    assert_holds("new.part", NULL);
}

static void test_dropped(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    sample_write(in_folder("old"), "old", 3);
    assert_int_equal(mlm_whole_open(in_folder("old"), &whole, &error), 0);
    assert_true(fputs("half", whole.file) >= 0);
    mlm_whole_drop(&whole);
    assert_holds("old", "old");
    assert_holds("old.part", NULL);
    mlm_whole_drop(&whole);
}

/* A link stays a link; its target is replaced. */
static void test_link(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    struct stat status;
    sample_write(in_folder("target"), "old", 3);
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(mlm_whole_open(in_folder("link"), &whole, &error), 0);
    assert_true(fputs("new", whole.file) >= 0);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_holds("target", "new");
    assert_int_equal(lstat(in_folder("link"), &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void keep(const char *name, const char *text)
{
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    if (mlm_whole_open(in_folder(name), &whole, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(fputs(text, whole.file) >= 0);
    if (mlm_whole_keep(&whole, &error) < 0)
        fail_msg("%s", error.text);
    mlm_whole_drop(&whole);
    assert_holds(name, text);
}

static struct stat status_of(const char *name)
{
    struct stat status;
    assert_int_equal(lstat(in_folder(name), &status), 0);
    return status;
}

/* After a power cut the file is there completely, or the old one is. */
static void test_synced(void **state)
{
    (void)state;
    synced_files = synced_folders = 0;
    keep("new", "text");
    assert_int_equal(synced_files, 1);
    assert_int_equal(synced_folders, 1);
    keep("new", "again");
    assert_int_equal(synced_files, 2);
    assert_int_equal(synced_folders, 2);
}

static void test_mode_and_owner_stay(void **state)
{
    (void)state;
    mode_t umask_before = umask(027);
    (void)unlink(in_folder("new"));
    keep("new", "text");
    assert_int_equal(status_of("new").st_mode, S_IFREG | 0640);
    assert_int_equal(chmod(in_folder("new"), 0604), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(in_folder("new"), 1234, 4321), 0);
    struct stat before = status_of("new");
    keep("new", "again");
    struct stat after = status_of("new");
    assert_int_equal(after.st_mode, S_IFREG | 0604);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_int_not_equal(after.st_ino, before.st_ino);
    (void)umask(umask_before);
}

/* A file with several names keeps them all, and a shorter new content leaves nothing of the old one. */
static void test_other_names_stay(void **state)
{
    (void)state;
    sample_write(in_folder("old"), "what was there", strlen("what was there"));
    assert_int_equal(link(in_folder("old"), in_folder("name")), 0);
    keep("old", "new");
    assert_holds("name", "new");
    assert_int_equal(status_of("old").st_nlink, 2);
    assert_int_equal(unlink(in_folder("name")), 0);
}

static void test_attributes_stay(void **state)
{
    (void)state;
    char value[8] = "";
    sample_write(in_folder("old"), "old", 3);
    if (setxattr(in_folder("old"), "user.mlmembench", "kept", 4, 0) < 0)
        skip(); /* not supported by this file system */
    keep("old", "new");
    assert_int_equal(getxattr(in_folder("old"), "user.mlmembench", value, sizeof value), 4);
}

/* Two writers at once do not mix, and a file of the user's with such a name is left alone. */
static void test_two_at_once(void **state)
{
    (void)state;
    struct mlm_whole one = {0}, two = {0};
    struct mlm_error error = {0};
    sample_write(in_folder("new.part"), "mine", 4);
    assert_int_equal(mlm_whole_open(in_folder("new"), &one, &error), 0);
    assert_int_equal(mlm_whole_open(in_folder("new"), &two, &error), 0);
    assert_true(fputs("one, which is longer", one.file) >= 0 && fflush(one.file) == 0);
    assert_true(fputs("two", two.file) >= 0 && fflush(two.file) == 0);
    assert_int_equal(mlm_whole_keep(&one, &error), 0);
    assert_holds("new", "one, which is longer");
    assert_int_equal(mlm_whole_keep(&two, &error), 0);
    assert_holds("new", "two");
    mlm_whole_drop(&one);
    mlm_whole_drop(&two);
    assert_holds("new.part", "mine");
    assert_int_equal(unlink(in_folder("new.part")), 0);
}

/* A writer that is killed in the middle leaves nothing. */
static void test_killed(void **state)
{
    (void)state;
    (void)unlink(in_folder("new"));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct mlm_whole whole = {0};
        if (mlm_whole_open(in_folder("new"), &whole, NULL) == 0 && fputs("half", whole.file) >= 0)
            (void)fflush(whole.file);
        (void)raise(SIGKILL);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_holds("new", NULL);
}

/* These run with root's rights in a folder of this user: a link there counts as the user's, whoever owns
 * it. */
#define USER 12345

static void folder_to(uid_t uid)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(folder, uid, uid), 0);
}

static void test_link_of_another(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    struct mlm_whole whole = {0};
    folder_to(USER);
    sample_write(in_folder("target"), "precious", 8);
    static const char *const names[] = {"link", "dangling"};
    (void)unlink(in_folder("link"));
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(symlink("nothing", in_folder("dangling")), 0);
    for (size_t i = 0; i < 2; i++) {
        keep(names[i], "ours");
        assert_true(S_ISREG(status_of(names[i]).st_mode));
        assert_int_equal(unlink(in_folder(names[i])), 0);
    }
    assert_holds("target", "precious");
    assert_holds("nothing", NULL);
    /* The same for a link to a folder. */
    assert_int_equal(symlink(".", in_folder("link")), 0);
    assert_int_equal(mlm_whole_open(in_folder("link/new"), &whole, &error), -ELOOP);
    assert_non_null(strstr(error.text, "link is a link that somebody else can have made"));
    assert_holds("new", NULL);
    assert_int_equal(mlm_make_directories(in_folder("link/made"), &error), -ELOOP);
    /* A file with a second name is not written through that name. */
    (void)unlink(in_folder("old"));
    assert_int_equal(link(in_folder("target"), in_folder("old")), 0);
    keep("old", "ours");
    assert_holds("target", "precious");
    folder_to(0);
}

/* Opening an existing file: another user's link is refused, and so is a file that another user may have
 * linked. */
static void test_open_of_another(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    folder_to(USER);
    sample_write(in_folder("target"), "precious", 8);
    (void)unlink(in_folder("link"));
    (void)unlink(in_folder("old"));
    assert_int_equal(symlink("target", in_folder("link")), 0);
    assert_int_equal(link(in_folder("target"), in_folder("old")), 0);
    assert_int_equal(mlm_entry_open_path(in_folder("link"), O_WRONLY | O_TRUNC, &error), -ELOOP);
    assert_non_null(strstr(error.text, "/link: it is a link that somebody else can have made"));
    assert_int_equal(mlm_entry_open_path(in_folder("old"), O_WRONLY | O_TRUNC, &error), -EMLINK);
    assert_holds("target", "precious");
    assert_int_equal(unlink(in_folder("old")), 0);
    int fd = mlm_entry_open_path(in_folder("target"), O_WRONLY | O_TRUNC, &error);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_holds("target", "");
    folder_to(0);
}

/* In a folder like /tmp, one's own links are followed and other users' links are not. */
static void test_shared_folder(void **state)
{
    (void)state;
    folder_to(0);
    assert_int_equal(chmod(folder, 01777), 0);
    sample_write(in_folder("target"), "old", 3);
    (void)unlink(in_folder("link"));
    assert_int_equal(symlink("target", in_folder("link")), 0);
    keep("link", "followed");
    assert_holds("target", "followed");
    assert_int_equal(lchown(in_folder("link"), USER, USER), 0);
    keep("link", "ours");
    assert_holds("target", "followed");
    assert_true(S_ISREG(status_of("link").st_mode));
    assert_int_equal(chmod(folder, 0700), 0);
}

/* Under sudo, new files are given to the user who called it, but only in that user's folder. */
static void test_sudo(void **state)
{
    (void)state;
    struct mlm_error error = {0};
    folder_to(USER);
    assert_int_equal(setenv("SUDO_UID", "12345", 1), 0);
    assert_int_equal(setenv("SUDO_GID", "54321", 1), 0);
    (void)unlink(in_folder("new"));
    (void)unlink(in_folder("old"));
    keep("new", "text");
    int fd = mlm_entry_open_path(in_folder("old"), O_WRONLY, &error);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(mlm_make_directories(in_folder("made/below"), &error), 0);
    static const char *const theirs[] = {"new", "old", "made", "made/below"};
    for (size_t i = 0; i < 4; i++) {
        struct stat status = status_of(theirs[i]);
        assert_int_equal(status.st_uid, USER);
        assert_int_equal(status.st_gid, 54321);
    }
    folder_to(0);
    assert_int_equal(unlink(in_folder("new")), 0);
    keep("new", "text");
    assert_int_equal(status_of("new").st_uid, 0);
    assert_int_equal(rmdir(in_folder("made/below")), 0);
    assert_int_equal(rmdir(in_folder("made")), 0);
    (void)unsetenv("SUDO_UID");
    (void)unsetenv("SUDO_GID");
}

/* A device is written directly, and stays a device. */
static void test_device(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    struct stat status;
    assert_int_equal(mlm_whole_open("/dev/null", &whole, &error), 0);
    assert_true(whole.as_it_is);
    assert_int_equal(mlm_whole_keep(&whole, &error), 0);
    mlm_whole_drop(&whole);
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));

    assert_int_equal(mlm_whole_open("/dev/full", &whole, &error), 0);
    assert_true(fputs("text", whole.file) >= 0);
    assert_int_equal(mlm_whole_keep(&whole, &error), -ENOSPC);
    assert_non_null(strstr(error.text, "/dev/full"));
    mlm_whole_drop(&whole);
}

static void test_refused(void **state)
{
    (void)state;
    struct mlm_whole whole = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_whole_open(folder, &whole, &error), -EISDIR);
    assert_non_null(strstr(error.text, folder));
    assert_int_equal(mlm_whole_open(in_folder("missing/new"), &whole, &error), -ENOENT);
    assert_null(whole.file);
    mlm_whole_drop(&whole);
}

static int set_up(void **state)
{
    (void)state;
    sample_folder(folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"new", "old", "link", "target"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(in_folder(names[i]));
    return rmdir(folder); /* nothing else was left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_link),
        cmocka_unit_test(test_synced),
        cmocka_unit_test(test_mode_and_owner_stay),
        cmocka_unit_test(test_other_names_stay),
        cmocka_unit_test(test_attributes_stay),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_link_of_another),
        cmocka_unit_test(test_open_of_another),
        cmocka_unit_test(test_shared_folder),
        cmocka_unit_test(test_sudo),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
