/* A text table with columns of any kind, read twice: the survey finds how each column can be read and where
 * the rows begin, the second pass writes them as numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/plain/dictionary.h"
#include "data/plain/fields.h"
#include "data/plain/rewrite.h"

/* A wider table is read only if it is plain. */
#define MLM_TABLE_COLUMNS_MAX (UINT32_C(1) << 19)

/* Lines that are kept apart until those behind them are known: shapes, names, and the first row. */
#define MLM_FIRST_LINES 3u

#define MLM_EXCERPT 28

/* What only a column of text has. */
struct mlm_text_column {
    struct mlm_dictionary words;
    uint64_t bytes;    /* of all its texts */
    uint64_t numbers;  /* fields that could be read as numbers */
    uint64_t odd_line; /* the first field that could not: its line and begin */
    char odd[MLM_EXCERPT];
};

struct mlm_column {
    unsigned forms; /* those that all its fields have; see mlm_form_chosen() */
    uint64_t missing;
    char name[MLM_EXCERPT]; /* "": the table does not say */
    struct mlm_text_column *text;
};

/* One of the first lines. */
struct mlm_line {
    uint64_t number;
    uint8_t *forms; /* of each field */
    size_t count, capacity;
};

struct mlm_table {
    struct mlm_rewrite *rewrite;
    struct mlm_fields fields;
    unsigned possible; /* forms that a field may have */
    uint64_t rows;     /* lines that are not blank, heads included */
    struct mlm_line first[MLM_FIRST_LINES];
    struct mlm_column *columns;
    size_t column_count;
    uint64_t columns_line; /* the line that column_count is of */
    unsigned heads;        /* lines at the begin that are no rows */
    bool named;            /* the last of them has the names of the columns */
    uint64_t held_bytes;   /* memory of all dictionaries */
};

/* The first pass. */
int mlm_survey(struct mlm_table *table);

/* Says for each column what became of it. */
void mlm_table_tell(const struct mlm_table *table);
