#include "base/interrupts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PIPE_PAUSE_NS UINT64_C(50000000)

int mlm_interrupts_open(struct mlm_interrupts *ret_interrupts, struct mlm_error *error)
{
    struct mlm_interrupts interrupts;
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    /* Unless nohup is to keep it from us. */
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

int mlm_interruptible_open(int interrupt_fd, const char *path, int flags)
{
    for (;;) {
        mlm_auto_close int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC, 0666);
        struct stat status;
        if (fd >= 0)
            return fcntl(fd, F_SETFL, flags & ~O_CLOEXEC) < 0 ? -errno : mlm_take_fd(&fd);
        /* ENXIO: a pipe without a reader; a socket gives it as well. */
        if (errno != ENXIO || stat(path, &status) < 0 || !S_ISFIFO(status.st_mode))
            return -errno;
        if (mlm_interruptible_sleep(interrupt_fd, PIPE_PAUSE_NS) < 0)
            return -EINTR;
    }
}
