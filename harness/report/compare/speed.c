/* Computes the geometric mean of the times of all common rows, once a round or once a run, and tests the two
 * sides' means against each other. */
#include "report/compare/speed.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/keymap.h"
#include "record/rank.h"
#include "report/compare/pair.h"

/* Runs or rounds of one side. */
struct units {
    struct mlm_keymap runs; /* identifiers, where units are runs */
    double *sums;           /* of logarithms */
    size_t *rows;           /* number of rows in the sum */
    double *means;          /* of units that have all rows, sorted */
    size_t count, mean_count;
};

static void units_release(struct units *units)
{
    mlm_keymap_release(&units->runs);
    free(units->sums);
    free(units->rows);
    free(units->means);
}

static double time_ns(const struct mlm_record *trial, enum mlm_time_kind kind)
{
    int64_t ns = trial->readings.values[mlm_time_metric(kind)];
    return ns == MLM_NULL || ns <= 0 ? NAN : (double)ns;
}

static bool is_common(const struct mlm_pair *pair)
{
    if (!mlm_row_all_ok(pair->old_row) || !mlm_row_all_ok(pair->new_row))
        return false;
    const enum mlm_time_kind kind = mlm_pair_time_kind(pair);
    const struct mlm_row *const rows[] = {pair->old_row, pair->new_row};
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < rows[s]->trial_count; i++)
            if (isnan(time_ns(rows[s]->trials[i], kind)))
                return false;
    return true;
}

static const struct mlm_row *row_of(const struct mlm_pair *pair, bool new)
{
    return new ? pair->new_row : pair->old_row;
}

/* Finds the runs of a side, and the largest number of trials of a row. */
static int units_begin(const struct mlm_pairing *pairing, bool new, struct units *units)
{
    size_t most = 1;
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_row *row = row_of(&pairing->pairs[i], new);
        most = row->trial_count > most ? row->trial_count : most;
        for (size_t k = 0; is_common(&pairing->pairs[i]) && k < row->trial_count; k++) {
            size_t index;
            int r = mlm_keymap_add(&units->runs, strdup(mlm_run_of(row->trials[k])), &index);
            if (r < 0)
                return r;
        }
    }
    units->count = most > units->runs.count ? most : units->runs.count;
    units->sums = calloc(units->count, sizeof *units->sums);
    units->rows = calloc(units->count, sizeof *units->rows);
    units->means = calloc(units->count, sizeof *units->means);
    return units->sums && units->rows && units->means ? 0 : -ENOMEM;
}

/* Adds one row: its trials in their order, or the mean of its trials of each run. */
static int row_add(const struct mlm_row *row, enum mlm_time_kind kind, bool of_runs, struct units *units)
{
    if (!of_runs) {
        for (size_t k = 0; k < row->trial_count; k++) {
            units->sums[k] += log(time_ns(row->trials[k], kind));
            units->rows[k]++;
        }
        return 0;
    }
    mlm_auto_free double *sums = calloc(units->count, sizeof *sums);
    mlm_auto_free size_t *counts = calloc(units->count, sizeof *counts);
    if (!sums || !counts)
        return -ENOMEM;
    for (size_t k = 0; k < row->trial_count; k++) {
        size_t unit = mlm_keymap_find(&units->runs, mlm_run_of(row->trials[k]));
        sums[unit] += log(time_ns(row->trials[k], kind));
        counts[unit]++;
    }
    for (size_t u = 0; u < units->count; u++)
        if (counts[u]) {
            units->sums[u] += sums[u] / (double)counts[u];
            units->rows[u]++;
        }
    return 0;
}

/* Only a unit with all rows can be compared with another one. */
static int units_fill(const struct mlm_pairing *pairing, bool new, struct units *units)
{
    const struct mlm_speed *speed = &pairing->speed;
    for (size_t i = 0; i < pairing->pair_count; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        int r =
            is_common(pair) ? row_add(row_of(pair, new), mlm_pair_time_kind(pair), speed->of_runs, units) : 0;
        if (r < 0)
            return r;
    }
    for (size_t u = 0; u < units->count; u++)
        if (units->rows[u] == speed->row_count)
            units->means[units->mean_count++] = exp(units->sums[u] / (double)speed->row_count);
    mlm_sort(units->means, units->mean_count);
    return 0;
}

static int speed_test(struct mlm_speed *speed, const struct mlm_values *old, const struct mlm_values *new)
{
    const struct mlm_log_mean of_old = mlm_log_mean(old), of_new = mlm_log_mean(new);
    const struct mlm_ratio ratio = mlm_log_ratio(&of_new, &of_old, MLM_CONFIDENCE);
    mlm_cleanup(mlm_rank_memory_release) struct mlm_rank_memory memory = {0};
    int direction = 0;
    speed->ratio = ratio.ratio;
    speed->low = ratio.low;
    speed->high = ratio.high;
    speed->p = ratio.p;
    if (mlm_rank_test_least_p(old->count, new->count) <= MLM_SIGNIFICANCE) {
        int r = mlm_rank_test(&memory, new, old, &speed->p, &direction);
        if (r < 0)
            return r;
    }
    const double least = speed->of_runs ? 1 : MLM_SPEED_LEAST;
    speed->verdict = MLM_SPEED_EVEN;
    if (speed->p <= MLM_SIGNIFICANCE && speed->low > 1 && speed->ratio >= least)
        speed->verdict = MLM_SPEED_FASTER;
    else if (speed->p <= MLM_SIGNIFICANCE && speed->high < 1 && speed->ratio <= 1 / least)
        speed->verdict = MLM_SPEED_SLOWER;
    return 0;
}

/* Finds the means of both sides' units. */
static int units_find(const struct mlm_pairing *pairing, struct units *old, struct units *new)
{
    int r = units_begin(pairing, false, old);
    if (r == 0)
        r = units_begin(pairing, true, new);
    if (r == 0)
        r = units_fill(pairing, false, old);
    return r == 0 ? units_fill(pairing, true, new) : r;
}

static int speed_try(struct mlm_pairing *pairing, bool of_runs)
{
    mlm_cleanup(units_release) struct units old = {.count = 0}, new = {.count = 0};
    struct mlm_speed *speed = &pairing->speed;
    speed->of_runs = of_runs;
    int r = units_find(pairing, &old, &new);
    if (r < 0)
        return r;
    speed->old_units = old.mean_count;
    speed->new_units = new.mean_count;
    if (old.mean_count < 2 || new.mean_count < 2)
        return 0;
    return speed_test(speed, &(struct mlm_values){old.means, old.mean_count},
        &(struct mlm_values){new.means, new.mean_count});
}

int mlm_speed_find(struct mlm_pairing *pairing)
{
    struct mlm_speed *speed = &pairing->speed;
    *speed = (struct mlm_speed){.ratio = NAN, .low = NAN, .high = NAN, .p = NAN};
    for (size_t i = 0; i < pairing->pair_count; i++)
        speed->row_count += is_common(&pairing->pairs[i]);
    if (!speed->row_count)
        return 0;
    /* Where a side has fewer than two runs with all rows, its rounds have to do. */
    int r = speed_try(pairing, true);
    return r == 0 && speed->verdict == MLM_SPEED_UNKNOWN ? speed_try(pairing, false) : r;
}
