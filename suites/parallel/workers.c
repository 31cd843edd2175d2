/* Forks workers and talks to them over a socket each. A socket ends when its worker ends, so that nobody
 * waits for one that is gone. */
#include "parallel/workers.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int parallel_send(int fd, const void *data, size_t size)
{
    for (const char *at = data; size;) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

/* -EPIPE: the other side ended. */
static int receive(int fd, void *data, size_t size)
{
    for (char *at = data; size;) {
        ssize_t n = recv(fd, at, size, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return -EPIPE;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int parallel_meet(int fd)
{
    char byte = 0;
    int r = parallel_send(fd, &byte, 1);
    return r < 0 ? r : receive(fd, &byte, 1);
}

int parallel_stay(int fd)
{
    char byte;
    int r = receive(fd, &byte, 1);
    return r == -EPIPE ? 0 : r;
}

/* Never returns. The ends of other workers' sockets must not stay open here: they would not end with the
 * first process. */
static _Noreturn void worker_main(const struct parallel_worker *workers, uint64_t worker, int fd,
    pid_t parent, parallel_work *work, void *context)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    for (uint64_t i = 0; i <= worker; i++)
        (void)close(workers[i].fd);
    _exit(-work(context, worker, fd));
}

static int worker_start(struct parallel_worker *workers, uint64_t worker, parallel_work *work, void *context)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    workers[worker].fd = fds[0];
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        worker_main(workers, worker, fds[1], parent, work, context);
    int r = pid < 0 ? -errno : 0;
    (void)close(fds[1]);
    if (r < 0)
        (void)close(fds[0]);
    workers[worker].pid = pid < 0 ? 0 : pid;
    return r;
}

int parallel_workers_start(struct parallel_worker *workers, uint64_t count, parallel_work *work,
    void *context, struct mlm_scoreboard *sb)
{
    for (uint64_t i = 0; i < count; i++) {
        int r = worker_start(workers, i, work, context);
        if (r < 0) {
            parallel_workers_kill(workers, i);
            return mlm_fail(sb, r, "cannot start worker %" PRIu64 ": %s", i, strerror(-r));
        }
    }
    return 0;
}

/* Waits for the worker's end and returns its error; by a signal, we end as it did. That is what the harness
 * then sees of the job. */
static int reap(struct parallel_worker *worker)
{
    int status;
    pid_t pid = worker->pid;
    worker->pid = 0;
    (void)close(worker->fd);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    if (WIFSIGNALED(status)) {
        (void)raise(WTERMSIG(status));
        return -ECHILD;
    }
    return -WEXITSTATUS(status);
}

static int gone(struct parallel_worker *worker, struct mlm_scoreboard *sb)
{
    int r = reap(worker);
    if (r == -ENOMEM)
        return mlm_fail(sb, r, "the machine refused memory to a worker");
    r = r < 0 ? r : -ECHILD;
    return mlm_fail(sb, r, "a worker ended early: %s", strerror(-r));
}

int parallel_worker_receive(
    struct parallel_worker *worker, void *data, size_t size, struct mlm_scoreboard *sb)
{
    return receive(worker->fd, data, size) < 0 ? gone(worker, sb) : 0;
}

int parallel_workers_meet(struct parallel_worker *workers, uint64_t count, struct mlm_scoreboard *sb)
{
    char byte = 0;
    int r = 0;
    for (uint64_t i = 0; i < count && r == 0; i++)
        r = parallel_worker_receive(&workers[i], &byte, 1, sb);
    for (uint64_t i = 0; i < count && r == 0; i++)
        if (parallel_send(workers[i].fd, &byte, 1) < 0)
            r = gone(&workers[i], sb);
    return r;
}

int parallel_workers_end(struct parallel_worker *workers, uint64_t count, struct mlm_scoreboard *sb)
{
    int r = 0;
    for (uint64_t i = 0; i < count; i++)
        (void)shutdown(workers[i].fd, SHUT_RDWR);
    for (uint64_t i = 0; i < count; i++) {
        int ended = reap(&workers[i]);
        if (ended < 0 && r == 0)
            r = mlm_fail(sb, ended, "worker %" PRIu64 " ended with an error: %s", i, strerror(-ended));
    }
    return r;
}

void parallel_workers_kill(struct parallel_worker *workers, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        if (!workers[i].pid)
            continue;
        int status;
        (void)kill(workers[i].pid, SIGKILL);
        (void)waitpid(workers[i].pid, &status, 0);
        (void)close(workers[i].fd);
        workers[i].pid = 0;
    }
}
