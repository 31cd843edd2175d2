/* Computes the contrasts of all pairs, then has their p-values corrected as one family. */
#include "report/compare/compare.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/bootstrap.h"
#include "record/rank.h"
#include "report/compare/family.h"
#include "report/compare/pair.h"
#include "report/compare/speed.h"

const struct mlm_figure_info mlm_figures[MLM_FIGURE_COUNT] = {
    [MLM_FIGURE_TIME] = {MLM_run_ns, "time", "", "slower", "faster"},
    [MLM_FIGURE_NEEDS] = {MLM_needs_peak_bytes, "needs", "needs ", "more", "less"},
};

void mlm_comparison_free(struct mlm_comparison *comparison)
{
    if (!comparison)
        return;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        mlm_pairing_release(&comparison->pairings[i]);
    free(comparison->pairings);
    free(comparison);
}

static void comparison_free_p(struct mlm_comparison **comparison)
{
    mlm_comparison_free(*comparison);
}

/* Working space for contrasts. */
struct bench {
    double *old_values, *new_values, *pool; /* the pool has room for both */
    struct mlm_rank_memory ranks;
    struct mlm_bootstrap bootstrap;
};

static void bench_release(struct bench *bench)
{
    free(bench->old_values);
    free(bench->new_values);
    free(bench->pool);
    mlm_rank_memory_release(&bench->ranks);
    mlm_bootstrap_release(&bench->bootstrap);
}

/* Collects the values of one metric of a row, less `without`, sorted; none unless all its trials are ok. */
static size_t values_of(const struct mlm_row *row, enum mlm_metric metric, double without, double *values)
{
    size_t count = 0;
    for (size_t i = 0; mlm_row_all_ok(row) && i < row->trial_count; i++) {
        int64_t value = row->trials[i]->readings.values[metric];
        if (value != MLM_NULL)
            values[count++] = (double)value - without;
    }
    mlm_sort(values, count);
    return count;
}

/* The background beside a job is no need of it. */
static double beside_bytes(const struct mlm_row *row, enum mlm_figure figure)
{
    return figure == MLM_FIGURE_NEEDS ? (double)row->first->limits.background_bytes : 0;
}

/* Repetitions of needs are often equal to the page. The kernel counts memory in batches for each processor,
 * so equal values do not mean that another run would give them, too. */
#define NEEDS_DEVIATION 0.002

static struct mlm_ratio t_test(
    const struct mlm_values *old, const struct mlm_values *new, enum mlm_figure figure)
{
    struct mlm_log_mean of_old = mlm_log_mean(old), of_new = mlm_log_mean(new);
    if (figure == MLM_FIGURE_NEEDS) {
        of_old.variance += NEEDS_DEVIATION * NEEDS_DEVIATION;
        of_new.variance += NEEDS_DEVIATION * NEEDS_DEVIATION;
    }
    return mlm_log_ratio(&of_old, &of_new, MLM_CONFIDENCE);
}

/* Makes values equal that lie within the deviation of the smallest of them. */
static void values_round(double *values, size_t count)
{
    double level = values[0];
    for (size_t i = 0; i < count; i++) {
        if (values[i] > level * (1 + 2 * NEEDS_DEVIATION))
            level = values[i];
        values[i] = level;
    }
}

/* *ret_least: the least p of a division of the values into sides of these sizes: all small values on one
 * side, or on the other. They are sorted. */
static int least_find(
    struct bench *bench, const double *values, size_t old_count, size_t new_count, double *ret_least)
{
    const size_t counts[] = {old_count, new_count};
    *ret_least = 1;
    for (size_t i = 0; i < 2; i++) {
        const struct mlm_values low = {values, counts[i]}, high = {values + counts[i], counts[1 - i]};
        double p;
        int direction, r = mlm_rank_test(&bench->ranks, &low, &high, &p, &direction);
        if (r < 0)
            return r;
        *ret_least = fmin(*ret_least, p);
    }
    return 0;
}

static int both_least_find(struct bench *bench, const struct mlm_values *old, const struct mlm_values *new,
    enum mlm_figure figure, struct mlm_tested *tested)
{
    double *pool = bench->pool;
    const size_t count = old->count + new->count;
    memcpy(pool, old->values, old->count * sizeof *pool);
    memcpy(pool + old->count, new->values, new->count * sizeof *pool);
    mlm_sort(pool, count);
    int r = least_find(bench, pool, old->count, new->count, &tested->rank_least_p);
    tested->rough_least_p = tested->rank_least_p;
    if (r < 0 || figure != MLM_FIGURE_NEEDS)
        return r;
    values_round(pool, count);
    return least_find(bench, pool, old->count, new->count, &tested->rough_least_p);
}

static int contrast_test(struct bench *bench, const struct mlm_values *old, const struct mlm_values *new,
    enum mlm_figure figure, struct mlm_contrast *contrast, struct mlm_tested *tested)
{
    tested->t = t_test(old, new, figure);
    int r = mlm_rank_test(&bench->ranks, old, new, &tested->rank_p, &tested->rank_direction);
    if (r >= 0)
        r = both_least_find(bench, old, new, figure, tested);
    if (r >= 0 && old->count > 1 && new->count > 1)
        r = mlm_ratio_interval(&bench->bootstrap, old, new, MLM_CONFIDENCE, &contrast->low, &contrast->high);
    return r;
}

static int contrast_make(struct bench *bench, const struct mlm_pair *pair, enum mlm_figure figure,
    struct mlm_contrast *contrast, struct mlm_tested *tested)
{
    enum mlm_time_kind kind = mlm_pair_time_kind(pair);
    enum mlm_metric metric = figure == MLM_FIGURE_TIME ? mlm_time_metric(kind) : mlm_figures[figure].metric;
    const double *old = bench->old_values, *new = bench->new_values;
    size_t old_count =
        values_of(pair->old_row, metric, beside_bytes(pair->old_row, figure), bench->old_values);
    size_t new_count =
        values_of(pair->new_row, metric, beside_bytes(pair->new_row, figure), bench->new_values);
    *contrast = (struct mlm_contrast){.old_count = old_count, .new_count = new_count, .time_kind = kind};
    contrast->old_median = contrast->old_minimum = contrast->old_maximum = NAN;
    contrast->new_median = contrast->new_minimum = contrast->new_maximum = NAN;
    contrast->ratio = contrast->low = contrast->high = contrast->p = contrast->adjusted_p = NAN;
    if (old_count) {
        struct mlm_summary summary = mlm_summarize(bench->old_values, old_count);
        contrast->old_median = summary.median;
        contrast->old_minimum = summary.minimum;
        contrast->old_maximum = summary.maximum;
    }
    if (new_count) {
        struct mlm_summary summary = mlm_summarize(bench->new_values, new_count);
        contrast->new_median = summary.median;
        contrast->new_minimum = summary.minimum;
        contrast->new_maximum = summary.maximum;
    }
    /* A ratio and a geometric mean need values above 0 on both sides. */
    if (!old_count || !new_count || !(old[0] > 0) || !(new[0] > 0))
        return 0;
    contrast->ratio = contrast->new_median / contrast->old_median;
    const struct mlm_values old_sample = {old, old_count}, new_sample = {new, new_count};
    return contrast_test(bench, &old_sample, &new_sample, figure, contrast, tested);
}

static enum mlm_change change_of(const struct mlm_row *old, const struct mlm_row *new)
{
    int old_ok = old->outcome == MLM_OUTCOME_OK ? 1 + mlm_row_all_ok(old) : 0;
    int new_ok = new->outcome == MLM_OUTCOME_OK ? 1 + mlm_row_all_ok(new) : 0;
    if (mlm_row_ran(old) && mlm_row_ran(new) && old_ok != new_ok)
        return new_ok < old_ok ? MLM_CHANGE_WORSE : MLM_CHANGE_BETTER;
    return old->outcome == new->outcome ? MLM_CHANGE_NONE : MLM_CHANGE_OTHER;
}

static size_t most_trials(const struct mlm_side *sides, size_t count)
{
    size_t most = 1;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sides[s].count; i++)
            if (sides[s].rows[i]->trial_count > most)
                most = sides[s].rows[i]->trial_count;
    return most;
}

static bool has_runs(const struct mlm_row *row)
{
    for (size_t i = 1; i < row->trial_count; i++)
        if (strcmp(mlm_run_of(row->trials[i]), mlm_run_of(row->trials[0])) != 0)
            return true;
    return false;
}

static double least_ratio(const struct mlm_pair *pair, enum mlm_figure figure)
{
    const bool several = has_runs(pair->old_row) && has_runs(pair->new_row);
    return figure == MLM_FIGURE_TIME && !several ? MLM_ANOTHER_RUN : 1;
}

static int contrasts_make(struct mlm_comparison *comparison, size_t most, struct mlm_family *family)
{
    mlm_cleanup(bench_release) struct bench bench = {0};
    size_t room = 1;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        room += comparison->pairings[i].pair_count * MLM_FIGURE_COUNT;
    bench.old_values = calloc(most, sizeof *bench.old_values);
    bench.new_values = calloc(most, sizeof *bench.new_values);
    bench.pool = calloc(2 * most, sizeof *bench.pool);
    family->members = calloc(room, sizeof *family->members);
    if (!bench.old_values || !bench.new_values || !bench.pool || !family->members)
        return -ENOMEM;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++) {
            struct mlm_pair *pair = &comparison->pairings[i].pairs[k];
            pair->change = change_of(pair->old_row, pair->new_row);
            for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
                struct mlm_family_member *member = &family->members[family->count];
                member->contrast = &pair->contrasts[f];
                member->least = least_ratio(pair, (enum mlm_figure)f);
                int r = contrast_make(&bench, pair, (enum mlm_figure)f, member->contrast, &member->tested);
                if (r < 0)
                    return r;
                family->count += isnan(member->contrast->ratio) ? 0 : 1;
            }
        }
    return 0;
}

static int overall_find(struct mlm_pairing *pairing, enum mlm_figure figure)
{
    struct mlm_overall *overall = &pairing->overall[figure];
    mlm_auto_free double *ratios = calloc(pairing->pair_count + 1, sizeof *ratios);
    if (!ratios)
        return -ENOMEM;
    for (size_t i = 0; i < pairing->pair_count; i++)
        if (!isnan(pairing->pairs[i].contrasts[figure].ratio))
            ratios[overall->count++] = pairing->pairs[i].contrasts[figure].ratio;
    overall->ratio = overall->count ? mlm_geometric_mean(ratios, overall->count) : NAN;
    return 0;
}

static int comparison_fill(
    struct mlm_comparison *comparison, size_t side_count, const struct mlm_compare_options *options)
{
    const struct mlm_side *sides = comparison->sides;
    comparison->by_machine = options->where & MLM_SAME_MACHINE;
    comparison->pairings = calloc(side_count, sizeof *comparison->pairings);
    if (!comparison->pairings)
        return -ENOMEM;
    int r = 0;
    for (size_t i = 1; i < side_count && r >= 0; i++)
        r = mlm_pairing_make(
            &sides[0], &sides[i], options, &comparison->pairings[comparison->pairing_count++]);
    mlm_cleanup(mlm_family_release) struct mlm_family family = {.members = NULL};
    if (r >= 0)
        r = contrasts_make(comparison, most_trials(sides, side_count), &family);
    if (r >= 0)
        r = mlm_family_correct(&family, comparison);
    for (size_t i = 0; i < comparison->pairing_count && r >= 0; i++)
        for (int f = 0; f < MLM_FIGURE_COUNT && r >= 0; f++)
            r = overall_find(&comparison->pairings[i], (enum mlm_figure)f);
    for (size_t i = 0; i < comparison->pairing_count && r >= 0; i++)
        r = mlm_speed_find(&comparison->pairings[i]);
    return r;
}

int mlm_compare(const struct mlm_side *sides, size_t side_count, const struct mlm_compare_options *options,
    struct mlm_comparison **ret_comparison, struct mlm_error *error)
{
    mlm_cleanup(comparison_free_p) struct mlm_comparison *comparison = calloc(1, sizeof *comparison);
    if (comparison)
        comparison->sides = sides;
    int r = comparison ? comparison_fill(comparison, side_count, options) : -ENOMEM;
    if (r < 0)
        return mlm_error_errno(error, r, "comparing %zu sides", side_count);
    *ret_comparison = mlm_take_ptr(comparison);
    return 0;
}

bool mlm_contrast_is_slight(const struct mlm_contrast *contrast)
{
    return fabs(contrast->ratio - 1) < MLM_SLIGHT;
}

bool mlm_pair_changed(const struct mlm_pair *pair)
{
    bool changed = pair->change != MLM_CHANGE_NONE;
    for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
        const struct mlm_contrast *contrast = &pair->contrasts[f];
        changed |= (contrast->verdict == MLM_CONTRAST_MORE || contrast->verdict == MLM_CONTRAST_LESS) &&
                   !mlm_contrast_is_slight(contrast);
    }
    return changed;
}
