/* The repetitions of a row one by one, and the intervals of its figures: for formats that have room for them.
 */
#pragma once

#include "report/table/columns.h"

struct mlm_repetition_column {
    const char *title;
    void (*write)(const struct mlm_row *row, char cell[static MLM_CELL_SIZE]); /* "" where there is nothing */
};

#define MLM_REPETITION_COLUMNS 4

/* "12.3 ms, 2 × 12.4 ms, oom"; "11.9 ms to 12.9 ms"; the same of needs. */
extern const struct mlm_repetition_column mlm_repetition_columns[MLM_REPETITION_COLUMNS];

/* Returns true if any row has something in this column. */
bool mlm_repetition_column_used(size_t column, const struct mlm_section *sections, size_t count);

/* Writes the row's name and cap, and in further lines its standard columns and these, each with its title. */
void mlm_repetitions_say(FILE *out, const struct mlm_row *row);
