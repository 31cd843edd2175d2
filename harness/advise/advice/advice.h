/* Answers the question whether more RAM would help, from a table of runs under several caps. For each suite
 * and size of data: the times by cap and the cap that is enough; the gain of each step to a larger cap; what
 * another technique does instead. Then one recommendation, and the command that measures what is missing. */
#pragma once

#include <stdio.h>

#include "advise/advice/rerun.h"
#include "base/laptop.h"
#include "report/table/table.h"
#include "report/text/prose.h"

/* Prints all of it. `desktop` (NULL: the usual one) is open beside the job on the laptops that are named.
 * `spell` writes the commands that measure what is missing. */
int mlm_advise(const struct mlm_table *table, const struct mlm_desktop *desktop,
    const struct mlm_text_style *style, mlm_rerun_spell *spell, FILE *out, struct mlm_error *error);

/* Writes the recommendations alone, a paragraph in each line, with commands indented; "" where no row was run
 * under several caps. */
int mlm_advise_in_brief(const struct mlm_table *table, const struct mlm_desktop *desktop,
    mlm_rerun_spell *spell, FILE *out, struct mlm_error *error);
