/* The table for a terminal. Columns that say nothing in a suite are left out, and where the terminal is
 * narrow so are the least important ones: a line never wraps. */
#include "report/text/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "record/utf8.h"
#include "report/table/finding.h"
#include "report/table/heading.h"
#include "report/table/notes.h"

#define GAP 2

/* How one suite's tables are laid out; a width of 0: the column is not shown. */
struct layout {
    size_t widths[MLM_COLUMN_COUNT];
    bool dropped[MLM_COLUMN_COUNT];
    size_t brief_width; /* of the outcomes without how far it came */
    bool brief;
};

/* Columns that matter more than how far a job came. */
#define BEFORE_BRIEF 3

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The outcome's cell with its notes: reason and marks. */
static int outcome_cell(
    struct mlm_notes *notes, const struct mlm_row *row, bool brief, char cell[static MLM_CELL_SIZE])
{
    char letters[MLM_CELL_SIZE];
    int r = mlm_notes_of_row(notes, row, letters);
    (void)mlm_row_outcome_text(row, brief, cell);
    size_t length = strlen(cell);
    if (letters[0])
        (void)snprintf(cell + length, MLM_CELL_SIZE - length, " %s", letters);
    return r;
}

static int cell_make(struct mlm_notes *notes, size_t column, const struct mlm_row *row, bool brief,
    char cell[static MLM_CELL_SIZE])
{
    if (column == MLM_COLUMN_OUTCOME)
        return outcome_cell(notes, row, brief, cell);
    mlm_columns[column].write(row, cell);
    return 0;
}

static size_t line_width(const struct layout *layout)
{
    size_t width = 0;
    for (size_t i = 0; i < MLM_COLUMN_COUNT; i++)
        width += layout->widths[i] ? layout->widths[i] + GAP : 0;
    return width ? width - GAP : 0;
}

/* Takes columns and how far jobs came away, then cuts the texts' columns down, until a line fits. */
static void narrow(struct layout *layout, size_t room)
{
    while (line_width(layout) > room) {
        size_t victim = 0;
        for (size_t i = 1; i < MLM_COLUMN_COUNT; i++)
            if (layout->widths[i] && mlm_columns[i].sacrifice > mlm_columns[victim].sacrifice)
                victim = i;
        if (mlm_columns[victim].sacrifice <= BEFORE_BRIEF && !layout->brief) {
            layout->brief = true;
            layout->widths[MLM_COLUMN_OUTCOME] = layout->brief_width;
            continue;
        }
        if (!mlm_columns[victim].sacrifice)
            break;
        layout->widths[victim] = 0;
        layout->dropped[victim] = true;
    }
    while (line_width(layout) > room) {
        size_t widest = 0;
        for (size_t i = 1; i < MLM_COLUMN_COUNT; i++)
            if (layout->widths[i] > layout->widths[widest])
                widest = i;
        if (layout->widths[widest] <= 2)
            break;
        layout->widths[widest]--;
    }
}

static int layout_row(struct layout *layout, struct mlm_notes *notes, const struct mlm_row *row)
{
    char cell[MLM_CELL_SIZE];
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        int r = cell_make(notes, c, row, false, cell);
        if (r < 0)
            return r;
        layout->widths[c] = larger(layout->widths[c], mlm_utf8_width(cell));
    }
    int r = outcome_cell(notes, row, true, cell);
    layout->brief_width = larger(layout->brief_width, mlm_utf8_width(cell));
    return r;
}

static int layout_make(const struct mlm_section *sections, size_t count, struct mlm_notes *notes, int width,
    struct layout *layout)
{
    *layout = (struct layout){.brief_width = mlm_utf8_width(mlm_columns[MLM_COLUMN_OUTCOME].title)};
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            int r = layout_row(layout, notes, sections[s].rows[i]);
            if (r < 0)
                return r;
        }
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (layout->widths[c])
            layout->widths[c] = larger(layout->widths[c], mlm_utf8_width(mlm_columns[c].title));
    if (width > 0)
        narrow(layout, (size_t)width);
    return 0;
}

/* Escape codes, or nothing. */
enum paint { PLAIN, BOLD, DIM, GREEN, RED, YELLOW, MAGENTA };

static void put_painted(FILE *out, const struct mlm_text_style *style, enum paint paint, const char *text)
{
    static const char *const codes[] = {
        [BOLD] = "1", [DIM] = "2", [GREEN] = "32", [RED] = "31", [YELLOW] = "33", [MAGENTA] = "35"};
    if (style->colour && paint != PLAIN)
        (void)fprintf(out, "\033[%sm%s\033[0m", codes[paint], text);
    else
        (void)fputs(text, out);
}

static enum paint outcome_paint(const struct mlm_row *row)
{
    static const enum paint paints[MLM_OUTCOME_COUNT] = {[MLM_OUTCOME_OK] = GREEN,
        [MLM_OUTCOME_OOM] = RED,
        [MLM_OUTCOME_TIMEOUT] = YELLOW,
        [MLM_OUTCOME_KILLED] = RED,
        [MLM_OUTCOME_CRASH] = MAGENTA,
        [MLM_OUTCOME_WRONG] = MAGENTA,
        [MLM_OUTCOME_REFUSED] = DIM,
        [MLM_OUTCOME_SKIPPED] = DIM};
    return row->outcome == MLM_OUTCOME_OK && !mlm_row_all_ok(row) ? YELLOW : paints[row->outcome];
}

static void put_spaces(FILE *out, size_t count)
{
    (void)fprintf(out, "%*s", (int)count, "");
}

/* One cell, with the gap in front of it; trailing space is held back until something follows. */
static void put_cell(FILE *out, const struct mlm_text_style *style, const struct layout *layout,
    size_t column, enum paint paint, char *cell, size_t *held_back)
{
    size_t width = layout->widths[column];
    mlm_utf8_cut(cell, MLM_CELL_SIZE, width);
    size_t used = mlm_utf8_width(cell);
    size_t fill = width > used ? width - used : 0;
    put_spaces(out, *held_back + (mlm_columns[column].left ? 0 : fill));
    put_painted(out, style, paint, cell);
    *held_back = GAP + (mlm_columns[column].left ? fill : 0);
}

static void put_titles(FILE *out, const struct mlm_text_style *style, const struct layout *layout)
{
    size_t held_back = 0;
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        char cell[MLM_CELL_SIZE];
        if (!layout->widths[c])
            continue;
        mlm_cell_text(mlm_columns[c].title, cell);
        put_cell(out, style, layout, c, DIM, cell, &held_back);
    }
    (void)fputc('\n', out);
}

static int put_row(FILE *out, const struct mlm_text_style *style, const struct layout *layout,
    struct mlm_notes *notes, const struct mlm_row *row)
{
    size_t held_back = 0;
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++) {
        char cell[MLM_CELL_SIZE];
        if (!layout->widths[c])
            continue;
        int r = cell_make(notes, c, row, layout->brief, cell);
        if (r < 0)
            return r;
        if (!cell[0])
            (void)strcpy(cell, "-");
        put_cell(
            out, style, layout, c, c == MLM_COLUMN_OUTCOME ? outcome_paint(row) : PLAIN, cell, &held_back);
    }
    (void)fputc('\n', out);
    return 0;
}

/* The width of a text's first word. */
static size_t word_width(const char *text)
{
    size_t width = 0;
    while (*text && *text != ' ')
        width += mlm_utf8_step(&text);
    return width;
}

/* Prose, broken at spaces; a word longer than a line is broken where the line ends. */
static void put_wrapped(FILE *out, int width, size_t indent, const char *text)
{
    size_t room = width > 0 ? (size_t)width : SIZE_MAX, column = 0;
    if (indent >= room)
        indent = 0;
    while (*text) {
        const char *begin = text;
        bool space = *text == ' ';
        size_t step = mlm_utf8_step(&text);
        bool breaks = column + step > room;
        if (space) {
            size_t word = word_width(text);
            bool too_long = indent + word > room;
            breaks = column + 1 + (too_long ? 1 : word) > room;
        }
        if (breaks) {
            (void)fputc('\n', out);
            put_spaces(out, indent);
            column = indent;
        }
        if (breaks && space)
            continue;
        (void)fwrite(begin, 1, (size_t)(text - begin), out);
        column += step;
    }
    (void)fputc('\n', out);
}

/* Takes the line, also NULL. */
static int put_line(FILE *out, const struct mlm_text_style *style, enum paint paint, char *line)
{
    mlm_auto_free char *owned = line;
    if (!owned)
        return -ENOMEM;
    bool painted = style->colour && paint == BOLD;
    (void)fputs(painted ? "\033[1m" : "", out);
    put_wrapped(out, style->width, 4, owned);
    (void)fputs(painted ? "\033[0m" : "", out);
    return 0;
}

static void put_dropped(FILE *out, const struct mlm_text_style *style, const struct layout *layout)
{
    char text[MLM_CELL_SIZE] = "";
    for (size_t c = 0; c < MLM_COLUMN_COUNT; c++)
        if (layout->dropped[c]) {
            size_t length = strlen(text);
            (void)snprintf(
                text + length, sizeof text - length, "%s%s", length ? ", " : "", mlm_columns[c].title);
        }
    if (!text[0])
        return;
    char line[MLM_CELL_SIZE + 64];
    (void)snprintf(line, sizeof line, "(no room for: %s)", text);
    put_wrapped(out, style->width, 4, line);
}

static int put_finding(
    FILE *out, const struct mlm_text_style *style, const struct mlm_section *section, struct mlm_error *error)
{
    mlm_auto_free char *finding = NULL;
    int r = mlm_finding(section, &finding, error);
    if (r >= 0 && *finding) {
        (void)fputc('\n', out);
        put_wrapped(out, style->width, 0, finding);
    }
    return r;
}

/* One suite: its sections share a layout, so that caps can be compared by eye. */
static int put_suite(FILE *out, const struct mlm_text_style *style, const struct mlm_table *table,
    size_t begin, size_t end, struct mlm_notes *notes, struct mlm_error *error)
{
    struct layout layout;
    int r = layout_make(table->sections + begin, end - begin, notes, style->width, &layout);
    for (size_t s = begin; s < end && r >= 0; s++) {
        const struct mlm_section *section = &table->sections[s];
        (void)fputc('\n', out);
        r = put_line(out, style, BOLD, mlm_section_line(table, section));
        if (r < 0)
            break;
        put_titles(out, style, &layout);
        for (size_t i = 0; i < section->count && r >= 0; i++)
            r = put_row(out, style, &layout, notes, section->rows[i]);
        if (r < 0)
            break;
        if (s + 1 == end)
            put_dropped(out, style, &layout);
        r = put_finding(out, style, section, error);
        if (r < 0)
            return r;
    }
    return r < 0 ? mlm_error_errno(error, r, "printing a table") : 0;
}

/* Where a note's lines go. */
struct place {
    FILE *out;
    const struct mlm_text_style *style;
};

static int put_note(void *context, const char *label, const char *text)
{
    const struct place *place = context;
    mlm_auto_free char *line = NULL;
    if (asprintf(&line, "%s %s", label, text) < 0) {
        line = NULL;
        return -ENOMEM;
    }
    put_wrapped(place->out, place->style->width, mlm_utf8_width(label) + 1, line);
    return 0;
}

int mlm_report_text(
    const struct mlm_table *table, const struct mlm_text_style *style, FILE *out, struct mlm_error *error)
{
    mlm_cleanup(mlm_notes_release) struct mlm_notes notes = {0};
    mlm_notes_begin(table->sections, table->section_count, &notes);
    int r = 0;
    const struct mlm_record *machine = NULL;
    for (size_t begin = 0, end; begin < table->section_count && r >= 0; begin = end) {
        const struct mlm_row *row = table->sections[begin].rows[0];
        end = mlm_table_suite_end(table, begin);
        if (!machine || !mlm_same_machine(row->first, machine)) {
            if (machine)
                (void)fputc('\n', out);
            machine = row->first;
            r = put_line(out, style, PLAIN, mlm_machine_line(machine));
            if (r < 0)
                (void)mlm_error_errno(error, r, "printing a table");
        }
        if (r >= 0)
            r = put_suite(out, style, table, begin, end, &notes, error);
    }
    if (r >= 0) {
        (void)fputc('\n', out);
        r = mlm_notes_say(&notes, put_note, &(struct place){out, style});
        if (r < 0)
            (void)mlm_error_errno(error, r, "printing a table");
    }
    if (r >= 0 && (fflush(out) != 0 || ferror(out)))
        r = mlm_error_errno(error, -EIO, "printing a table");
    return r;
}
