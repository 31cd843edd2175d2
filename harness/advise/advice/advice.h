/* Would more RAM help? From a table of runs under several caps: for each suite and size of data the times by
 * cap with the cap that is enough, what each step to a larger cap gains and what another technique does
 * instead; then one recommendation, and the command that measures what is missing. */
#pragma once

#include <stdio.h>

#include "report/table/table.h"
#include "report/text/prose.h"

int mlm_advise(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);
