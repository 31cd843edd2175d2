/* Tests killing by pid, for kernels without cgroup.kill (cgroup v1). The list of processes is a pipe here, so
 * that the second reading gives other pids. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cage/dialect.h"
#include "cage/tree.h"

static char folder[] = "/tmp/mlmtest-XXXXXX";
static char list[64];

/* Gives the first reader of the list `first`, and later readers nothing. */
static _Noreturn void list_processes(const char *first)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const char *text = first;; text = "") {
        int fd = open(list, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || (*text && write(fd, text, strlen(text)) < 0))
            _exit(1);
        (void)close(fd);
        /* Wait, so that the reader has seen the end of this list. */
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
}

static pid_t lister_start(const char *first)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        list_processes(first);
    return pid;
}

static _Noreturn void sleep_on(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        (void)pause();
}

static pid_t sleeper_start(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        sleep_on();
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* At the time of the kill the pid belongs to another process, which is in no cage. */
static void a_pid_that_was_given_out_again_is_let_be(void **state)
{
    (void)state;
    char text[32];
    int status;
    pid_t stranger = sleeper_start();
    snprintf(text, sizeof text, "%d\n", (int)stranger);
    pid_t lister = lister_start(text);
    int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir_fd >= 0);
    assert_int_equal(mlm_cgroup_kill(dir_fd, &mlm_dialect_v1, NULL), 0);
    (void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    assert_int_equal(waitpid(stranger, &status, WNOHANG), 0);
    end(lister);
    end(stranger);
    (void)close(dir_fd);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(list, sizeof list, "%s/%s", folder, mlm_dialect_v1.procs);
    return mkfifo(list, 0600);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(list) < 0 || rmdir(folder) < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_pid_that_was_given_out_again_is_let_be)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
