/* From records to what people look at. Everything here reads records only: it knows no cgroup, no ML and no
 * trial. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "record/store.h"

/* A row of a table: the repetitions of one specification, summed up. */
struct mlm_row;
struct mlm_table; /* rows grouped by machine, suite, data and cap, in the order of their first record */

/* Borrows the list, which must outlive the table. Call mlm_judge() on it before. */
int mlm_table_make(const struct mlm_record_list *list, struct mlm_table **ret_table, struct mlm_error *error);
void mlm_table_free(struct mlm_table *table); /* takes NULL */

struct mlm_text_style {
    bool colour; /* escape codes */
    int width;   /* columns of the terminal; 0: no limit */
};

/* The table, the footnotes that its marks ask for, and the finding in two or three sentences. */
int mlm_report_text(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);

/* One picture a suite as SVG and PNG in `folder`, named BASE-SUITE.svg; needs gnuplot: -ENOENT says that it
 * is missing. `plots_folder` holds the gnuplot scripts. */
int mlm_report_pictures(const struct mlm_table *table, const char *plots_folder, const char *folder,
    const char *base, struct mlm_error *error);
