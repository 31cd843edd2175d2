/* Checks the file that a verb is about to write. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Records cannot be made again, so a path that is one of the input files, under any name, or that has the
 * ending of records is refused: -EINVAL. The error names `option`, and `ending` as a possible ending (NULL:
 * any other). */
int mlm_target_check(const char *option, const char *path, const char *ending, const char *const *inputs,
    size_t input_count, struct mlm_error *error);
