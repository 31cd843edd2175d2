/* Looks at a CSV file as pandas does: the type of each column, and the size of its texts. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* MISSING: nothing but empty fields, which pandas reads as numbers. */
enum mlm_csv_kind { MLM_CSV_MISSING, MLM_CSV_INTEGER, MLM_CSV_FLOAT, MLM_CSV_TEXT };

#define MLM_CSV_COLUMNS_MOST 16384

struct mlm_csv_column {
    enum mlm_csv_kind kind;
    uint64_t missing;    /* empty fields */
    uint64_t text_bytes; /* of all rows together */
    double distinct;     /* different texts, estimated; of numbers 0 */
};

struct mlm_csv {
    uint64_t rows, bytes; /* rows without the line of names */
    uint64_t column_count;
    struct mlm_csv_column *columns;
};

/* Reads the whole file; the first line has the names. Fields are separated by commas, or by tabs in a .tsv
 * file, and may be quoted. -EINVAL: the file is no such table; the error names the line. */
int mlm_csv_look(const char *path, struct mlm_csv *ret_csv, struct mlm_error *error);

void mlm_csv_release(struct mlm_csv *csv); /* a zeroed one holds nothing */
