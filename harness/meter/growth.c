/* Detects a program that keeps growing. It looks at memory without page cache, plus swap, over the second
 * half of the run, cut into blocks of equal length whose means are compared in pairs. The slope is the median
 * of all pairs (Theil 1950, Sen 1968); its interval comes from the variance of Kendall's S. A single step
 * gives no slope. Blocks are used because neighbouring samples are nearly the same number. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "meter/meter.h"
#include "record/statistics.h"

#define POINTS_MAX 512
#define BLOCKS 16
#define PAIRS (BLOCKS * (BLOCKS - 1) / 2)
/* Samples in the second half; with fewer, the run is not judged. */
#define SAMPLES_LEAST ((size_t)2 * BLOCKS)
/* Quantile of the standard normal distribution, two-sided 95 %. */
#define Z95 1.959964
/* A shorter run cannot be told from a program that starts. */
#define RUN_LEAST_S 10.0
/* Memory that grows at one pace from the start is a job that loads its data: at a quarter and at half of the
 * time it holds about a quarter and half of what it holds at the end. */
#define PACE_SLACK 0.1
/* Smaller growth over the second half, or a smaller share of the memory held, is not reported as a leak. */
#define GROWN_LEAST_BYTES 1048576.0
#define GROWN_LEAST_SHARE 0.02

struct growth_state {
    struct point {
        double at_s, bytes;
    } points[POINTS_MAX];
    size_t count;
    uint64_t ticks, stride;
};

static void growth_begin(void *p, const struct mlm_trial_view *view)
{
    (void)view;
    ((struct growth_state *)p)->stride = 1;
}

/* Pages that were read back from swap, or read ahead, are in memory without being mapped: they are not among
 * the anonymous pages, and no longer in swap. When the program touches them again, it does not grow. */
static int64_t held_bytes(const struct mlm_sample *sample)
{
    int64_t bytes = sample->swap_backed_bytes;
    if (bytes == MLM_NULL)
        bytes = sample->anon_bytes + (sample->shmem_bytes == MLM_NULL ? 0 : sample->shmem_bytes);
    return bytes + (sample->swap_bytes == MLM_NULL ? 0 : sample->swap_bytes);
}

static void growth_tick(void *p, const struct mlm_trial_view *view)
{
    struct growth_state *state = p;
    const struct mlm_sample *sample = &view->sample;
    /* Growth while the data is built is expected: only the run phase is looked at. */
    enum mlm_phase phase = atomic_load_explicit(&view->scoreboard->phase, memory_order_acquire);
    if (!view->tree || phase != MLM_PHASE_RUN || sample->anon_bytes == MLM_NULL)
        return;
    if (state->ticks++ % state->stride != 0)
        return;
    if (state->count == POINTS_MAX) {
        for (size_t i = 0; i < POINTS_MAX / 2; i++)
            state->points[i] = state->points[2 * i];
        state->count = POINTS_MAX / 2;
        state->stride *= 2;
    }
    state->points[state->count++] = (struct point){(double)sample->at_ns / 1e9, (double)held_bytes(sample)};
}

/* Computes the means of the blocks of the second half; returns false where a block has too few samples. */
static bool blocks_make(const struct growth_state *state, double means[static BLOCKS], double *ret_block_s)
{
    double end_s = state->points[state->count - 1].at_s;
    double begin_s = (state->points[0].at_s + end_s) / 2, block_s = (end_s - begin_s) / BLOCKS;
    double sums[BLOCKS] = {0};
    size_t counts[BLOCKS] = {0}, all = 0;
    for (size_t i = 0; i < state->count; i++) {
        if (state->points[i].at_s < begin_s || !(block_s > 0))
            continue;
        size_t block = (size_t)((state->points[i].at_s - begin_s) / block_s);
        block = block < BLOCKS ? block : BLOCKS - 1;
        sums[block] += state->points[i].bytes;
        counts[block]++;
        all++;
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        if (!counts[i])
            return false;
        means[i] = sums[i] / (double)counts[i];
    }
    *ret_block_s = block_s;
    return all >= SAMPLES_LEAST;
}

/* Memory at a share of the run's time, as a share of the memory at its end. */
static double held_at(const struct growth_state *state, double share)
{
    const struct point *last = &state->points[state->count - 1];
    double at_s = state->points[0].at_s + share * (last->at_s - state->points[0].at_s);
    for (size_t i = 0; i < state->count; i++)
        if (state->points[i].at_s >= at_s)
            return state->points[i].bytes / last->bytes;
    return 1;
}

static bool grows_from_the_start(const struct growth_state *state)
{
    return fabs(held_at(state, 0.25) - 0.25) <= PACE_SLACK && fabs(held_at(state, 0.5) - 0.5) <= PACE_SLACK;
}

/* Where the kernel ended the job, its growth is known already: it did not fit. */
static bool is_judged(const struct growth_state *state, const struct mlm_trial_view *view)
{
    const struct mlm_phase_reading *run = &view->scoreboard->phases[MLM_PHASE_RUN];
    return view->tree && state->count > 1 && atomic_load_explicit(&run->complete, memory_order_acquire) &&
           state->points[state->count - 1].at_s - state->points[0].at_s >= RUN_LEAST_S &&
           !grows_from_the_start(state);
}

static void growth_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    const struct growth_state *state = p;
    double means[BLOCKS], slopes[PAIRS], block_s;
    if (!is_judged(state, view) || !blocks_make(state, means, &block_s))
        return;
    size_t count = 0;
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t k = i + 1; k < BLOCKS; k++)
            slopes[count++] = (means[k] - means[i]) / ((double)(k - i) * block_s);
    double slope = mlm_median(slopes, count); /* mlm_median() sorts the slopes */
    double n = BLOCKS, reach = Z95 * sqrt(n * (n - 1) * (2 * n + 5) / 18);
    /* The interval reaches from the M-th to the (count - M + 1)-th of the sorted slopes, counted from 1. */
    size_t m = (size_t)floor(((double)count - reach) / 2), low = m - 1, high = count - m;
    double grown = slope * block_s * BLOCKS;
    if (slopes[low] <= 0 || grown < GROWN_LEAST_BYTES || grown < GROWN_LEAST_SHARE * means[BLOCKS - 1])
        return;
    int64_t *values = result->readings->values;
    values[MLM_growth_bytes_per_s] = llround(slope);
    values[MLM_growth_low_bytes_per_s] = llround(slopes[low]);
    values[MLM_growth_high_bytes_per_s] = llround(slopes[high]);
}

const struct mlm_meter mlm_meter_growth = {
    .name = "growth",
    .state_size = sizeof(struct growth_state),
    .begin = growth_begin,
    .tick = growth_tick,
    .finish = growth_finish,
};
