/* The programs of one exec: each command, once for every combination of its parameters. */
#pragma once

#include "cli/program.h"

struct mlm_programs {
    struct mlm_program items[MLM_TEXTS_MAX];
    size_t count;
};

/* For a verb of such programs. After "--" there is one command as it is; without it, each operand is one, for
 * the shell. `names`: one for each command, or none. `params`: of --param. -EINVAL, -ENOENT: the error names
 * the remedy. */
int mlm_programs_make(const struct mlm_verb *verb, const struct mlm_parsed *parsed,
    const struct mlm_texts *names, const struct mlm_texts *params, struct mlm_programs *ret_programs,
    struct mlm_error *error);
void mlm_programs_release(struct mlm_programs *programs); /* zeroed ones hold nothing */
