/* How systemd is asked for a scope. Internal to cage/. */
#pragma once

#include <stdbool.h>

/* The words that have systemd-run start the program with the rest of `argv` in a scope, as they are: nothing
 * in them is for systemd to replace. The caller frees the array. NULL: no memory. */
const char **mlm_scope_command(char **argv, const char *program, bool is_user);
