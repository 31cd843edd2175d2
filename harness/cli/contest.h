/* Several commands side by side: who was fastest under each cap, and what the others took. */
#pragma once

#include "report/text/text.h"

/* A paragraph for each section in which two rows or more ended ok. Nobody proved that they do the same work,
 * so it says what they took and not which is better. */
int mlm_contest_say(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);
