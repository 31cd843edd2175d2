/* Prints more than two sides: each row has the first side's figure, and the ratio of every other side to
 * it. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/compare/show_parts.h"
#include "report/compare/words.h"
#include "report/text/text.h"

enum { NOTES = MLM_LINE_COLUMNS, FIRST, OTHERS };

/* Needs that differ from the first side's by a smaller factor are about the same, and not shown. */
#define ABOUT_THE_SAME 1.05

/* Finds a contrast of the first side with any other, for the first side's median; NULL: the row has no
 * pair. */
static const struct mlm_contrast *any_contrast(const struct mlm_view *view, const struct mlm_line *line)
{
    for (size_t i = 0; i < view->comparison->pairing_count; i++)
        if (line->pairs[i])
            return &line->pairs[i]->contrasts[view->figure];
    return NULL;
}

static void first_write(
    const struct mlm_view *view, const struct mlm_line *line, char cell[static MLM_CELL_SIZE])
{
    const struct mlm_contrast *contrast = any_contrast(view, line);
    if (mlm_row_all_ok(line->row) && contrast)
        mlm_figure_text(view->figure, contrast->old_median, cell);
    else
        mlm_row_outcome_text(line->row, true, cell);
}

static bool is_significant(enum mlm_contrast_verdict verdict)
{
    return verdict == MLM_CONTRAST_MORE || verdict == MLM_CONTRAST_LESS;
}

/* Writes the ratio; where there is none, how the row ended on that side. */
static void other_write(
    const struct mlm_view *view, const struct mlm_pair *pair, char cell[static MLM_CELL_SIZE])
{
    cell[0] = 0;
    if (!pair)
        return;
    const struct mlm_contrast *contrast = &pair->contrasts[view->figure];
    if (isnan(contrast->ratio))
        mlm_row_outcome_text(pair->new_row, true, cell);
    else
        mlm_ratio_text(contrast->ratio, is_significant(contrast->verdict) ? stpcpy(cell, "* ") : cell);
}

static int cell_write(
    void *context, const void *p, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    (void)brief;
    struct mlm_view *view = context;
    const struct mlm_line *line = p;
    cell[0] = 0;
    if (mlm_line_name_write(line, column, cell))
        return 0;
    switch (column) {
    case NOTES:
        return mlm_view_mark_notes(view, line, cell);
    case FIRST:
        first_write(view, line, cell);
        break;
    default:
        other_write(view, line->pairs[column - OTHERS], cell);
    }
    return 0;
}

static enum mlm_paint cell_paint(const void *p, size_t column)
{
    const struct mlm_line *line = p;
    if (column == FIRST && !mlm_row_all_ok(line->row))
        return mlm_outcome_paint(line->row);
    if (column < OTHERS)
        return MLM_PAINT_PLAIN;
    const struct mlm_pair *pair = line->pairs[column - OTHERS];
    return pair && !mlm_row_all_ok(pair->new_row) ? mlm_outcome_paint(pair->new_row) : MLM_PAINT_PLAIN;
}

/* Needs depend on the program more than on the machine, so only rows in which they differ are shown. */
static void hide_the_same(struct mlm_view *view)
{
    for (size_t i = 0; i < view->lines.count; i++) {
        view->lines.items[i].hidden = view->figure == MLM_FIGURE_NEEDS;
        for (size_t k = 0; k < view->comparison->pairing_count; k++) {
            const struct mlm_pair *pair = view->lines.items[i].pairs[k];
            if (pair && fabs(log(pair->contrasts[view->figure].ratio)) > log(ABOUT_THE_SAME))
                view->lines.items[i].hidden = false;
        }
    }
}

static int put_hidden(const struct mlm_view *view)
{
    size_t count = 0;
    char text[128];
    for (size_t i = 0; i < view->lines.count; i++)
        for (size_t k = 0; k < view->comparison->pairing_count && view->lines.items[i].hidden; k++)
            if (view->lines.items[i].pairs[k] &&
                !isnan(view->lines.items[i].pairs[k]->contrasts[view->figure].ratio)) {
                count++;
                break;
            }
    if (!count)
        return 0;
    snprintf(text, sizeof text, "of %zu row%s not shown above are within %.0f %% of A on every side", count,
        count == 1 ? "" : "s", 100 * (ABOUT_THE_SAME - 1));
    return mlm_put_note(view->out, view->style, mlm_figures[view->figure].name, text);
}

/* Collects the ratios of the rows that are ok on all sides, one side after the other, and returns the number
 * of these rows. *ret_not_ok: number of rows that all sides have but that are not ok on all of them. */
static size_t ratios_collect(const struct mlm_view *view, double *ratios, size_t *ret_not_ok)
{
    size_t common = 0, not_ok = 0;
    for (size_t i = 0; i < view->lines.count; i++) {
        bool everywhere = true, ok = true;
        for (size_t k = 0; k < view->comparison->pairing_count; k++) {
            const struct mlm_pair *pair = view->lines.items[i].pairs[k];
            everywhere = everywhere && pair;
            double ratio = pair ? pair->contrasts[view->figure].ratio : NAN;
            ok = ok && !isnan(ratio);
            ratios[k * view->lines.count + common] = ratio;
        }
        common += everywhere && ok;
        not_ok += everywhere && !ok;
    }
    *ret_not_ok = not_ok;
    return common;
}

/* Prints the overall ratio of each side, over the rows that are ok on all sides: only then are these ratios
 * comparable with each other. */
static int put_overall(const struct mlm_view *view)
{
    size_t width = view->comparison->pairing_count, not_ok = 0;
    mlm_auto_free double *ratios = calloc((view->lines.count + 1) * width, sizeof *ratios);
    struct mlm_text paragraph;
    if (!ratios || !mlm_text_begin(&paragraph))
        return -ENOMEM;
    size_t common = ratios_collect(view, ratios, &not_ok);
    for (size_t k = 0; k < width && common; k++) {
        char name[MLM_SIDE_NAME], ratio[MLM_WORDS_SIZE];
        double mean = mlm_geometric_mean(ratios + k * view->lines.count, common);
        fprintf(paragraph.out, "%s%s %s", k ? ", " : "", mlm_side_name(view->comparison, k + 1, name),
            mlm_ratio_text(mean, ratio));
    }
    if (common)
        fprintf(paragraph.out, " (geometric means of the %zu row%s that are ok on all sides)", common,
            common == 1 ? "" : "s");
    else
        fputs("none, for no row is ok on all sides", paragraph.out);
    size_t elsewhere = view->comparison->sides[0].count - common - not_ok;
    const char *comma = "; left out: ";
    if (not_ok)
        fprintf(paragraph.out, "%s%zu not all ok everywhere", comma, not_ok);
    comma = not_ok ? ", " : comma;
    if (elsewhere)
        fprintf(paragraph.out, "%s%zu of A that not all have", comma, elsewhere);
    fputc('\n', view->out);
    char label[32];
    snprintf(label, sizeof label, "%s overall:", mlm_figures[view->figure].name);
    return mlm_put_labelled(view, label, mlm_text_end(&paragraph));
}

static int put_figure(struct mlm_view *view)
{
    size_t width = view->comparison->pairing_count;
    mlm_auto_free char *titles = calloc(width, 2 * (size_t)MLM_SIDE_NAME);
    if (!titles)
        return -ENOMEM;
    char first_title[16];
    snprintf(first_title, sizeof first_title, "%s of A", mlm_figures[view->figure].name);
    struct mlm_grid grid = {.style = view->style,
        .out = view->out,
        .columns = {MLM_LINE_COLUMN_TITLES, {.title = "notes", .left = true, .nothing = ""},
            {.title = first_title}},
        .count = OTHERS,
        .write = cell_write,
        .paint = cell_paint,
        .context = view};
    for (size_t k = 0; k < width && grid.count < MLM_GRID_COLUMNS; k++) {
        char *title = titles + k * 2 * (size_t)MLM_SIDE_NAME, name[MLM_SIDE_NAME];
        snprintf(title, 2 * (size_t)MLM_SIDE_NAME, "%s / A", mlm_side_name(view->comparison, k + 1, name));
        /* Where the terminal is too narrow, the last sides are hidden first. */
        grid.columns[grid.count++] = (struct mlm_grid_column){.title = title, .sacrifice = k ? (int)k : 0};
    }
    hide_the_same(view);
    int r = mlm_lines_put(&view->lines, &grid);
    if (r >= 0)
        r = put_overall(view);
    return r < 0 ? r : put_hidden(view);
}

int mlm_show_matrix(struct mlm_view *view)
{
    bool any_star = false;
    int r = 0;
    for (int f = 0; f < MLM_FIGURE_COUNT && r >= 0; f++) {
        view->figure = (enum mlm_figure)f;
        r = put_figure(view);
    }
    for (size_t i = 0; i < view->lines.count; i++)
        for (size_t k = 0; k < view->comparison->pairing_count; k++)
            for (int f = 0; f < MLM_FIGURE_COUNT; f++)
                any_star |= view->lines.items[i].pairs[k] &&
                            is_significant(view->lines.items[i].pairs[k]->contrasts[f].verdict);
    if (r >= 0 && any_star) {
        char text[3 * MLM_WORDS_SIZE], names[MLM_WORDS_SIZE];
        snprintf(text, sizeof text,
            "more than chance: significant at %g when corrected by Holm over %zu tests (%s)",
            MLM_SIGNIFICANCE, view->comparison->test_count, mlm_tests_text(view->comparison, names));
        r = mlm_put_note(view->out, view->style, "*", text);
    }
    return r;
}
