/* Commands for the shell: those that the user gives us, and words as he would type them. */
#pragma once

#include "base/error.h"
#include "trial/session.h"

/* Runs `sh -c COMMAND` on the processors that we were started on, its output going to standard error. -EINTR
 * where Ctrl-C ended it, or where the session is interrupted, which ends it; -EIO where it ends otherwise
 * than well; `option` is what the error calls it. */
int mlm_shell_run(
    const struct mlm_session *session, const char *option, const char *command, struct mlm_error *error);

/* Runs what --cleanup says (NULL: nothing), whatever `r` came of what is to be cleaned up. Returns that, or
 * the cleaning's own failure where all else went well. A wish to stop that came before was heard; a later one
 * ends it. */
int mlm_shell_clean_up(
    const struct mlm_session *session, const char *command, int r, struct mlm_error *error);
