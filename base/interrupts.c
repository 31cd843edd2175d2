/* Turns SIGINT, SIGTERM and SIGHUP into a descriptor that poll() can wait for. A signal handler could not do
 * this safely: the program must stop its worker and close its cage before it ends. */
#include "base/interrupts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"

#define PIPE_PAUSE_NS UINT64_C(50000000)

int mlm_interrupts_open(struct mlm_interrupts *ret_interrupts, struct mlm_error *error)
{
    struct mlm_interrupts interrupts;
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    /* SIGHUP stays ignored where nohup made it so. */
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) < 0 || hangup.sa_handler != SIG_IGN)
        (void)sigaddset(&signals, SIGHUP);
    interrupts.fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (interrupts.fd < 0 || sigprocmask(SIG_BLOCK, &signals, &interrupts.before) < 0) {
        int r = -errno;
        mlm_close_p(&interrupts.fd);
        return mlm_error_errno(error, r, "signals");
    }
    *ret_interrupts = interrupts;
    return 0;
}

void mlm_interrupts_close(struct mlm_interrupts *interrupts)
{
    if (interrupts->fd < 0)
        return;
    (void)close(mlm_take_fd(&interrupts->fd));
    (void)sigprocmask(SIG_SETMASK, &interrupts->before, NULL);
}

bool mlm_interrupted(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&polled, 1, 0) > 0;
}

int mlm_interrupt_take(int fd)
{
    struct signalfd_siginfo info;
    int number = 0;
    while (fd >= 0 && read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        number = number ? number : (int)info.ssi_signo;
    return number;
}

int mlm_interruptible_sleep(int fd, uint64_t ns)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    const struct timespec timeout = {
        .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    return ppoll(&polled, 1, &timeout, NULL) > 0 ? -EINTR : 0;
}

static int open_now(const char *path, int flags, bool *ret_waits, struct mlm_error *error)
{
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    int r = mlm_entry_find(path, &entry, error);
    *ret_waits = false;
    if (r < 0)
        return r;
    mlm_auto_close int fd = mlm_entry_open(&entry, flags | O_NONBLOCK, error);
    /* ENXIO means that nobody reads the pipe. A socket gives the same error, but is refused at once. */
    *ret_waits = fd == -ENXIO && S_ISFIFO(entry.status.st_mode);
    if (fd < 0)
        return fd;
    int now = fcntl(fd, F_GETFL);
    if (now < 0 || fcntl(fd, F_SETFL, now & ~O_NONBLOCK) < 0)
        return mlm_error_set(error, -errno, "%s", strerror(errno));
    return mlm_take_fd(&fd);
}

int mlm_interruptible_open(int interrupt_fd, const char *path, int flags, struct mlm_error *error)
{
    bool waits = false;
    int fd;
    while ((fd = open_now(path, flags, &waits, error)) < 0 && waits)
        if (mlm_interruptible_sleep(interrupt_fd, PIPE_PAUSE_NS) < 0)
            return mlm_error_set(error, -EINTR, "interrupted; nobody reads the pipe %s", path);
    return fd < 0 ? mlm_error_wrap(error, fd, "cannot write %s", path) : fd;
}
