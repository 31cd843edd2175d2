/* Measures the sizes of a prediction. */
#include "cli/predict_series.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "record/statistics.h"

/* Unless it is said otherwise, sizes are repeated so often, as long as all runs together take little: 20 s,
 * or a share of what the full size is expected to take, if that is longer than a minute. A single run may be
 * off: libraries that nobody has in memory at this moment are charged to it. */
#define REPETITIONS 3
#define LITTLE_NS 20e9
#define LONG_NS 60e9
#define LITTLE_SHARE 0.08

/* Shares that differ by less lead to the same threshold, or nearly. */
#define SHARES_APART 2

static struct mlm_predict_size size_at(const struct mlm_predict_runs *runs, size_t index)
{
    return mlm_predict_size_of(runs->sizes, &runs->programs->items[runs->order[index]].params);
}

/* Few, so that insertion will do. */
void mlm_predict_order(struct mlm_predict_runs *runs)
{
    for (size_t i = 0; i < runs->programs->count; i++) {
        size_t at = i;
        runs->order[i] = i;
        for (; at; at--) {
            const struct mlm_predict_size below = size_at(runs, at - 1), here = size_at(runs, at);
            if (mlm_predict_compare(&below, &here) <= 0)
                break;
            const size_t moved = runs->order[at];
            runs->order[at] = runs->order[at - 1];
            runs->order[at - 1] = moved;
        }
    }
}

void mlm_predict_series_begin(const struct mlm_predict_runs *runs, struct mlm_predict_series *ret_series)
{
    const struct mlm_predict_size *full = &runs->sizes->full;
    *ret_series = (struct mlm_predict_series){.heap = MLM_PREDICT_HEAP_SIZE};
    for (size_t i = 0; i < runs->programs->count; i++) {
        const struct mlm_predict_size size = size_at(runs, i);
        ret_series->shares[i] = size.of[0] * size.of[1] / (full->of[0] * full->of[1]);
    }
}

bool mlm_predict_series_again(const struct mlm_predict_runs *runs, const struct mlm_predict_series *first,
    enum mlm_predict_heap heap, const struct mlm_predict *predict, struct mlm_predict_series *ret_series)
{
    bool apart = heap == MLM_PREDICT_HEAP_OWN;
    *ret_series = (struct mlm_predict_series){
        .heap = heap, .sample_count = first->sample_count, .spared_count = first->spared_count};
    for (size_t i = 0; i < first->sample_count; i++) {
        const struct mlm_predict_size size = size_at(runs, i);
        double share = 1;
        if (heap == MLM_PREDICT_HEAP_GROWTH)
            share = mlm_predict_share(predict, &size, &runs->sizes->full);
        if (isnan(share))
            return false;
        ret_series->shares[i] = share;
        apart |= share * SHARES_APART < first->shares[i];
    }
    return apart && first->scaled;
}

/* Runs of one size under another threshold are no rows of the first series. */
static int params_make(
    const struct mlm_predict_series *series, size_t index, struct mlm_params *params, struct mlm_error *error)
{
    char text[MLM_SIZE_TEXT];
    if (series->heap == MLM_PREDICT_HEAP_SIZE)
        return 0;
    const char *value = series->heap == MLM_PREDICT_HEAP_OWN
                            ? MLM_PREDICT_MALLOC_OWN
                            : mlm_size_spell(mlm_predict_heap_threshold_bytes(series->shares[index]), text);
    return mlm_params_add(params, MLM_PREDICT_MALLOC, value) < 0 ? mlm_error_errno(error, -ENOMEM, "predict")
                                                                 : 0;
}

/* Takes one run over into its sample. */
static void sample_add(
    struct mlm_predict_series *series, struct mlm_predict_sample *sample, const struct mlm_record *record)
{
    const int64_t bytes = record->readings.values[MLM_needs_peak_bytes];
    const int64_t at_speed_bytes = record->readings.values[MLM_at_speed_bytes];
    const int64_t run_ns = record->readings.values[MLM_run_ns];
    if (at_speed_bytes != MLM_NULL && bytes != MLM_NULL)
        series->files_bytes = fmax(series->files_bytes, (double)(at_speed_bytes - bytes));
    sample->outcome = record->outcome;
    sample->left_out = record->outcome != MLM_OUTCOME_OK || bytes == MLM_NULL;
    sample->run_ns += run_ns == MLM_NULL ? 0 : (uint64_t)run_ns;
    sample->needs_bytes[sample->count++] = (double)bytes - (double)record->limits.background_bytes;
}

static int size_run(struct mlm_predict_runs *runs, struct mlm_predict_series *series, size_t index,
    const struct mlm_program *program, struct mlm_error *error)
{
    struct mlm_predict_sample *sample = &series->samples[index];
    struct mlm_program_order order = runs->how;
    struct mlm_record record;
    int status;
    const uint64_t before_ns = sample->run_ns;
    mlm_record_init(&record);
    order.repetition = sample->count;
    const bool scaled = mlm_predict_heap_scale(series->shares[index]);
    if (scaled)
        record.marks |= MLM_MARK_BIT(heap_scaled);
    series->scaled |= scaled;
    int r = mlm_program_measure(runs->measuring, program, &order, true, &record, &status, error);
    if (scaled)
        mlm_predict_heap_restore();
    sample_add(series, sample, &record);
    runs->spent_ns += sample->run_ns - before_ns;
    mlm_record_release(&record);
    return r;
}

/* Runs one size so many times, or until it does not end well. */
static int size_measure(struct mlm_predict_runs *runs, struct mlm_predict_series *series, size_t index,
    uint64_t times, struct mlm_error *error)
{
    struct mlm_program program = runs->programs->items[runs->order[index]]; /* borrowed, but for params */
    mlm_cleanup(mlm_params_release) struct mlm_params params = {0};
    int r = mlm_params_copy(&program.params, &params);
    if (r < 0)
        return mlm_error_errno(error, r, "predict");
    r = params_make(series, index, &params, error);
    program.params = params;
    for (uint64_t i = 0; i < times && r == 0 && !series->samples[index].left_out; i++)
        r = size_run(runs, series, index, &program, error);
    return r;
}

/* Makes points of the medians. A size with a run that did not end well is none. */
static void points_make(const struct mlm_predict_runs *runs, struct mlm_predict_series *series)
{
    series->point_count = 0;
    for (size_t i = 0; i < series->sample_count; i++) {
        const struct mlm_predict_sample *sample = &series->samples[i];
        double sorted[MLM_PREDICT_REPETITIONS_MAX];
        if (sample->left_out)
            continue;
        memcpy(sorted, sample->needs_bytes, sample->count * sizeof *sorted);
        series->points[series->point_count++] =
            (struct mlm_predict_point){size_at(runs, i), fmax(mlm_median(sorted, sample->count), 0)};
    }
}

/* Returns true if a prediction from what was measured tells something: every parameter was seen at three
 * sizes at least. */
static bool can_predict(const struct mlm_predict_runs *runs, const struct mlm_predict_series *series)
{
    for (size_t p = 0; p < runs->sizes->count; p++) {
        size_t seen = 0;
        for (size_t i = 0; i < series->point_count; i++) {
            bool again = false;
            for (size_t j = 0; j < i; j++)
                again |= series->points[j].size.of[p] == series->points[i].size.of[p];
            seen += !again;
        }
        if (seen < MLM_PREDICT_LEAST)
            return false;
    }
    return true;
}

/* Returns true if what was measured is enough to tell the needs at the full size. */
static bool is_sure(const struct mlm_predict_runs *runs, const struct mlm_predict_series *series)
{
    struct mlm_predict now;
    if (!mlm_predict_learn(series->points, series->point_count, runs->sizes->count, &now))
        return false;
    const struct mlm_predict_range range = mlm_predict_at(&now, &runs->sizes->full);
    return mlm_predict_is_sure(&range);
}

/* Runs each size, and stops where one more was predicted by those before it. */
static int sizes_first(
    struct mlm_predict_runs *runs, struct mlm_predict_series *series, uint64_t times, struct mlm_error *error)
{
    for (size_t i = 0; i < runs->programs->count; i++) {
        struct mlm_predict before;
        const bool foreseen =
            can_predict(runs, series) &&
            mlm_predict_learn(series->points, series->point_count, runs->sizes->count, &before);
        int r = size_measure(runs, series, i, times, error);
        if (r < 0)
            return r;
        series->sample_count = i + 1;
        points_make(runs, series);
        if (series->samples[i].left_out || !foreseen || runs->all)
            continue;
        const struct mlm_predict_point *point = &series->points[series->point_count - 1];
        const struct mlm_predict_range range = mlm_predict_at(&before, &point->size);
        if (mlm_predict_is_near(&range, point->needs_bytes) && is_sure(runs, series)) {
            series->spared_count = runs->programs->count - i - 1;
            return 0;
        }
    }
    return 0;
}

static int sizes_each(
    struct mlm_predict_runs *runs, struct mlm_predict_series *series, uint64_t times, struct mlm_error *error)
{
    int r = 0;
    for (size_t i = 0; i < series->sample_count && r == 0; i++)
        r = size_measure(runs, series, i, times, error);
    return r;
}

/* What the full size may take, if time grows in proportion from the smallest size to the largest. */
static double full_ns(const struct mlm_predict_runs *runs, const struct mlm_predict_series *series)
{
    const struct mlm_predict_sample *least = &series->samples[0],
                                    *most = &series->samples[series->sample_count - 1];
    const struct mlm_predict_size from = size_at(runs, 0), to = size_at(runs, series->sample_count - 1);
    const struct mlm_predict_size *full = &runs->sizes->full;
    const double step = to.of[0] * to.of[1] - from.of[0] * from.of[1];
    const double slope_ns = step > 0 ? ((double)most->run_ns - (double)least->run_ns) / step : 0;
    return (double)most->run_ns + fmax(slope_ns, 0) * (full->of[0] * full->of[1] - to.of[0] * to.of[1]);
}

static double run_ns(const struct mlm_predict_series *series)
{
    double sum_ns = 0;
    for (size_t i = 0; i < series->sample_count; i++)
        sum_ns += (double)series->samples[i].run_ns;
    return sum_ns;
}

/* Repeats all sizes where that takes little time: of a long program, together with all series before. */
static int sizes_repeat(
    struct mlm_predict_runs *runs, struct mlm_predict_series *series, struct mlm_error *error)
{
    const double once_ns = run_ns(series), full = full_ns(runs, series);
    const bool is_long = full > LONG_NS;
    const double little_ns = is_long ? LITTLE_SHARE * full : LITTLE_NS;
    for (int round = 1; round < REPETITIONS; round++) {
        const double spent_ns = is_long ? (double)runs->spent_ns : run_ns(series);
        if (spent_ns + once_ns > little_ns)
            return 0;
        int r = sizes_each(runs, series, 1, error);
        if (r < 0)
            return r;
    }
    return 0;
}

int mlm_predict_series_measure(
    struct mlm_predict_runs *runs, struct mlm_predict_series *series, struct mlm_error *error)
{
    const uint64_t times = runs->repetitions ? runs->repetitions : 1;
    int r = series->heap == MLM_PREDICT_HEAP_SIZE ? sizes_first(runs, series, times, error)
                                                  : sizes_each(runs, series, times, error);
    if (r == 0 && !runs->repetitions)
        r = sizes_repeat(runs, series, error);
    points_make(runs, series);
    return r;
}

void mlm_predict_series_conclude(const struct mlm_predict_runs *runs, const struct mlm_predict_series *series,
    double most_bytes, struct mlm_predict_said *said)
{
    said->heap = series->heap;
    said->in_vain = false;
    said->files_bytes = series->files_bytes;
    said->spared_count = series->spared_count;
    said->left_out_count = 0;
    for (size_t i = 0; i < series->sample_count; i++)
        if (series->samples[i].left_out)
            said->left_out[said->left_out_count++] =
                (struct mlm_predict_left_out){size_at(runs, i), series->samples[i].outcome};
    mlm_predict_conclude(said, series->points, series->point_count, most_bytes);
}
