/* Rows and columns on a terminal: columns as wide as what is in them; those that say nothing are left out,
 * and where the terminal is narrow so are the least important ones: a line never wraps.
 *
 * Fill in the first part, mlm_grid_measure() every row, mlm_grid_fit(), and then print. */
#pragma once

#include "report/table/columns.h"
#include "report/text/prose.h"

#define MLM_GRID_COLUMNS 96

struct mlm_grid {
    const struct mlm_text_style *style;
    FILE *out;
    struct mlm_grid_column {
        const char *title;
        int sacrifice;       /* where there is no room the highest goes first; 0: stays */
        bool left;           /* a text rather than a figure */
        const char *nothing; /* what an empty cell of a column that is shown says; NULL: "-" */
        bool two_lengths;    /* its cells can be written shorter */
    } columns[MLM_GRID_COLUMNS];
    bool absent[MLM_GRID_COLUMNS]; /* not asked for */
    size_t count;
    int brief_before; /* columns with a sacrifice of up to this matter more than cells at their full length */
    /* Writes a cell, "" where there is nothing; a negative errno is passed on. */
    int (*write)(void *context, const void *row, size_t column, bool brief, char cell[static MLM_CELL_SIZE]);
    enum mlm_paint (*paint)(const void *row, size_t column); /* NULL: plain */
    void *context;

    /* How it is laid out; a width of 0: the column is not shown. */
    size_t widths[MLM_GRID_COLUMNS], brief_widths[MLM_GRID_COLUMNS];
    bool dropped[MLM_GRID_COLUMNS];
    bool brief;
};

int mlm_grid_measure(struct mlm_grid *grid, const void *row);
void mlm_grid_fit(struct mlm_grid *grid);

void mlm_grid_put_titles(const struct mlm_grid *grid);
int mlm_grid_put_row(const struct mlm_grid *grid, const void *row);
/* "(columns hidden, the terminal is too narrow: …)", where it is so. */
void mlm_grid_put_dropped(const struct mlm_grid *grid);
