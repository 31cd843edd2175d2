/* The columns of the table, defined once for every format that has columns. To add one: a line in
 * columns.c. */
#pragma once

#include "report/table/table.h"

/* Longer texts are cut: a name from a file can be of any length. */
#define MLM_CELL_SIZE 256

/* Repetitions further apart than this make a figure doubtful. */
#define MLM_SPREAD_LIMIT 0.05

struct mlm_column {
    const char *key; /* its name for --columns */
    const char *title;
    bool standard; /* shown unless --columns says otherwise */
    int sacrifice; /* where there is no room, the column with the highest is hidden first; 0: never; at most
                      MLM_COLUMN_LEADS: it fits on a phone */
    bool left;     /* a text rather than a figure */
    bool beside;   /* differs between variants, not between caps */
    double (*value)(const struct mlm_row *row); /* the unrounded figure; NAN: none; NULL: a text */
    void (*write)(const struct mlm_row *row, char cell[static MLM_CELL_SIZE]); /* "" where there is nothing */
};

#define MLM_COLUMN_LEADS 1
#define MLM_COLUMN_OUTCOME 2 /* this column and those before it are always shown */
#define MLM_COLUMN_COUNT 24

extern const struct mlm_column mlm_columns[MLM_COLUMN_COUNT];

/* Returns true if any row has something in this column. Tables leave out empty columns. */
bool mlm_column_used(size_t column, const struct mlm_section *sections, size_t count);

/* A set of columns, one bit for each. 0: the standard ones, without swap where nothing was swapped, and with
 * the rate where all rows are of language models. */
typedef uint32_t mlm_column_set;
#define MLM_COLUMNS_ALL ((UINT32_C(1) << MLM_COLUMN_COUNT) - 1)

/* Returns true if the set has the column of this key. */
bool mlm_columns_have(mlm_column_set set, const char *key);

/* Parses "all", or keys with commas between them; the columns up to the outcome are always added. -EINVAL: no
 * such column; the error lists the existing ones. */
int mlm_columns_parse(const char *text, mlm_column_set *ret_set, struct mlm_error *error);

/* Finds the columns of the set that a table of these sections shows: empty ones are left out. */
void mlm_columns_shown(mlm_column_set set, const struct mlm_section *sections, size_t count,
    bool ret_shown[static MLM_COLUMN_COUNT]);

/* The keys and "all", ended by NULL. */
extern const char *const mlm_column_words[];

/* Copies a text into a cell, and replaces the end of a long one by "…". */
void mlm_cell_text(const char *text, char cell[static MLM_CELL_SIZE]);
