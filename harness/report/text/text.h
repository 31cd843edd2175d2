/* The table for a terminal. */
#pragma once

#include <stdio.h>

#include "report/table/table.h"

struct mlm_text_style {
    bool colour; /* escape codes */
    int width;   /* columns of the terminal; 0: no limit */
};

/* The table, the footnotes that its marks ask for, and the finding in two or three sentences. */
int mlm_report_text(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);
