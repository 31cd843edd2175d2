/* Computes for each row of a new run the usual value over earlier files, and the limit that a new median may
 * not exceed. */
#include "report/compare/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "report/compare/pair.h"

void mlm_history_free(struct mlm_history *history)
{
    if (!history)
        return;
    free(history->rows);
    free(history);
}

static void history_free_p(struct mlm_history **history)
{
    mlm_history_free(*history);
}

/* The median over a row's repetitions; NAN unless all of them are ok. */
static double median_of(const struct mlm_row *row, enum mlm_figure figure)
{
    int64_t median = row->readings.values[mlm_figures[figure].metric];
    return mlm_row_all_ok(row) && median != MLM_NULL ? (double)median : NAN;
}

/* The earlier medians: `room` numbers for each figure of each row. */
struct medians {
    double *numbers;
    size_t room;
};

static double *medians_at(const struct medians *medians, size_t row, int figure)
{
    return medians->numbers + (row * MLM_FIGURE_COUNT + (size_t)figure) * medians->room;
}

static int take_file(struct mlm_history *history, const struct mlm_side *file, struct medians *medians)
{
    mlm_cleanup(mlm_pairing_release) struct mlm_pairing pairing = {0};
    int r = mlm_pairing_make(
        history->new_side, file, &(struct mlm_compare_options){.where = MLM_SAME_SWAP}, &pairing);
    for (size_t i = 0; i < pairing.pair_count && r >= 0; i++) {
        const struct mlm_row *earlier = pairing.pairs[i].new_row;
        size_t index = pairing.pairs[i].old_index;
        struct mlm_history_row *row = &history->rows[index];
        if (!mlm_row_ran(earlier))
            continue;
        *(mlm_row_all_ok(earlier) ? &row->ok_count : &row->not_ok_count) += 1;
        for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
            double median = median_of(earlier, (enum mlm_figure)f);
            if (!isnan(median))
                medians_at(medians, index, f)[row->figures[f].count++] = median;
        }
    }
    return r;
}

static void judge(struct mlm_history_figure *figure, double *earlier, double floor)
{
    bool enough = figure->count >= MLM_HISTORY_FILES_LEAST;
    figure->usual = figure->count ? mlm_median(earlier, figure->count) : NAN;
    figure->limit = enough
                        ? figure->usual + fmax(MLM_HISTORY_DEVIATIONS * mlm_deviation(earlier, figure->count),
                                              floor * figure->usual)
                        : NAN;
    figure->ratio = figure->usual > 0 ? figure->median / figure->usual : NAN;
    figure->verdict = isnan(figure->median)            ? MLM_HISTORY_NONE
                      : !enough                        ? MLM_HISTORY_TOO_LITTLE
                      : figure->median > figure->limit ? MLM_HISTORY_REGRESSED
                                                       : MLM_HISTORY_USUAL;
}

static int history_fill(
    struct mlm_history *history, const struct mlm_side *files, size_t file_count, double floor)
{
    size_t count = history->new_side->count;
    struct medians medians = {.room = file_count + 1};
    history->rows = calloc(count + 1, sizeof *history->rows);
    medians.numbers = calloc((count + 1) * MLM_FIGURE_COUNT * medians.room, sizeof *medians.numbers);
    mlm_auto_free double *owned = medians.numbers;
    if (!history->rows || !owned)
        return -ENOMEM;
    history->count = count;
    history->file_count = file_count;
    for (size_t i = 0; i < file_count; i++) {
        int r = take_file(history, &files[i], &medians);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < count; i++) {
        struct mlm_history_row *row = &history->rows[i];
        row->row = history->new_side->rows[i];
        row->ends_worse = row->ok_count >= MLM_HISTORY_FILES_LEAST && !row->not_ok_count &&
                          mlm_row_ran(row->row) && !mlm_row_all_ok(row->row);
        history->known_count += row->ok_count + row->not_ok_count > 0;
        for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
            row->figures[f].median = median_of(row->row, (enum mlm_figure)f);
            judge(&row->figures[f], medians_at(&medians, i, f), floor);
        }
    }
    return 0;
}

int mlm_history_make(const struct mlm_side *files, size_t file_count, const struct mlm_side *new_side,
    double floor, struct mlm_history **ret_history, struct mlm_error *error)
{
    mlm_cleanup(history_free_p) struct mlm_history *history = calloc(1, sizeof *history);
    if (history)
        history->new_side = new_side;
    int r = history ? history_fill(history, files, file_count, floor) : -ENOMEM;
    if (r < 0)
        return mlm_error_errno(error, r, "history of %zu files", file_count);
    *ret_history = mlm_take_ptr(history);
    return 0;
}

bool mlm_history_row_trips(const struct mlm_history_row *row, const bool figures[static MLM_FIGURE_COUNT])
{
    bool trips = row->ends_worse;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++)
        trips |= figures[f] && row->figures[f].verdict == MLM_HISTORY_REGRESSED;
    return trips;
}
