/* Prints two sides: each row has its pair's times and needs, with a verdict. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "report/compare/show_parts.h"
#include "report/compare/words.h"
#include "report/table/notes.h"
#include "report/text/text.h"

/* clang-format off */
enum {
    OUTCOME = MLM_LINE_COLUMNS, OLD_TIME, NEW_TIME, TIME, TIME_INTERVAL, TIME_P,
    OLD_NEEDS, NEW_NEEDS, NEEDS, NEEDS_INTERVAL, NEEDS_P, VERDICT, COLUMN_COUNT
};

static const struct mlm_grid_column columns[COLUMN_COUNT] = {
    MLM_LINE_COLUMN_TITLES,
    [OUTCOME]        = {"outcome",    0,  true,  "ok", true},
    [OLD_TIME]       = {"old time",   6,  false, NULL, false},
    [NEW_TIME]       = {"new time",   5,  false, NULL, false},
    [TIME]           = {"time",       0,  false, NULL, false},
    [TIME_INTERVAL]  = {"time 95 %",  2,  false, NULL, false},
    [TIME_P]         = {"time p",     9,  false, NULL, false},
    [OLD_NEEDS]      = {"old needs",  8,  false, NULL, false},
    [NEW_NEEDS]      = {"new needs",  7,  false, NULL, false},
    [NEEDS]          = {"needs",      1,  false, NULL, false},
    [NEEDS_INTERVAL] = {"needs 95 %", 4,  false, NULL, false},
    [NEEDS_P]        = {"needs p",    10, false, NULL, false},
    [VERDICT]        = {"verdict",    0,  true,  NULL, true},
};
/* clang-format on */

/* A column with a sacrifice up to this stays: cells are shortened first. */
#define BEFORE_BRIEF 5

/* Finds the row's first trial that has a checksum of its data; NULL: none has. */
static const struct mlm_record *with_checksum(const struct mlm_row *row)
{
    for (size_t i = 0; i < row->trial_count; i++)
        if (row->trials[i]->has_checksum)
            return row->trials[i];
    return NULL;
}

/* Says in which way the two sides did not do the same work; "" where they did. */
static void work_text(const struct mlm_pair *pair, char text[static MLM_CELL_SIZE])
{
    const struct mlm_record *old = pair->old_row->first, *new = pair->new_row->first;
    const struct mlm_record *old_data = with_checksum(pair->old_row),
                            *new_data = with_checksum(pair->new_row);
    char old_size[MLM_SIZE_TEXT], new_size[MLM_SIZE_TEXT];
    text[0] = 0;
    if (old->data_bytes != new->data_bytes)
        snprintf(text, MLM_CELL_SIZE, "other work: data %s → %s",
            mlm_size_show((double)old->data_bytes, old_size),
            mlm_size_show((double)new->data_bytes, new_size));
    else if (old->seed != new->seed)
        snprintf(text, MLM_CELL_SIZE, "other data of the same shape: seed %" PRIu64 " → %" PRIu64, old->seed,
            new->seed);
    else if (old_data && new_data && old_data->data_checksum != new_data->data_checksum)
        strcpy(text, "other data, by its checksum");
}

static int work_notes(struct mlm_view *view, const struct mlm_pair *pair, char letters[static MLM_CELL_SIZE])
{
    const struct mlm_record *old = pair->old_row->first, *new = pair->new_row->first;
    char text[MLM_CELL_SIZE], old_limit[MLM_SIZE_TEXT], new_limit[MLM_SIZE_TEXT];
    int r = 0;
    work_text(pair, text);
    if (text[0] && !view->work_of_every_row)
        r = mlm_footnote_add(&view->footnotes, text, letters);
    bool timed_out = pair->old_row->outcome_counts[MLM_OUTCOME_TIMEOUT] ||
                     pair->new_row->outcome_counts[MLM_OUTCOME_TIMEOUT];
    if (r < 0 || !timed_out || old->limits.timeout_ns == new->limits.timeout_ns)
        return r;
    snprintf(text, sizeof text, "time limit %s → %s",
        mlm_duration_show((double)old->limits.timeout_ns, old_limit),
        mlm_duration_show((double)new->limits.timeout_ns, new_limit));
    return mlm_footnote_add(&view->footnotes, text, letters);
}

/* Finds a difference in work that every row has: it is stated once, below the table. */
static int work_of_every_row(struct mlm_view *view)
{
    char first[MLM_CELL_SIZE] = "", text[MLM_CELL_SIZE];
    for (size_t i = 0; i < view->lines.count; i++) {
        work_text(view->lines.items[i].pairs[0], text);
        if (!i)
            strcpy(first, text);
        if (!text[0] || strcmp(first, text) != 0)
            return 0;
    }
    view->work_of_every_row = view->lines.count > 1 ? strdup(first) : NULL;
    return view->lines.count > 1 && !view->work_of_every_row ? -ENOMEM : 0;
}

/* Writes how both rows ended, with the footnotes that qualify their figures. */
static int outcome_write(
    struct mlm_view *view, const struct mlm_line *line, bool brief, char cell[static MLM_CELL_SIZE])
{
    const struct mlm_pair *pair = line->pairs[0];
    char letters[MLM_CELL_SIZE] = "";
    int r = work_notes(view, pair, letters);
    if (r >= 0)
        r = mlm_view_mark_notes(view, line, letters);
    /* The time limit as a reason is obvious and not repeated. */
    bool puzzling = pair->change == MLM_CHANGE_WORSE && pair->new_row->outcome != MLM_OUTCOME_TIMEOUT;
    if (r >= 0 && puzzling && pair->new_row->reason)
        r = mlm_footnote_add(&view->footnotes, pair->new_row->reason, letters);
    mlm_change_text(pair, brief, cell);
    size_t length = strlen(cell);
    if (letters[0])
        snprintf(cell + length, MLM_CELL_SIZE - length, "%s %s", length ? "" : "ok", letters);
    return r;
}

static int cell_write(
    void *context, const void *p, size_t column, bool brief, char cell[static MLM_CELL_SIZE])
{
    const struct mlm_line *line = p;
    const struct mlm_pair *pair = line->pairs[0];
    const struct mlm_contrast *time = &pair->contrasts[MLM_FIGURE_TIME];
    const struct mlm_contrast *needs = &pair->contrasts[MLM_FIGURE_NEEDS];
    if (mlm_line_name_write(line, column, cell))
        return 0;
    switch (column) {
    case OUTCOME:
        return outcome_write(context, line, brief, cell);
    case OLD_TIME:
        mlm_figure_text(MLM_FIGURE_TIME, time->old_median, cell);
        break;
    case NEW_TIME:
        mlm_figure_text(MLM_FIGURE_TIME, time->new_median, cell);
        break;
    case TIME:
        mlm_ratio_text(time->ratio, cell);
        break;
    case TIME_INTERVAL:
        mlm_interval_text(time, cell);
        break;
    case TIME_P:
        mlm_p_text(time->adjusted_p, cell);
        break;
    case OLD_NEEDS:
        mlm_figure_text(MLM_FIGURE_NEEDS, needs->old_median, cell);
        break;
    case NEW_NEEDS:
        mlm_figure_text(MLM_FIGURE_NEEDS, needs->new_median, cell);
        break;
    case NEEDS:
        mlm_ratio_text(needs->ratio, cell);
        break;
    case NEEDS_INTERVAL:
        mlm_interval_text(needs, cell);
        break;
    case NEEDS_P:
        mlm_p_text(needs->adjusted_p, cell);
        break;
    default:
        mlm_verdict_text(pair, brief, cell);
    }
    return 0;
}

static enum mlm_paint verdict_paint(const struct mlm_pair *pair)
{
    bool better = pair->change == MLM_CHANGE_BETTER, worse = pair->change == MLM_CHANGE_WORSE;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        better |= pair->contrasts[f].verdict == MLM_CONTRAST_LESS;
        worse |= pair->contrasts[f].verdict == MLM_CONTRAST_MORE;
    }
    return better && worse ? MLM_PAINT_YELLOW
           : better        ? MLM_PAINT_GREEN
           : worse         ? MLM_PAINT_RED
                           : MLM_PAINT_DIM;
}

static enum mlm_paint cell_paint(const void *p, size_t column)
{
    const struct mlm_line *line = p;
    if (column == VERDICT)
        return verdict_paint(line->pairs[0]);
    return column == OUTCOME ? mlm_outcome_paint(line->pairs[0]->new_row) : MLM_PAINT_PLAIN;
}

static double step(const struct mlm_pair *pair, enum mlm_figure figure)
{
    return fabs(log(pair->contrasts[figure].ratio));
}

/* The pairs that have the same verdict. */
struct steps {
    const struct mlm_pair *largest[MLM_NAMES_SHOWN]; /* the largest steps, the largest first */
    size_t named, count, slight;                     /* `count` without the slight ones */
};

static struct steps steps_find(
    const struct mlm_pairing *pairing, enum mlm_figure figure, enum mlm_contrast_verdict verdict)
{
    struct steps steps = {.count = 0};
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        if (pair->contrasts[figure].verdict != verdict)
            continue;
        if (mlm_contrast_is_slight(&pair->contrasts[figure])) {
            steps.slight++;
            continue;
        }
        steps.count++;
        size_t at = steps.named < MLM_NAMES_SHOWN ? steps.named++ : MLM_NAMES_SHOWN;
        for (; at && step(steps.largest[at - 1], figure) < step(pair, figure); at--)
            if (at < MLM_NAMES_SHOWN)
                steps.largest[at] = steps.largest[at - 1];
        if (at < MLM_NAMES_SHOWN)
            steps.largest[at] = pair;
    }
    return steps;
}

/* Names the rows with a verdict, the largest step first: "storage/csr density=0.01 at 2G 1.20 ×; …". */
static int put_named(const struct mlm_view *view, enum mlm_figure figure, enum mlm_contrast_verdict verdict)
{
    const struct mlm_pairing *pairing = &view->comparison->pairings[0];
    const struct steps steps = steps_find(pairing, figure, verdict);
    struct mlm_text paragraph;
    if (!steps.count && !steps.slight)
        return 0;
    if (!mlm_text_begin(&paragraph))
        return -ENOMEM;
    bool complete = true;
    for (size_t i = 0; i < steps.named; i++) {
        const struct mlm_pair *pair = steps.largest[i];
        char ratio[MLM_WORDS_SIZE];
        mlm_auto_free char *name = mlm_side_row_name(pairing->old_side, pair->old_row, false);
        complete = complete && name;
        fprintf(paragraph.out, "%s%s %s", i ? "; " : "", name ? name : "",
            mlm_ratio_text(pair->contrasts[figure].ratio, ratio));
    }
    if (steps.count > steps.named)
        fprintf(paragraph.out, "; and %zu more", steps.count - steps.named);
    if (steps.slight)
        fprintf(paragraph.out, "%s%zu by less than %g %%", steps.count ? "; and " : "", steps.slight,
            100 * MLM_SLIGHT);
    mlm_auto_free char *text = mlm_text_end(&paragraph);
    char label[32];
    snprintf(label, sizeof label,
        "%s:", verdict == MLM_CONTRAST_MORE ? mlm_figures[figure].more : mlm_figures[figure].less);
    return complete ? mlm_put_labelled(view, label, mlm_take_ptr(text)) : -ENOMEM;
}

/* "time: 1.02 × overall (geometric mean of 17 rows); 1 slower, 0 faster, 16 within noise" */
static int put_overall(const struct mlm_view *view, enum mlm_figure figure)
{
    const struct mlm_pairing *pairing = &view->comparison->pairings[0];
    const struct mlm_overall *overall = &pairing->overall[figure];
    size_t counts[MLM_CONTRAST_MORE + 1] = {0};
    char label[16], ratio[MLM_WORDS_SIZE];
    for (size_t i = 0; i < pairing->pair_count; i++)
        counts[pairing->pairs[i].contrasts[figure].verdict]++;
    snprintf(label, sizeof label, "%s:", mlm_figures[figure].name);
    if (!overall->count)
        return mlm_put_note(view->out, view->style, label, "no row has it on both sides");
    struct mlm_text paragraph;
    if (!mlm_text_begin(&paragraph))
        return -ENOMEM;
    fprintf(paragraph.out, "%s overall, the geometric mean of %zu row%s; ",
        mlm_ratio_text(overall->ratio, ratio), overall->count, overall->count == 1 ? "" : "s");
    const char *comma = "";
    static const enum mlm_contrast_verdict order[] = {
        MLM_CONTRAST_MORE, MLM_CONTRAST_LESS, MLM_CONTRAST_EVEN, MLM_CONTRAST_TOO_FEW};
    const char *const words[] = {mlm_figures[figure].more, mlm_figures[figure].less, "within noise",
        counts[MLM_CONTRAST_TOO_FEW] == 1 ? "has too few repetitions" : "have too few repetitions"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (counts[order[i]]) {
            fprintf(paragraph.out, "%s%zu %s", comma, counts[order[i]], words[i]);
            comma = ", ";
        }
    return mlm_put_labelled(view, label, mlm_text_end(&paragraph));
}

/* Says which rows the overall figures leave out. */
static int put_left_out(const struct mlm_view *view)
{
    const struct mlm_pairing *pairing = &view->comparison->pairings[0];
    size_t not_ok = 0, alone = pairing->old_alone_count + pairing->new_alone_count;
    for (size_t i = 0; i < pairing->pair_count; i++)
        not_ok += !mlm_row_all_ok(pairing->pairs[i].old_row) || !mlm_row_all_ok(pairing->pairs[i].new_row);
    char text[160];
    if (!not_ok && !alone)
        return 0;
    size_t length = 0;
    if (not_ok)
        length = (size_t)snprintf(text, sizeof text, "%zu not all ok on both sides", not_ok);
    if (alone)
        snprintf(text + length, sizeof text - length, "%s%zu without a partner", length ? ", " : "", alone);
    return mlm_put_note(view->out, view->style, "left out:", text);
}

/* Explains ratios, intervals and p-values. */
static int put_meaning(const struct mlm_view *view)
{
    size_t tests = view->comparison->test_count, idle = view->comparison->test_counts[MLM_TEST_IDLE];
    char text[3 * MLM_WORDS_SIZE], names[MLM_WORDS_SIZE];
    int length = snprintf(
        text, sizeof text, "new over old, of the medians: 1.20 × is a fifth more; 95 %%: their interval");
    if (tests)
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "; p: %s, corrected by Holm for %zu test%s",
                mlm_tests_text(view->comparison, names), tests, tests == 1 ? "" : "s");
    if (tests && idle)
        snprintf(text + length, sizeof text - (size_t)length,
            "; %zu figure%s not tested, because the values are all but equal", idle,
            idle == 1 ? " is" : "s are");
    return mlm_put_note(view->out, view->style, "ratios:", text);
}

int mlm_show_pairs(struct mlm_view *view)
{
    struct mlm_grid grid = {.style = view->style,
        .out = view->out,
        .count = COLUMN_COUNT,
        .brief_before = BEFORE_BRIEF,
        .write = cell_write,
        .paint = cell_paint,
        .context = view};
    memcpy(grid.columns, columns, sizeof columns);
    int r = work_of_every_row(view);
    if (r >= 0)
        r = mlm_lines_put(&view->lines, &grid);
    if (r >= 0)
        fputc('\n', view->out);
    for (int f = 0; f < MLM_FIGURE_COUNT && r >= 0; f++) {
        r = put_overall(view, (enum mlm_figure)f);
        if (r >= 0)
            r = put_named(view, (enum mlm_figure)f, MLM_CONTRAST_MORE);
        if (r >= 0)
            r = put_named(view, (enum mlm_figure)f, MLM_CONTRAST_LESS);
    }
    if (r >= 0)
        r = put_left_out(view);
    return r < 0 ? r : put_meaning(view);
}
