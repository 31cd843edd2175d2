/* The guardian: a process that only waits while the harness lives. When the harness dies without notice, even
 * by kill -9, the socket between them reads end of file; the guardian then kills and removes all cages of the
 * run, and its folders. */
#include "cage/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEPS 60

/* Closes inherited descriptors: held open here, they would keep the harness's pipes from ending. */
static void keep_only(int *first, int *second)
{
    /* Copy both to numbers above 2 first: each may be the target of the other. */
    (void)dup2(fcntl(*first, F_DUPFD, STDERR_FILENO + 1), STDIN_FILENO);
    int copy = fcntl(*second, F_DUPFD, STDERR_FILENO + 1);
    if (dup2(copy, STDOUT_FILENO) < 0) /* there is none */
        (void)close(STDOUT_FILENO);
    *first = STDIN_FILENO;
    *second = STDOUT_FILENO;
    if (close_range(STDERR_FILENO, UINT_MAX, 0) == 0)
        return;
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO; fd < most; fd++)
        (void)close(fd);
}

/* Returns true when a byte came, false at the end of file. */
static bool wait_for_byte(int fd)
{
    char byte;
    ssize_t n;
    do
        n = read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static _Noreturn void guard(struct mlm_cages *cages, int fd)
{
    /* Leave the terminal's session and the harness's process group, so that a kill of either does not reach
     * us. Only after that may cages be made. */
    (void)setsid();
    (void)prctl(PR_SET_NAME, "mlm-guardian", 0, 0, 0);
    (void)chdir("/");
    keep_only(&fd, &cages->dir_fd);
    (void)send(fd, "r", 1, MSG_NOSIGNAL);
    if (wait_for_byte(fd))
        _exit(EXIT_SUCCESS); /* the byte means goodbye */

    for (int i = 0; i < SWEEPS && mlm_cages_sweep(cages) != 0; i++)
        (void)sleep(1);
    mlm_cage_folders_sweep(cages->prefix);
    if (cages->site.access != MLM_CAGE_INHERITED)
        mlm_cage_home_leave(cages);
    _exit(EXIT_SUCCESS);
}

int mlm_guardian_start(struct mlm_cages *cages, struct mlm_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return mlm_error_errno(error, -errno, "cannot make a socket for the guardian of cages");
    /* Block all signals before the fork: no handler of ours can run in the guardian, and only SIGKILL ends
     * it. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    int r = pid < 0 ? -errno : 0;
    if (pid == 0) {
        (void)close(ends[0]);
        guard(cages, ends[1]);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(ends[1]);
    if (r == 0) {
        cages->guardian = pid;
        cages->guardian_fd = ends[0];
        if (wait_for_byte(ends[0]))
            return 0;
        r = -ECHILD;
        mlm_guardian_stop(cages);
    } else {
        (void)close(ends[0]);
    }
    return mlm_error_errno(error, r, "cannot start the guardian of cages");
}

void mlm_guardian_stop(struct mlm_cages *cages)
{
    if (!cages->guardian)
        return;
    (void)send(cages->guardian_fd, "q", 1, MSG_NOSIGNAL);
    (void)close(cages->guardian_fd);
    while (waitpid(cages->guardian, NULL, 0) < 0 && errno == EINTR)
        continue;
    cages->guardian = 0;
}
