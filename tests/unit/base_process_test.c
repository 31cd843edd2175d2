/* Tests the repair of an inherited state: standard descriptors that are closed, signals that are ignored or
 * blocked. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/interrupts.h"
#include "base/process.h"

/* Runs the function in a child, whose exit status says what failed; 0: nothing. */
static int in_child(int (*what)(void))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(what());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int closed(void)
{
    (void)close(STDIN_FILENO);
    (void)close(STDERR_FILENO);
    mlm_process_begin();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd <= STDERR_FILENO)
        return 1;
    char byte;
    /* Reads and writes must fail as on closed descriptors. */
    if (read(STDIN_FILENO, &byte, 1) != -1 || errno != EBADF)
        return 2;
    return write(STDERR_FILENO, "x", 1) == -1 && errno == EBADF ? 0 : 3;
}

static int ignored(void)
{
    sigset_t set;
    (void)signal(SIGCHLD, SIG_IGN);
    (void)sigfillset(&set);
    (void)sigprocmask(SIG_SETMASK, &set, NULL);
    mlm_process_begin();
    (void)sigprocmask(SIG_SETMASK, NULL, &set);
    if (sigismember(&set, SIGTERM) || sigismember(&set, SIGCHLD))
        return 1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(7);
    int status = 0;
    return waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7 ? 0 : 2;
}

static void test_begin(void **state)
{
    (void)state;
    assert_int_equal(in_child(closed), 0);
    assert_int_equal(in_child(ignored), 0);
}

static pid_t shell(const char *command, bool own_group)
{
    char name[] = "sh", option[] = "-c";
    char *const argv[] = {name, option, (char *)(uintptr_t)command, NULL};
    const struct mlm_child_order order = {.program = name,
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .own_group = own_group};
    pid_t pid = -1;
    assert_int_equal(mlm_child_start(&order, &pid), 0);
    return pid;
}

static void test_child(void **state)
{
    (void)state;
    char name[] = "no-such-program-anywhere";
    char *const argv[] = {name, NULL};
    const struct mlm_child_order order = {
        .program = name, .argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1};
    pid_t pid = -1;
    int status = 0;
    assert_int_equal(mlm_child_start(&order, &pid), -ENOENT);
    assert_int_equal(pid, -1);
    assert_int_equal(mlm_child_wait(shell("exit 3", false), -1, 0, &status), 0);
    assert_int_equal(WEXITSTATUS(status), 3);
    for (int own_group = 0; own_group < 2; own_group++) {
        pid = shell("sleep 1000 & sleep 1000; :", own_group);
        assert_int_equal(mlm_child_wait(pid, -1, 1000000, &status), -ETIMEDOUT);
        mlm_child_end(pid, SIGTERM);
        assert_int_equal(waitpid(pid, &status, WNOHANG), -1); /* it is reaped */
    }
}

static int interrupted(void)
{
    struct mlm_interrupts interrupts = {.fd = -1};
    int status = 0;
    if (mlm_interrupts_open(&interrupts, NULL) < 0 || mlm_interrupted(interrupts.fd))
        return 1;
    (void)raise(SIGTERM);
    if (!mlm_interrupted(interrupts.fd) || mlm_interruptible_sleep(interrupts.fd, 1) != -EINTR)
        return 2;
    pid_t pid = shell("sleep 1000", true);
    if (mlm_child_wait(pid, interrupts.fd, 0, &status) != -EINTR)
        return 3;
    mlm_child_end(pid, SIGKILL);
    if (mlm_interrupt_take(interrupts.fd) != SIGTERM || mlm_interrupted(interrupts.fd) ||
        mlm_interrupt_take(interrupts.fd) != 0)
        return 4;
    mlm_interrupts_close(&interrupts);
    return interrupts.fd == -1 ? 0 : 5;
}

static void test_interrupts(void **state)
{
    (void)state;
    assert_int_equal(in_child(interrupted), 0);
    assert_false(mlm_interrupted(-1));
    assert_int_equal(mlm_interrupt_take(-1), 0);
    assert_int_equal(mlm_interruptible_open(-1, "/no/such/folder", O_WRONLY, NULL), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_begin),
        cmocka_unit_test(test_child),
        cmocka_unit_test(test_interrupts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
