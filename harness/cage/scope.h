/* The command line that asks systemd for a scope. Internal to cage/. */
#pragma once

#include <stdbool.h>

#include "cage/cage.h"

/* Makes the words of a systemd-run command that starts the program with the rest of `argv` in the scope that
 * the site asks for, named `unit`. systemd does not expand anything in them. The caller frees the array; the
 * words last as long as it, the arguments and the site. NULL: no memory. */
const char **mlm_scope_command(
    char **argv, const char *program, const char *unit, bool is_user, const struct mlm_cage_site *site);
