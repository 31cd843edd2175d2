/* Tests datasets in the cache: built completely, whoever else builds them, and checked before they are used
 * again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "suites.h"
#include "trial/dataset.h"

static char folder[] = "/tmp/mlm-cache-XXXXXX";
static struct mlm_catalogue catalogue;
static struct mlm_plan *plan;

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void file_write(const char *name, const char *text, mode_t mode)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

/* Makes a plan of two rows that read one file of about 8 KiB. */
static int plan_make(void **state)
{
    (void)state;
    static const struct mlm_suite *suites[1];
    static const char *const names[] = {"loading"};
    static const uint64_t caps[] = {UINT64_C(64) << 20};
    struct mlm_error error = {0};
    char modules[4096];
    snprintf(
        modules, sizeof modules, "%.*s/suites", (int)(strrchr(MLM_WORKER, '/') - MLM_WORKER), MLM_WORKER);
    snprintf(catalogue.worker, sizeof catalogue.worker, "%s", MLM_WORKER);
    if (!mkdtemp(folder) || mlm_suite_open(modules, "loading", &suites[0], &error) < 0)
        return -1;
    catalogue.suites = suites;
    catalogue.suite_count = 1;
    const struct mlm_plan_options options = {.caps = caps,
        .cap_count = 1,
        .suites = names,
        .suite_count = 1,
        .filter = "full|generator",
        .data_bytes = 8192,
        .limits.swap_limit_bytes = MLM_NO_LIMIT,
        .repetitions = 1,
        .limits.timeout_ns = UINT64_C(60000000000),
        .seed = 1,
        .threads = 1};
    return mlm_plan_make(&catalogue, &options, &plan, &error);
}

static int plan_free(void **state)
{
    (void)state;
    static const char *const files[] = {"worker", "started", "go", "garbage"};
    mlm_plan_free(plan);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        (void)unlink(in_folder(files[i]));
    return rmdir(folder);
}

/* Path of the file that both rows read. */
static const char *dataset(void)
{
    static char path[4096];
    struct mlm_error error = {0};
    for (size_t i = 0; i < plan->row_count; i++)
        if (plan->rows[i].wanted)
            assert_int_equal(
                mlm_dataset_path(in_folder("cache"), &plan->rows[i], &plan->options, path, &error), 0);
    return path;
}

static size_t files_in_cache(void)
{
    size_t count = 0;
    DIR *dir = opendir(in_folder("cache"));
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        count += entry->d_name[0] != '.' && strcmp(entry->d_name, "in-use.lock") != 0;
    if (dir)
        (void)closedir(dir);
    return count;
}

struct said {
    size_t lines;
    char last[1024];
};

static void hear(void *context, const char *text)
{
    struct said *said = context;
    said->lines++;
    snprintf(said->last, sizeof said->last, "%s", text);
}

static struct said build(void)
{
    struct said said = {0};
    struct mlm_error error = {0};
    int held_fd = -1;
    const struct mlm_dataset_order order = {.catalogue = &catalogue,
        .plan = plan,
        .folder = in_folder("cache"),
        .held_fd = &held_fd,
        .await.interrupt_fd = -1,
        .tell = hear,
        .context = &said};
    if (mlm_dataset_build(&order, &error) != 0)
        fail_msg("%s", error.text);
    (void)close(held_fd);
    return said;
}

static size_t contents(const char *path, char bytes[static 32768])
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, bytes, 32768);
    (void)close(fd);
    assert_in_range(n, 1, 32767);
    return (size_t)n;
}

enum damage { NONE, CUT, EMPTY, ZEROS, ONE_BIT, LONGER, LINK, DAMAGES };

static void damage_do(const char *path, enum damage damage, size_t size)
{
    static const char zeros[4096];
    char byte;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    switch (damage) {
    case CUT:
        assert_int_equal(ftruncate(fd, (off_t)size - 1), 0);
        break;
    case EMPTY:
        assert_int_equal(ftruncate(fd, 0), 0);
        break;
    case ZEROS:
        assert_int_equal(pwrite(fd, zeros, sizeof zeros, 2000), sizeof zeros);
        break;
    case ONE_BIT:
        assert_int_equal(pread(fd, &byte, 1, 5000), 1);
        byte ^= 1;
        assert_int_equal(pwrite(fd, &byte, 1, 5000), 1);
        break;
    case LONGER:
        assert_int_equal(pwrite(fd, "", 1, (off_t)size), 1);
        break;
    case LINK:
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("/etc/passwd", path), 0);
        break;
    default:
        break;
    }
    (void)close(fd);
}

static void what_is_damaged_is_built_again(void **state)
{
    (void)state;
    static char whole[32768], now[32768];
    struct said said = build();
    assert_int_equal(said.lines, 1);
    assert_non_null(strstr(said.last, "building dataset loading-dense-"));
    assert_null(strstr(said.last, "again"));
    size_t size = contents(dataset(), whole);
    for (int damage = NONE; damage < DAMAGES; damage++) {
        damage_do(dataset(), (enum damage)damage, size);
        said = build();
        assert_int_equal(said.lines, damage == NONE ? 0 : 1);
        if (damage != NONE && !strstr(said.last, " again (at most"))
            fail_msg("%s", said.last);
        if (damage == ONE_BIT && !strstr(said.last, ": byte 5000 is not what it should be"))
            fail_msg("%s", said.last);
        struct stat status;
        assert_int_equal(lstat(dataset(), &status), 0);
        assert_true(S_ISREG(status.st_mode));
        assert_int_equal(contents(dataset(), now), size);
        assert_memory_equal(now, whole, size);
        assert_int_equal(files_in_cache(), 1);
    }
    (void)unlink(dataset());
    (void)unlink(in_folder("cache/in-use.lock"));
    (void)rmdir(in_folder("cache"));
}

/* Imitates a file system without unnamed files. */
static void unnamed_files_forbid(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_TMPFILE & ~O_DIRECTORY, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ||
        open("/tmp", O_TMPFILE | O_RDWR, 0600) >= 0)
        _exit(99);
}

/* Starts a run that builds on such a file system. Exit status 0: the dataset is there. */
static pid_t run_start(const char *worker)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    unnamed_files_forbid();
    struct mlm_catalogue own = catalogue;
    struct mlm_error error = {0};
    int held_fd = -1;
    snprintf(own.worker, sizeof own.worker, "%s", worker);
    const struct mlm_dataset_order order = {.catalogue = &own,
        .plan = plan,
        .folder = in_folder("cache"),
        .held_fd = &held_fd,
        .await.interrupt_fd = -1};
    _exit(mlm_dataset_build(&order, &error) == 0 ? 0 : 1);
}

static int run_end(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* One run is slow, and continues to write into its own file after another run has built the same dataset. */
static void two_runs_that_build_at_once_do_not_meet(void **state)
{
    (void)state;
    static char whole[32768], now[32768];
    char script[1024], byte;
    assert_int_equal(build().lines, 1);
    size_t size = contents(dataset(), whole);
    assert_int_equal(unlink(dataset()), 0);

    snprintf(script, sizeof script,
        "#!/bin/sh\nfor fd; do :; done\necho >%1$s/started\nread go <%1$s/go\n"
        "dd if=%1$s/garbage of=/proc/self/fd/$fd conv=notrunc 2>/dev/null\nexit 1\n",
        folder);
    file_write("worker", script, 0700);
    file_write("garbage", "this is no array of numbers", 0600);
    assert_int_equal(mkfifo(in_folder("started"), 0600), 0);
    assert_int_equal(mkfifo(in_folder("go"), 0600), 0);
    pid_t slow = run_start(in_folder("worker"));
    int fd = open(in_folder("started"), O_RDONLY);
    assert_int_equal(read(fd, &byte, 1), 1);
    (void)close(fd);
    assert_int_equal(run_end(run_start(MLM_WORKER)), 0);
    fd = open(in_folder("go"), O_WRONLY);
    assert_int_equal(write(fd, "\n", 1), 1);
    (void)close(fd);
    assert_int_equal(run_end(slow), 1);

    assert_int_equal(contents(dataset(), now), size);
    assert_memory_equal(now, whole, size);
    assert_int_equal(files_in_cache(), 1);
    (void)unlink(dataset());
    (void)unlink(in_folder("cache/in-use.lock"));
    (void)rmdir(in_folder("cache"));
}

static void another_file_has_another_state(void **state)
{
    (void)state;
    struct mlm_file_state before, after;
    file_write("garbage", "12345678", 0600);
    mlm_file_state_take(in_folder("garbage"), &before);
    mlm_file_state_take(in_folder("garbage"), &after);
    assert_true(mlm_file_state_same(&before, &after));

    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1, .tv_nsec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder("garbage"), times, 0), 0);
    mlm_file_state_take(in_folder("garbage"), &after);
    assert_false(mlm_file_state_same(&before, &after)); /* written to */

    mlm_file_state_take(in_folder("garbage"), &before);
    file_write("go.new", "12345678", 0600);
    assert_int_equal(utimensat(AT_FDCWD, in_folder("go.new"), times, 0), 0);
    assert_int_equal(rename(in_folder("go.new"), in_folder("garbage")), 0);
    mlm_file_state_take(in_folder("garbage"), &after);
    assert_false(mlm_file_state_same(&before, &after)); /* replaced */

    mlm_file_state_take(in_folder("not-there"), &after);
    assert_int_equal(after.inode, 0);
    assert_false(mlm_file_state_same(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_damaged_is_built_again),
        cmocka_unit_test(two_runs_that_build_at_once_do_not_meet),
        cmocka_unit_test(another_file_has_another_state),
    };
    return cmocka_run_group_tests(tests, plan_make, plan_free);
}
