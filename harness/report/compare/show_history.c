/* Prints a run beside the runs before it. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/history.h"
#include "report/compare/show_parts.h"
#include "report/compare/words.h"
#include "report/text/text.h"

/* clang-format off */
enum {
    OUTCOME = MLM_LINE_COLUMNS, FILES, USUAL_TIME, TIME_LIMIT, NEW_TIME, TIME,
    USUAL_NEEDS, NEEDS_LIMIT, NEW_NEEDS, NEEDS, VERDICT, COLUMN_COUNT
};

static const struct mlm_grid_column columns[COLUMN_COUNT] = {
    MLM_LINE_COLUMN_TITLES,
    [OUTCOME]     = {"outcome",     0, true,  "ok", true},
    [FILES]       = {"files",       3, false, NULL, false},
    [USUAL_TIME]  = {"usual time",  6, false, NULL, false},
    [TIME_LIMIT]  = {"at most",     5, false, NULL, false},
    [NEW_TIME]    = {"new time",    4, false, NULL, false},
    [TIME]        = {"time",        0, false, NULL, false},
    [USUAL_NEEDS] = {"usual needs", 9, false, NULL, false},
    [NEEDS_LIMIT] = {"needs at most", 8, false, NULL, false},
    [NEW_NEEDS]   = {"new needs",   7, false, NULL, false},
    [NEEDS]       = {"needs",       1, false, NULL, false},
    [VERDICT]     = {"verdict",     0, true,  NULL, false},
};
/* clang-format on */

#define BEFORE_BRIEF 5

struct history_view {
    const struct mlm_history *history;
    const struct mlm_line *lines; /* one for each row of the history */
};

static void verdict_write(const struct mlm_history_row *row, char cell[static MLM_CELL_SIZE])
{
    size_t length = 0;
    bool usual = false, too_little = false;
    cell[0] = 0;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        enum mlm_history_verdict verdict = row->figures[f].verdict;
        if (verdict == MLM_HISTORY_REGRESSED)
            length += (size_t)snprintf(cell + length, MLM_CELL_SIZE - length, "%s%s%s", length ? ", " : "",
                mlm_figures[f].verb, mlm_figures[f].more);
        usual |= verdict == MLM_HISTORY_USUAL;
        too_little |= verdict == MLM_HISTORY_TOO_LITTLE;
    }
    if (!length)
        strcpy(cell, row->ends_worse ? "worse" : too_little ? "too little history" : usual ? "as usual" : "");
}

static int cell_write(
    void *context, const void *p, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    const struct history_view *view = context;
    const struct mlm_line *line = p;
    const struct mlm_history_row *row = &view->history->rows[line - view->lines];
    const struct mlm_history_figure *time = &row->figures[MLM_FIGURE_TIME];
    const struct mlm_history_figure *needs = &row->figures[MLM_FIGURE_NEEDS];
    cell[0] = 0;
    if (mlm_line_name_write(line, column, cell))
        return 0;
    switch (column) {
    case OUTCOME:
        if (!mlm_row_all_ok(row->row))
            mlm_row_outcome_text(row->row, brief, cell);
        break;
    case FILES:
        snprintf(cell, MLM_CELL_SIZE, "%zu", row->ok_count);
        break;
    case USUAL_TIME:
        mlm_figure_text(MLM_FIGURE_TIME, time->usual, cell);
        break;
    case TIME_LIMIT:
        mlm_figure_text(MLM_FIGURE_TIME, time->limit, cell);
        break;
    case NEW_TIME:
        mlm_figure_text(MLM_FIGURE_TIME, time->median, cell);
        break;
    case TIME:
        mlm_ratio_text(time->ratio, cell);
        break;
    case USUAL_NEEDS:
        mlm_figure_text(MLM_FIGURE_NEEDS, needs->usual, cell);
        break;
    case NEEDS_LIMIT:
        mlm_figure_text(MLM_FIGURE_NEEDS, needs->limit, cell);
        break;
    case NEW_NEEDS:
        mlm_figure_text(MLM_FIGURE_NEEDS, needs->median, cell);
        break;
    case NEEDS:
        mlm_ratio_text(needs->ratio, cell);
        break;
    default:
        verdict_write(row, cell);
    }
    return 0;
}

static enum mlm_paint cell_paint(const void *p, size_t column)
{
    const struct mlm_line *line = p;
    return column == OUTCOME   ? mlm_outcome_paint(line->row)
           : column == VERDICT ? line->paint
                               : MLM_PAINT_PLAIN;
}

static enum mlm_paint verdict_paint(const struct mlm_history_row *row)
{
    bool worse = row->ends_worse;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++)
        worse |= row->figures[f].verdict == MLM_HISTORY_REGRESSED;
    return worse ? MLM_PAINT_RED : MLM_PAINT_DIM;
}

static int put_table(const struct mlm_history *history, const struct mlm_text_style *style, FILE *out)
{
    const struct mlm_side *side = history->new_side;
    struct mlm_lines lines = {.table = side->table, .count = history->count};
    mlm_auto_free struct mlm_line *items = calloc(history->count + 1, sizeof *items);
    struct history_view view = {.history = history, .lines = items};
    if (!items)
        return -ENOMEM;
    lines.items = items;
    for (size_t i = 0; i < history->count; i++)
        items[i] = (struct mlm_line){.row = side->rows[i],
            .index = (size_t)(side->rows - side->table->order) + i,
            .paint = verdict_paint(&history->rows[i])};
    struct mlm_grid grid = {.style = style,
        .out = out,
        .count = COLUMN_COUNT,
        .brief_before = BEFORE_BRIEF,
        .write = cell_write,
        .paint = cell_paint,
        .context = &view};
    memcpy(grid.columns, columns, sizeof columns);
    return mlm_lines_put(&lines, &grid);
}

/* "storage/csr density=0.01 at 2G: time 91.3 ms, 1.20 × the usual, above 80.2 ms" */
static int put_trip(const struct mlm_history_row *row, const bool figures[static MLM_FIGURE_COUNT],
    const struct mlm_text_style *style, FILE *out)
{
    struct mlm_text paragraph;
    mlm_auto_free char *name = mlm_row_name(row->row, false);
    if (!name || !mlm_text_begin(&paragraph))
        return -ENOMEM;
    fprintf(paragraph.out, "  %s: ", name);
    const char *comma = "";
    if (row->ends_worse) {
        char outcome[MLM_OUTCOME_TEXT];
        fprintf(paragraph.out, "%s, and ok in all %zu earlier files",
            mlm_row_outcome_text(row->row, false, outcome), row->ok_count);
        comma = "; ";
    }
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_history_figure *figure = &row->figures[f];
        char median[MLM_WORDS_SIZE], ratio[MLM_WORDS_SIZE], limit[MLM_WORDS_SIZE];
        if (!figures[f] || figure->verdict != MLM_HISTORY_REGRESSED)
            continue;
        fprintf(paragraph.out, "%s%s %s, %s the usual, where %s is the most", comma, mlm_figures[f].name,
            mlm_figure_text((enum mlm_figure)f, figure->median, median), mlm_ratio_text(figure->ratio, ratio),
            mlm_figure_text((enum mlm_figure)f, figure->limit, limit));
        comma = "; ";
    }
    return mlm_put_line(out, style, MLM_PAINT_PLAIN, mlm_text_end(&paragraph));
}

static int put_verdict(const struct mlm_history *history, const bool figures[static MLM_FIGURE_COUNT],
    const struct mlm_text_style *style, FILE *out)
{
    size_t trips = 0, judged = 0;
    for (size_t i = 0; i < history->count; i++) {
        const struct mlm_history_row *row = &history->rows[i];
        bool any = row->ends_worse;
        trips += mlm_history_row_trips(row, figures);
        for (int f = 0; f < MLM_FIGURE_COUNT; f++)
            any |= row->figures[f].verdict == MLM_HISTORY_USUAL ||
                   row->figures[f].verdict == MLM_HISTORY_REGRESSED;
        judged += any;
    }
    char *line = !judged ? mlm_text_of("too little history: no row is in %d earlier files yet",
                               MLM_HISTORY_FILES_LEAST)
                 : trips ? mlm_text_of("regression: %zu row%s of %zu", trips, trips == 1 ? "" : "s", judged)
                         : mlm_text_of("no regression in %zu row%s", judged, judged == 1 ? "" : "s");
    enum mlm_paint paint = trips ? MLM_PAINT_RED : judged ? MLM_PAINT_GREEN : MLM_PAINT_YELLOW;
    fputc('\n', out);
    int r = mlm_put_line(out, style, paint, line);
    for (size_t i = 0; i < history->count && r >= 0; i++)
        if (mlm_history_row_trips(&history->rows[i], figures))
            r = put_trip(&history->rows[i], figures, style, out);
    return r;
}

int mlm_history_show(const struct mlm_history *history, double floor,
    const bool figures[static MLM_FIGURE_COUNT], const struct mlm_text_style *style, FILE *out,
    struct mlm_error *error)
{
    char text[256];
    int r = put_table(history, style, out);
    snprintf(text, sizeof text,
        "the median of the earlier files' medians, as many as `files` says; at most: that and the larger of "
        "%d standard deviations of them and %g %%",
        MLM_HISTORY_DEVIATIONS, 100 * floor);
    fputc('\n', out);
    if (r >= 0)
        r = mlm_put_note(out, style, "usual:", text);
    if (r >= 0)
        r = put_verdict(history, figures, style, out);
    return mlm_put_end(out, r, "printing a history", error);
}
