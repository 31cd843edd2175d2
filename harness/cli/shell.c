/* Runs the user's shell commands (--prepare, --cleanup) and reports how they ended. */
#include "cli/shell.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/interrupts.h"

/* Standard input stays untouched: it belongs to the command that is measured. */
static int start(const char *command, const void *affinity, pid_t *ret_pid)
{
    char shell[] = "sh", option[] = "-c";
    char *const argv[] = {shell, option, (char *)(uintptr_t)command, NULL};
    const struct mlm_child_order order = {
        .program = shell,
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = STDERR_FILENO,
        .stderr_fd = STDERR_FILENO,
        .affinity = affinity,
    };
    return mlm_child_start(&order, ret_pid);
}

int mlm_shell_run(
    const struct mlm_session *session, const char *option, const char *command, struct mlm_error *error)
{
    const int interrupt_fd = session->await.interrupt_fd;
    pid_t pid = -1;
    int status = 0;
    int r = start(command, &session->started_affinity, &pid);
    if (r < 0)
        return mlm_error_errno(error, r, "%s: cannot run sh", option);
    r = mlm_child_wait(pid, interrupt_fd, 0, &status);
    if (r == -EINTR)
        mlm_child_end(pid, SIGTERM);
    /* A Ctrl-C at the terminal reaches the shell too, and counts as the user's wish to stop. */
    if (r == -EINTR || (r == 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT))
        return mlm_error_set(error, -EINTR, "%s was interrupted: %s", option, command);
    if (r < 0)
        return mlm_error_errno(error, r, "%s", option);
    if (WIFSIGNALED(status))
        return mlm_error_set(error, -EIO, "%s ended by signal %d: %s", option, WTERMSIG(status), command);
    if (WEXITSTATUS(status) != 0)
        return mlm_error_set(
            error, -EIO, "%s ended with status %d: %s", option, WEXITSTATUS(status), command);
    return 0;
}

int mlm_shell_clean_up(const struct mlm_session *session, const char *command, int r, struct mlm_error *error)
{
    if (!command)
        return r;
    /* A signal that ended the trials must not end the cleanup; another one does. */
    (void)mlm_interrupt_take(session->await.interrupt_fd);
    int cleaned = mlm_shell_run(session, "--cleanup", command, r == 0 ? error : NULL);
    return r == 0 ? cleaned : r;
}
