/* Tests mounts that one process sees: as who runs the test, and as an ordinary user. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cage/cage.h"
#include "emulated.h"

#define NOBODY 65534
#define NOT_ALLOWED 77

/* Returns true where namespaces are not allowed, or not emulated. */
static bool is_refused(int r)
{
    return r == -EPERM || r == -EACCES || r == -ENOSPC || (r == -EINVAL && is_emulated());
}

/* Runs a line of shell with mounts. Returns its exit status, or a negative errno. */
static int shell(const char *line, const struct mlm_job_mounts *mounts)
{
    char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)line, NULL};
    const struct mlm_cage_spawn spawn = {.program = "/bin/sh",
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = STDERR_FILENO,
        .stderr_fd = STDERR_FILENO,
        .mounts = mounts};
    struct mlm_error error = {.text = ""};
    pid_t pid;
    int pidfd, status = 0, r = mlm_cage_spawn(NULL, &spawn, &pid, &pidfd, &error);
    if (r < 0) {
        (void)mlm_write_all(STDERR_FILENO, error.text, strlen(error.text));
        return r;
    }
    (void)close(pidfd);
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static uint64_t mounts_of_ours(void)
{
    mlm_auto_free char *text = NULL;
    uint64_t lines = 0;
    (void)mlm_file_read(AT_FDCWD, "/proc/self/mountinfo", &text, NULL);
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}

/* Exit status of the whole check: 0 where all is right. */
static int check(void)
{
    int fd = -1;
    const uint64_t before = mounts_of_ours();
    const struct mlm_job_mounts mounts = {.count = 2,
        .items = {{.kind = MLM_MOUNT_FILE, .at = "/proc/meminfo", .from = "one\n", .size = 4, .ret_fd = &fd},
            {.kind = MLM_MOUNT_TMPFS, .at = "/tmp", .from = "mode=1777"}}};
    int r = shell("test \"$(cat /proc/meminfo)\" = one && test -z \"$(ls /tmp)\" && echo x >/tmp/left && "
                  "test \"$(id -u)\" = \"$(stat -c %u /proc/self)\"",
        &mounts);
    if (is_refused(r))
        return NOT_ALLOWED;
    bool written = fd >= 0 && pwrite(fd, "two\n", 4, 0) == 4;
    mlm_close_p(&fd);
    return r == 0 && written && access("/tmp/left", F_OK) < 0 && mounts_of_ours() == before ? 0 : 1;
}

static void only_the_process_sees_them(void **state)
{
    (void)state;
    int r = check();
    if (r == NOT_ALLOWED)
        skip();
    assert_int_equal(r, 0);
}

static void an_ordinary_user_has_them_too(void **state)
{
    (void)state;
    int status = 0;
    if (geteuid() != 0)
        skip();
    pid_t pid = fork();
    /* A change of user closes /proc/self to that user; a program that a user starts has it open. */
    if (pid == 0)
        _exit(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0 &&
                      prctl(PR_SET_DUMPABLE, 1) == 0
                  ? check()
                  : 2);
    assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_ALLOWED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_path_that_is_not_there(void **state)
{
    (void)state;
    const struct mlm_job_mounts mounts = {
        .count = 1, .items = {{.kind = MLM_MOUNT_FILE, .at = "/nowhere/at-all", .from = "", .size = 0}}};
    int r = shell("true", &mounts);
    if (is_refused(r))
        skip();
    assert_int_equal(r, -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_process_sees_them),
        cmocka_unit_test(an_ordinary_user_has_them_too),
        cmocka_unit_test(a_path_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
