/* Tables in other tools' formats. A format is an entry in the table of export.c and a function that writes
 * it; whatever could not be had is missing there too, as that format's readers know it, and never 0. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/table/table.h"

struct mlm_export {
    const struct mlm_table *table;
    const struct mlm_record_list *list;
    bool rows; /* a line a row where there would be a line a trial */
};

struct mlm_export_format {
    const char *name;
    const char *purpose;    /* one line */
    bool has_rows;          /* `rows` means something */
    const char *leaves_out; /* which rows it has no way to tell of; NULL: none */
    /* *ret_left_out: how many of those there were. Whether all could be written is for the caller to ask of
     * `out`. */
    int (*write)(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error);
};

#define MLM_EXPORT_FORMAT_COUNT 10

extern const struct mlm_export_format mlm_export_formats[MLM_EXPORT_FORMAT_COUNT];
