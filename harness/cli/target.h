/* Where a verb writes what it was asked for. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Records cannot be had again, what is made from them can: -EINVAL where the path is one of the files that
 * were read, by whatever name, or is called as records are. The error names `option`, and `ending` as what
 * the name could end in (NULL: any other). */
int mlm_target_check(const char *option, const char *path, const char *ending, const char *const *inputs,
    size_t input_count, struct mlm_error *error);
