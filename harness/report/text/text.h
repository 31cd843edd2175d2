/* The table for a terminal. */
#pragma once

#include "report/table/columns.h"
#include "report/text/prose.h"

/* Prints the table, the footnotes of its marks, and the finding in two or three sentences. */
int mlm_report_text(const struct mlm_table *table, mlm_column_set columns, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error);

/* Prints rows of a table that differ only in their cap, the largest cap first, with the footnotes. */
int mlm_report_text_by_cap(const struct mlm_table *table, mlm_column_set columns,
    const struct mlm_text_style *style, FILE *out, struct mlm_error *error);

/* The colour of an outcome; "ok 2 of 3" has a colour of its own. */
enum mlm_paint mlm_outcome_paint(const struct mlm_row *row);
