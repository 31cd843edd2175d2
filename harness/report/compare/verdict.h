/* The answer of a comparison in a few sentences, for somebody who has to choose. */
#pragma once

#include <stdio.h>

#include "report/compare/compare.h"

/* Writes which side is faster on the rows that both can run, which rows fit on one side alone, and whether
 * RAM or the processor makes the difference. `old`, `new`: the sides' names. Nothing is named that chance
 * could have made. -ENOMEM. */
int mlm_verdict_say(FILE *out, const struct mlm_pairing *pairing, const char *old, const char *new);

/* The same as a text, with the sides' usual names. Printable; the caller frees it; NULL: out of memory. */
char *mlm_verdict_make(const struct mlm_comparison *comparison, size_t pairing);
