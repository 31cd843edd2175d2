#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* The lowest number that is free is the one that lacks. What it is opened for is what nobody does with it. */
static void descriptors_hold(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return;
}

void mlm_process_begin(void)
{
    sigset_t none;
    descriptors_hold();
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}
