/* Compares several commands: which was fastest under each cap, and how long the others took. */
#pragma once

#include "report/text/text.h"

/* Prints a paragraph for each section in which two rows or more ended ok. It says how long they took, not
 * which is better, because nothing proves that they do the same work. */
int mlm_contest_say(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);
