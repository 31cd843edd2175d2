/* The columns of the table, once, for every format that has columns. Adding one is adding a line in
 * columns.c. */
#pragma once

#include "report/table/table.h"

/* Longer texts are cut: a name from a file can be of any length. */
#define MLM_CELL_SIZE 256

/* Repetitions further apart than this make a figure doubtful. */
#define MLM_SPREAD_LIMIT 0.05

struct mlm_column {
    const char *key; /* what --columns calls it */
    const char *title;
    bool standard; /* of those that a table has unless it is told otherwise */
    int sacrifice; /* where there is no room the highest goes first; 0: stays */
    bool left;     /* a text rather than a figure */
    bool beside;   /* tells a row from other variants, and caps not from each other */
    double (*value)(const struct mlm_row *row); /* what `write` shows, unrounded; NAN: none; NULL: a text */
    void (*write)(const struct mlm_row *row, char cell[static MLM_CELL_SIZE]); /* "" where there is nothing */
};

#define MLM_COLUMN_OUTCOME 2 /* it and those before it are always shown */
#define MLM_COLUMN_COUNT 16

extern const struct mlm_column mlm_columns[MLM_COLUMN_COUNT];

/* Does any row have something in this column? Tables leave out those that say nothing. */
bool mlm_column_used(size_t column, const struct mlm_section *sections, size_t count);

/* A set of columns, a bit each. 0: the standard ones, of which swap is left out where nothing was swapped. */
typedef uint32_t mlm_column_set;

/* "all", or keys with commas between; what tells rows apart and the outcome are always among them. -EINVAL:
 * no such column, and the error says which there are. */
int mlm_columns_parse(const char *text, mlm_column_set *ret_set, struct mlm_error *error);

/* Which of them a table of these sections has: those that say nothing are left out. */
void mlm_columns_shown(mlm_column_set set, const struct mlm_section *sections, size_t count,
    bool ret_shown[static MLM_COLUMN_COUNT]);

/* The keys and "all", ended by NULL. */
extern const char *const mlm_column_words[];

/* Copies a text into a cell, the end of a long one replaced by "…". */
void mlm_cell_text(const char *text, char cell[static MLM_CELL_SIZE]);
