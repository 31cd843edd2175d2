/* Tables in the formats of other tools. A format is an entry in the table of export.c and a function that
 * writes it. A value that could not be had is missing in each format in its own way, and never 0. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/table/table.h"

struct mlm_export {
    const struct mlm_table *table;
    const struct mlm_record_list *list;
    bool rows; /* one line for each row instead of each trial */
};

struct mlm_export_format {
    const char *name;
    const char *purpose;    /* one line */
    bool has_rows;          /* `rows` means something */
    const char *leaves_out; /* rows that it has no place for; NULL: none */
    /* *ret_left_out: number of such rows. The caller checks whether everything was written to `out`. */
    int (*write)(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error);
};

extern const struct mlm_export_format mlm_export_formats[]; /* ended by an empty row */
