/* Repairs an unusual state that the parent process left to us: closed standard descriptors, ignored
 * signals. */
#include "base/process.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* open() returns the lowest free number, so each call fills one gap. The mode is the wrong one on purpose:
 * reads from stdin and writes to stdout must still fail, as they would on a closed descriptor. */
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
