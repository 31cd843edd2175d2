/* Says which part of its needs a command may be able to do without, and what its files add to them. */
#pragma once

#include "base/laptop.h"
#include "report/text/text.h"

/* Writes a sentence for each command of `exec` that had freed much of its memory lazily (MADV_FREE), or had
 * much of it in huge pages, about its row with the most of it: both count as needs, but the kernel takes them
 * back, or splits them, when memory is short. Another sentence says which files it maps or reads, and what it
 * needs to run at speed. The last one says which laptop with this desktop is large enough for the row that
 * needs most. */
int mlm_surplus_say(const struct mlm_table *table, const struct mlm_desktop *desktop,
    const struct mlm_text_style *style, FILE *out, struct mlm_error *error);
