/* Shared parts of the files that print comparisons; for them alone. */
#pragma once

#include "report/compare/show.h"
#include "report/table/notes.h"
#include "report/text/grid.h"

/* A row of the table that gives the lines their headings, with its pairs. */
struct mlm_line {
    const struct mlm_row *row;
    size_t index;                  /* of the row in its table's order */
    const struct mlm_pair **pairs; /* by pairing; NULL: none */
    enum mlm_paint paint;          /* of its verdict, where that is not the pair's */
    bool hidden;
};

struct mlm_lines {
    const struct mlm_table *table;
    struct mlm_line *items; /* in the table's order */
    size_t count;
};

/* The first columns of each such table: the name of the row. */
enum { MLM_LINE_WORKLOAD, MLM_LINE_PARAMETERS, MLM_LINE_COLUMNS };

#define MLM_LINE_COLUMN_TITLES                                                                               \
    {"workload", 0, true, NULL, false},                                                                      \
    {                                                                                                        \
        "parameters", 0, true, NULL, false                                                                   \
    }

/* Writes a cell of those; false: the column is none of them. */
bool mlm_line_name_write(const struct mlm_line *line, size_t column, char cell[static MLM_CELL_SIZE]);

/* Prints them through a grid that has its columns, a table a section. The grid's rows are struct mlm_line. */
int mlm_lines_put(const struct mlm_lines *lines, const struct mlm_grid *grid);

struct mlm_view {
    const struct mlm_comparison *comparison;
    const struct mlm_text_style *style;
    FILE *out;
    struct mlm_lines lines;
    const struct mlm_pair **pairs;
    struct mlm_keymap footnotes;
    mlm_mark_set of_every_row; /* marks */
    char *work_of_every_row;   /* in what all pairs did not do the same work; NULL: not all alike */
    enum mlm_figure figure;    /* of a matrix */
};

/* Footnotes of the marks that qualify the line's time or needs, and on which sides: "[a,c]" into the
 * brackets. */
int mlm_view_mark_notes(
    struct mlm_view *view, const struct mlm_line *line, char brackets[static MLM_CELL_SIZE]);

/* Time and needs of one pair side by side. */
int mlm_show_pairs(struct mlm_view *view);
/* Time, then needs, of many sides. */
int mlm_show_matrix(struct mlm_view *view);

/* A list names as many, and counts the rest. */
#define MLM_NAMES_SHOWN 5

#define MLM_SIDE_NAME 8

/* "old" and "new" of two, "A", "B", … of more. */
const char *mlm_side_name(
    const struct mlm_comparison *comparison, size_t side, char text[static MLM_SIDE_NAME]);

/* Takes the text, also NULL, and puts it, with further lines under the label's end. -ENOMEM. */
int mlm_put_labelled(const struct mlm_view *view, const char *label, char *text);
