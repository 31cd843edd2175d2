/* Computes the contrasts of all pairs, then corrects their p-values as one family. */
#include "report/compare/compare.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "record/bootstrap.h"
#include "record/rank.h"
#include "report/compare/pair.h"

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
    double *old_values, *new_values;
    struct mlm_rank_memory ranks;
    struct mlm_bootstrap bootstrap;
};

static void bench_release(struct bench *bench)
{
    free(bench->old_values);
    free(bench->new_values);
    mlm_rank_memory_release(&bench->ranks);
    mlm_bootstrap_release(&bench->bootstrap);
}

/* Collects the values of one metric of a row, sorted; none unless all its trials are ok. */
static size_t values_of(const struct mlm_row *row, enum mlm_metric metric, double *values)
{
    size_t count = 0;
    for (size_t i = 0; mlm_row_all_ok(row) && i < row->trial_count; i++) {
        int64_t value = row->trials[i]->readings.values[metric];
        if (value != MLM_NULL)
            values[count++] = (double)value;
    }
    mlm_sort(values, count);
    return count;
}

static int contrast_make(
    struct bench *bench, const struct mlm_pair *pair, enum mlm_metric metric, struct mlm_contrast *contrast)
{
    const double *old = bench->old_values, *new = bench->new_values;
    size_t old_count = values_of(pair->old_row, metric, bench->old_values);
    size_t new_count = values_of(pair->new_row, metric, bench->new_values);
    *contrast = (struct mlm_contrast){.old_count = old_count, .new_count = new_count};
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
    int r = 0, direction = 0;
    if (old_count > 1 && new_count > 1)
        r = mlm_ratio_interval(
            &bench->bootstrap, &old_sample, &new_sample, MLM_CONFIDENCE, &contrast->low, &contrast->high);
    if (r >= 0)
        r = mlm_rank_test(&bench->ranks, &old_sample, &new_sample, &contrast->p, &direction);
    /* Preliminary, until the correction over the family. */
    contrast->verdict = direction > 0 ? MLM_CONTRAST_MORE : MLM_CONTRAST_LESS;
    return r;
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

static int contrasts_make(struct mlm_comparison *comparison, size_t most)
{
    mlm_cleanup(bench_release) struct bench bench = {0};
    bench.old_values = calloc(most, sizeof *bench.old_values);
    bench.new_values = calloc(most, sizeof *bench.new_values);
    if (!bench.old_values || !bench.new_values)
        return -ENOMEM;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++) {
            struct mlm_pair *pair = &comparison->pairings[i].pairs[k];
            pair->change = change_of(pair->old_row, pair->new_row);
            for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
                int r = contrast_make(&bench, pair, mlm_figures[f].metric, &pair->contrasts[f]);
                if (r < 0)
                    return r;
            }
        }
    return 0;
}

/* The smallest p that the contrast's repetitions can give. */
static double least_p(const struct mlm_contrast *contrast)
{
    return mlm_rank_test_least_p(contrast->old_count, contrast->new_count);
}

/* Corrects p-values over the family, and downgrades differences that are not proved. */
static void verdicts_find(struct mlm_contrast *const *contrasts, size_t count, size_t test_count)
{
    for (size_t i = 0; i < count; i++) {
        struct mlm_contrast *contrast = contrasts[i];
        if (contrast->adjusted_p <= MLM_SIGNIFICANCE)
            continue;
        bool could =
            !isnan(contrast->adjusted_p) && least_p(contrast) * (double)test_count <= MLM_SIGNIFICANCE;
        contrast->verdict = could ? MLM_CONTRAST_EVEN : MLM_CONTRAST_TOO_FEW;
    }
}

static int family_correct(struct mlm_comparison *comparison)
{
    size_t room = 1;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        room += comparison->pairings[i].pair_count * MLM_FIGURE_COUNT;
    mlm_auto_free struct mlm_contrast **contrasts = calloc(room, sizeof *contrasts);
    mlm_auto_free struct mlm_contrast **tests = calloc(room, sizeof *tests);
    mlm_auto_free double *p = calloc(room, sizeof *p);
    mlm_auto_free double *adjusted = calloc(room, sizeof *adjusted);
    if (!contrasts || !tests || !p || !adjusted)
        return -ENOMEM;
    size_t count = 0, test_count = 0;
    for (size_t i = 0; i < comparison->pairing_count; i++)
        for (size_t k = 0; k < comparison->pairings[i].pair_count; k++)
            for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
                struct mlm_contrast *contrast = &comparison->pairings[i].pairs[k].contrasts[f];
                if (isnan(contrast->ratio))
                    continue;
                contrasts[count++] = contrast;
                if (least_p(contrast) > MLM_SIGNIFICANCE)
                    continue;
                p[test_count] = contrast->p;
                tests[test_count++] = contrast;
            }
    int r = mlm_holm(p, test_count, adjusted);
    if (r < 0)
        return r;
    for (size_t i = 0; i < test_count; i++)
        tests[i]->adjusted_p = adjusted[i];
    verdicts_find(contrasts, count, test_count);
    comparison->ratio_count = count;
    comparison->test_count = test_count;
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
    if (r >= 0)
        r = contrasts_make(comparison, most_trials(sides, side_count));
    if (r >= 0)
        r = family_correct(comparison);
    for (size_t i = 0; i < comparison->pairing_count && r >= 0; i++)
        for (int f = 0; f < MLM_FIGURE_COUNT && r >= 0; f++)
            r = overall_find(&comparison->pairings[i], (enum mlm_figure)f);
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

size_t mlm_repetitions_needed(size_t test_count)
{
    size_t repetitions = 1;
    while (mlm_rank_test_least_p(repetitions, repetitions) * (double)test_count > MLM_SIGNIFICANCE)
        repetitions++;
    return repetitions;
}
