/* Rows and columns on a terminal. Columns are as wide as their content, and empty ones are left out. Where
 * the terminal is narrow the least important ones are hidden, because a line must never wrap.
 *
 * Fill in the first part, call mlm_grid_measure() for every row, then mlm_grid_fit(), and then print. */
#pragma once

#include "report/table/columns.h"
#include "report/text/prose.h"

#define MLM_GRID_COLUMNS 96

struct mlm_grid {
    const struct mlm_text_style *style;
    FILE *out;
    struct mlm_grid_column {
        const char *title;
        int sacrifice;       /* the highest is hidden first where the terminal is narrow; 0: never */
        bool left;           /* a text rather than a figure */
        const char *nothing; /* text of an empty cell in a shown column; NULL: "-" */
        bool two_lengths;    /* its cells can be written shorter */
    } columns[MLM_GRID_COLUMNS];
    bool absent[MLM_GRID_COLUMNS]; /* not asked for */
    size_t count;
    int brief_before; /* columns with a sacrifice up to this are kept in preference to full cells */
    /* Writes a cell, "" where there is nothing; a negative errno is passed on. */
    int (*write)(void *context, const void *row, size_t column, bool brief, char cell[static MLM_CELL_SIZE]);
    enum mlm_paint (*paint)(const void *row, size_t column); /* NULL: plain */
    void *context;

    /* The layout; a width of 0: the column is not shown. */
    size_t widths[MLM_GRID_COLUMNS], brief_widths[MLM_GRID_COLUMNS];
    bool dropped[MLM_GRID_COLUMNS];
    bool brief;
};

int mlm_grid_measure(struct mlm_grid *grid, const void *row);
void mlm_grid_fit(struct mlm_grid *grid);

void mlm_grid_put_titles(const struct mlm_grid *grid);
int mlm_grid_put_row(const struct mlm_grid *grid, const void *row);
/* Prints "(columns hidden, …)" where columns were hidden. */
void mlm_grid_put_dropped(const struct mlm_grid *grid);
