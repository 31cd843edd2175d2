/* The table for a terminal. */
#pragma once

#include "report/table/columns.h"
#include "report/text/prose.h"

/* The table, the footnotes that its marks ask for, and the finding in two or three sentences. */
int mlm_report_text(const struct mlm_table *table, mlm_column_set columns, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error);

/* The rows of a table that differ in their cap alone, the largest first, with the footnotes. */
int mlm_report_text_by_cap(const struct mlm_table *table, mlm_column_set columns,
    const struct mlm_text_style *style, FILE *out, struct mlm_error *error);

/* An outcome's colour, "ok 2 of 3" having one of its own. */
enum mlm_paint mlm_outcome_paint(const struct mlm_row *row);
