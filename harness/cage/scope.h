/* The command line that asks systemd for a scope. Internal to cage/. */
#pragma once

#include <stdbool.h>

/* Makes the words of a systemd-run command that starts the program with the rest of `argv` in a scope.
 * systemd does not expand anything in them. The caller frees the array. NULL: no memory. */
const char **mlm_scope_command(char **argv, const char *program, bool is_user);
