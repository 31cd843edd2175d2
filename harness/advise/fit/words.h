/* What a search for the smallest cap has come to, in sentences. */
#pragma once

#include <stdio.h>

#include "advise/fit/search.h"

/* How far the need is known; with `within`, on a line of its own, from where on the job is fast. `name` is
 * what the job is called and `swap_limit_bytes` (MLM_NO_LIMIT: what the machine has) what it could swap; the
 * name is a tame one. Writes into memory and cannot fail. */
void mlm_fit_say(FILE *out, const struct mlm_fit *fit, const char *name, uint64_t swap_limit_bytes);
