/* Sweeps of a user's command: {NAME} in it stands for one value after the other of --param NAME=V1,V2. */
#pragma once

#include "record/record.h"

/* Returns true if one of the words (ended by NULL) has {NAME} in it. */
bool mlm_sweep_uses(char *const *words, const char *name);

/* Puts the chosen values in place of their {NAME}; other braces stay as they are. The caller frees the text;
 * NULL: out of memory. */
char *mlm_sweep_fill(const char *text, const struct mlm_params *chosen);

/* Calls `each` for every combination of the values of those parameters that the words use; the last parameter
 * changes fastest. Without any it is called once, with no parameter. `sweeps`: NAME → V1,V2. Stops at the
 * first negative errno, and returns it. -EINVAL: a value is named twice. */
int mlm_sweep_each(const struct mlm_params *sweeps, char *const *words,
    int (*each)(void *context, const struct mlm_params *chosen, struct mlm_error *error), void *context,
    struct mlm_error *error);
