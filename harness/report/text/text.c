/* The table for a terminal: a grid for each suite, with heading, finding and footnotes. */
#include "report/text/text.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/table/finding.h"
#include "report/table/heading.h"
#include "report/table/notes.h"
#include "report/text/grid.h"

/* A column with a sacrifice up to this stays: the progress in the outcome is left out first. */
#define BEFORE_BRIEF 4

/* Writes the outcome, with its footnotes: reason and marks. */
static int outcome_write(
    struct mlm_notes *notes, const struct mlm_row *row, bool brief, char cell[static MLM_CELL_SIZE])
{
    char letters[MLM_CELL_SIZE];
    int r = mlm_notes_of_row(notes, row, letters);
    mlm_row_outcome_text(row, brief, cell);
    size_t length = strlen(cell);
    if (letters[0])
        snprintf(cell + length, MLM_CELL_SIZE - length, " %s", letters);
    return r;
}

static int cell_write(
    void *context, const void *row, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    if (column == MLM_COLUMN_OUTCOME)
        return outcome_write(context, row, brief, cell);
    mlm_columns[column].write(row, cell);
    return 0;
}

/* Where rows differ only in their cap, the cap is the name of the row. */
static int cap_cell_write(
    void *context, const void *p, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    const struct mlm_row *row = p;
    if (!mlm_columns[column].beside)
        return cell_write(context, row, column, brief, cell);
    char cap[MLM_SIZE_TEXT];
    cell[0] = 0;
    if (column == 0)
        mlm_cell_text(mlm_size_spell(row->first->limits.cap_bytes, cap), cell);
    return 0;
}

enum mlm_paint mlm_outcome_paint(const struct mlm_row *row)
{
    static const enum mlm_paint paints[MLM_OUTCOME_COUNT] = {[MLM_OUTCOME_OK] = MLM_PAINT_GREEN,
        [MLM_OUTCOME_OOM] = MLM_PAINT_RED,
        [MLM_OUTCOME_TIMEOUT] = MLM_PAINT_YELLOW,
        [MLM_OUTCOME_KILLED] = MLM_PAINT_RED,
        [MLM_OUTCOME_CRASH] = MLM_PAINT_MAGENTA,
        [MLM_OUTCOME_WRONG] = MLM_PAINT_MAGENTA,
        [MLM_OUTCOME_REFUSED] = MLM_PAINT_DIM,
        [MLM_OUTCOME_SKIPPED] = MLM_PAINT_DIM};
    return row->outcome == MLM_OUTCOME_OK && !mlm_row_all_ok(row) ? MLM_PAINT_YELLOW : paints[row->outcome];
}

static enum mlm_paint cell_paint(const void *row, size_t column)
{
    return column == MLM_COLUMN_OUTCOME ? mlm_outcome_paint(row) : MLM_PAINT_PLAIN;
}

static int put_finding(
    FILE *out, const struct mlm_text_style *style, const struct mlm_section *section, struct mlm_error *error)
{
    mlm_auto_free char *finding = NULL;
    int r = mlm_finding(section, &finding, error);
    if (r >= 0 && *finding) {
        fputc('\n', out);
        mlm_put_wrapped(out, style, 0, finding);
    }
    return r;
}

/* The style for tables. Prose in a file is not wrapped, so that it can be searched; but a table has a width
 * in a file too, unless the user chose its columns. */
static struct mlm_text_style of_grid(const struct mlm_text_style *style, mlm_column_set columns)
{
    return (struct mlm_text_style){
        .colour = style->colour, .width = columns && !style->width ? 0 : style->table_width};
}

/* The sections of a suite share a layout, so that caps can be compared by eye. */
static int grid_make(struct mlm_grid *grid, mlm_column_set columns, const struct mlm_section *sections,
    size_t count, const char *first_title)
{
    bool shown[MLM_COLUMN_COUNT];
    mlm_columns_shown(columns, sections, count, shown);
    grid->brief_before = BEFORE_BRIEF;
    grid->paint = cell_paint;
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        grid->absent[c] = !shown[c];
        grid->columns[grid->count++] = (struct mlm_grid_column){.title = mlm_columns[c].title,
            .sacrifice = mlm_columns[c].sacrifice,
            .left = mlm_columns[c].left,
            .two_lengths = c == MLM_COLUMN_OUTCOME};
    }
    grid->columns[0].title = first_title;
    int r = 0;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count && r >= 0; i++)
            r = mlm_grid_measure(grid, sections[s].rows[i]);
    mlm_grid_fit(grid);
    return r;
}

static int put_rows(const struct mlm_grid *grid, const struct mlm_section *section)
{
    int r = 0;
    mlm_grid_put_titles(grid);
    for (size_t i = 0; i < section->count && r >= 0; i++)
        r = mlm_grid_put_row(grid, section->rows[i]);
    return r;
}

/* The place for all lines, and the columns of tables. */
struct place {
    FILE *out;
    const struct mlm_text_style *style;
    mlm_column_set columns;
};

static int put_suite(const struct place *place, const struct mlm_table *table, size_t begin, size_t end,
    struct mlm_notes *notes, struct mlm_error *error)
{
    FILE *out = place->out;
    const struct mlm_text_style wide = of_grid(place->style, place->columns);
    struct mlm_grid grid = {.style = &wide, .out = out, .write = cell_write, .context = notes};
    int r = grid_make(&grid, place->columns, table->sections + begin, end - begin, mlm_columns[0].title);
    for (size_t s = begin; s < end && r >= 0; s++) {
        const struct mlm_section *section = &table->sections[s];
        fputc('\n', out);
        r = mlm_put_line(out, place->style, MLM_PAINT_BOLD, mlm_section_line(table, section));
        if (r >= 0)
            r = put_rows(&grid, section);
        if (r < 0)
            break;
        if (s + 1 == end)
            mlm_grid_put_dropped(&grid);
        r = put_finding(out, place->style, section, error);
        if (r < 0)
            return r;
    }
    return r < 0 ? mlm_error_errno(error, r, "printing a table") : 0;
}

static int put_note(void *context, const char *label, const char *text)
{
    const struct place *place = context;
    return mlm_put_note(place->out, place->style, label, text);
}

/* Prints the notes below all tables. */
static int put_notes(FILE *out, const struct mlm_text_style *style, const struct mlm_notes *notes)
{
    fputc('\n', out);
    return mlm_notes_say(notes, put_note, &(struct place){.out = out, .style = style});
}

int mlm_report_text(const struct mlm_table *table, mlm_column_set columns, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_notes_release) struct mlm_notes notes = {0};
    mlm_notes_begin(table->sections, table->section_count, columns, &notes);
    int r = 0;
    const struct mlm_record *machine = NULL;
    for (size_t begin = 0, end; begin < table->section_count && r >= 0; begin = end) {
        const struct mlm_row *row = table->sections[begin].rows[0];
        end = mlm_table_suite_end(table, begin);
        if (!machine || !mlm_same_machine(row->first, machine)) {
            if (machine)
                fputc('\n', out);
            machine = row->first;
            r = mlm_put_line(out, style, MLM_PAINT_PLAIN, mlm_machine_line(machine));
            if (r < 0)
                mlm_error_errno(error, r, "printing a table");
        }
        if (r >= 0)
            r = put_suite(&(struct place){out, style, columns}, table, begin, end, &notes, error);
    }
    return r < 0 ? r : mlm_put_end(out, put_notes(out, style, &notes), "printing a table", error);
}

static int compare_caps(const void *p, const void *q)
{
    const struct mlm_row *const *a = p, *const *b = q;
    uint64_t cap_a = (*a)->first->limits.cap_bytes, cap_b = (*b)->first->limits.cap_bytes;
    return (cap_a < cap_b) - (cap_a > cap_b);
}

int mlm_report_text_by_cap(const struct mlm_table *table, mlm_column_set columns,
    const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_notes_release) struct mlm_notes notes = {0};
    mlm_auto_free const struct mlm_row **rows = calloc(table->row_count + 1, sizeof *rows);
    if (!rows)
        return mlm_error_errno(error, -ENOMEM, "printing a table");
    memcpy(rows, table->order, table->row_count * sizeof *rows);
    qsort(rows, table->row_count, sizeof *rows, compare_caps);
    struct mlm_section section = {.rows = rows, .count = table->row_count};
    mlm_notes_begin(&section, 1, columns, &notes);
    const struct mlm_text_style wide = of_grid(style, columns);
    struct mlm_grid grid = {.style = &wide, .out = out, .write = cap_cell_write, .context = &notes};
    int r = mlm_put_line(out, style, MLM_PAINT_PLAIN, mlm_machine_line(rows[0]->first));
    if (r >= 0)
        r = mlm_put_line(out, style, MLM_PAINT_BOLD, mlm_sweep_line(rows[0]->first));
    if (r >= 0)
        r = grid_make(&grid, columns, &section, 1, "cap");
    if (r >= 0)
        r = put_rows(&grid, &section);
    mlm_grid_put_dropped(&grid);
    if (r >= 0)
        r = put_notes(out, style, &notes);
    return mlm_put_end(out, r, "printing a table", error);
}
