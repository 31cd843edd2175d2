/* Runs shell commands that the user gives. */
#pragma once

#include "base/error.h"
#include "trial/session.h"

/* Runs `sh -c COMMAND` on the processors that we were started on, with its output on standard error. -EINTR:
 * Ctrl-C ended it, or the user wants to stop, and it was ended for this. -EIO: it failed; the error text
 * names `option`. */
int mlm_shell_run(
    const struct mlm_session *session, const char *option, const char *command, struct mlm_error *error);

/* Runs the command of --cleanup (NULL: nothing), whatever the result `r` of the work before. Returns `r`, or
 * the cleanup's own failure where `r` is 0. An earlier wish to stop is ignored; a later one ends the
 * cleanup. */
int mlm_shell_clean_up(
    const struct mlm_session *session, const char *command, int r, struct mlm_error *error);
