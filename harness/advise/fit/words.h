/* The result of a search for the smallest cap, in sentences. */
#pragma once

#include <stdio.h>

#include "advise/fit/search.h"

/* Writes how far the needs are known; with `within`, also on a line of its own the cap from which the job is
 * fast. `name` is a tame name of the job; `swap_limit_bytes` is the swap that it could use (MLM_NO_LIMIT: all
 * of the machine's). Writes into memory and cannot fail. */
void mlm_fit_say(FILE *out, const struct mlm_fit *fit, const char *name, uint64_t swap_limit_bytes);
