/* The guardian: a process that does nothing for as long as the harness lives. When the harness dies without a
 * word, kill -9 included, the socket between them reads end of file, and the guardian kills and removes what
 * the run has left. */
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

/* Descriptors of the harness that stayed open here would keep its pipes from ending. */
static void keep_only(int *first, int *second)
{
    /* Through numbers above both targets: one may be the other's. */
    (void)dup2(fcntl(*first, F_DUPFD, STDERR_FILENO + 1), STDIN_FILENO);
    (void)dup2(fcntl(*second, F_DUPFD, STDERR_FILENO + 1), STDOUT_FILENO);
    *first = STDIN_FILENO;
    *second = STDOUT_FILENO;
    if (close_range(STDERR_FILENO, UINT_MAX, 0) == 0)
        return;
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO; fd < most; fd++)
        (void)close(fd);
}

/* True when a byte came, false at the end of file. */
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
    /* Out of reach of the terminal and of a kill of the harness's process group; only then there may be
     * cages. */
    (void)setsid();
    (void)prctl(PR_SET_NAME, "mlm-guardian");
    (void)chdir("/");
    keep_only(&fd, &cages->dir_fd);
    (void)send(fd, "r", 1, MSG_NOSIGNAL);
    if (wait_for_byte(fd))
        _exit(EXIT_SUCCESS); /* goodbye */

    for (int i = 0; i < SWEEPS && mlm_cages_sweep(cages) != 0; i++)
        (void)sleep(1);
    mlm_cage_home_leave(cages);
    _exit(EXIT_SUCCESS);
}

int mlm_guardian_start(struct mlm_cages *cages, struct mlm_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return mlm_error_errno(error, -errno, "cannot make a socket for the guardian of cages");
    /* Blocked before it is born: no handler of ours ever runs in it, and only SIGKILL ends it. */
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
