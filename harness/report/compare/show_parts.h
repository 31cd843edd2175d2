/* Shared parts of the files that print comparisons; for them alone. */
#pragma once

#include "report/compare/show.h"
#include "report/compare/words.h"
#include "report/table/notes.h"
#include "report/text/grid.h"

/* A row of the table that gives the lines their headings, with its pairs. */
struct mlm_line {
    const struct mlm_row *row;
    size_t index;                  /* place of the row in its table's order */
    const struct mlm_pair **pairs; /* the row's pair in each pairing; NULL: none */
    enum mlm_paint paint;          /* colour of the line's verdict, where that is not the pair's */
    bool hidden;
};

struct mlm_lines {
    const struct mlm_table *table;
    struct mlm_line *items; /* in the table's order */
    size_t count;
};

/* The first columns of each table of a comparison: they name the row. */
enum { MLM_LINE_WORKLOAD, MLM_LINE_PARAMETERS, MLM_LINE_COLUMNS };

#define MLM_LINE_COLUMN_TITLES                                                                               \
    {"workload", 0, true, NULL, false},                                                                      \
    {                                                                                                        \
        "parameters", 0, true, NULL, false                                                                   \
    }

/* Writes a cell of these columns; false: the column is another one. */
bool mlm_line_name_write(const struct mlm_line *line, size_t column, char cell[static MLM_CELL_SIZE]);

/* Prints the lines, one table for each section. `grid` has the columns; its rows are struct mlm_line. */
int mlm_lines_put(const struct mlm_lines *lines, const struct mlm_grid *grid);

struct mlm_view {
    const struct mlm_comparison *comparison;
    const struct mlm_text_style *style;
    FILE *out;
    struct mlm_lines lines;
    const struct mlm_pair **pairs;
    struct mlm_keymap footnotes;
    mlm_mark_set of_every_row; /* marks that every row has */
    char *work_of_every_row;   /* in which way no pair did the same work; NULL: pairs differ in this */
    enum mlm_figure figure;    /* the figure that a matrix shows */
};

/* Writes the footnotes of the line's marks about time or needs, with the sides that have them: "[a,c]" into
 * the brackets. */
int mlm_view_mark_notes(
    struct mlm_view *view, const struct mlm_line *line, char brackets[static MLM_CELL_SIZE]);

/* Prints time and needs of two sides beside each other. */
int mlm_show_pairs(struct mlm_view *view);
/* Prints the times, then the needs, of more than two sides. */
int mlm_show_matrix(struct mlm_view *view);

/* Prints many machines: a line for each, and what each makes of each job. */
int mlm_show_fleet(const struct mlm_view *view, struct mlm_error *error);

/* A list gives at most this many names, and counts the rest. */
#define MLM_NAMES_SHOWN 5

/* Prints the text behind the label, with further lines indented by the label's width. Frees the text; NULL
 * gives -ENOMEM. */
int mlm_put_labelled(const struct mlm_view *view, const char *label, char *text);
