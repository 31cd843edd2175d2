/* The cage's own figures: the kernel's peaks where it keeps them, else the highest sample, marked; faults and
 * swap traffic of the whole trial; and `needs`, which is computed from these. */
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/page.h"
#include "meter/meter.h"

struct cage_state {
    int64_t memory_bytes, swap_bytes, anon_bytes; /* highest samples; 0: none */
    int64_t shmem_bytes, huge_pages_bytes;        /* the same; MLM_NULL: the kernel does not count them */
    int64_t memory_and_swap_bytes;                /* highest sum within one sample */
    int64_t held_bytes;                           /* the same, without the reclaimable page cache */
    int64_t cache_bytes;                          /* highest sample of the reclaimable page cache */
    int64_t resident_bytes;                       /* of our worker: its peak RSS; 0: not known */
    int64_t worker_file_bytes;                    /* most file pages that the worker was seen to map */
    int64_t worker_own_bytes;                     /* most anonymous memory of the worker, swapped or not */
    bool memory_seen, swap_seen, stat_seen;
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t null_is_0(int64_t value)
{
    return value == MLM_NULL ? 0 : value;
}

static void cage_begin(void *p, const struct mlm_trial_view *view)
{
    (void)view;
    struct cage_state *state = p;
    state->shmem_bytes = state->huge_pages_bytes = MLM_NULL;
}

static void cage_tick(void *p, const struct mlm_trial_view *view)
{
    struct cage_state *state = p;
    const struct mlm_sample *sample = &view->sample;
    state->memory_seen |= sample->memory_bytes != MLM_NULL;
    state->swap_seen |= sample->swap_bytes != MLM_NULL;
    state->stat_seen |= sample->anon_bytes != MLM_NULL;
    state->memory_bytes = larger(state->memory_bytes, sample->memory_bytes);
    state->swap_bytes = larger(state->swap_bytes, sample->swap_bytes);
    state->anon_bytes = larger(state->anon_bytes, sample->anon_bytes);
    state->shmem_bytes = larger(state->shmem_bytes, sample->shmem_bytes);
    state->huge_pages_bytes = larger(state->huge_pages_bytes, sample->huge_pages_bytes);
    state->worker_file_bytes = larger(state->worker_file_bytes, sample->worker_file_bytes);
    state->worker_own_bytes = larger(state->worker_own_bytes, sample->worker_own_bytes);
    state->memory_and_swap_bytes =
        larger(state->memory_and_swap_bytes, mlm_sample_memory_and_swap_bytes(sample));
    int64_t held_bytes = mlm_sample_held_bytes(sample);
    if (held_bytes == MLM_NULL)
        return;
    state->cache_bytes = larger(state->cache_bytes, mlm_sample_cache_bytes(sample));
    state->held_bytes = larger(state->held_bytes, held_bytes);
}

/* The kernel's peak, less what others held in an inherited cage; MLM_NULL: there is none. */
static int64_t kernel_peak(const struct mlm_trial_view *view,
    int (*read)(const struct mlm_cage *cage, uint64_t *ret_bytes), int64_t others_bytes)
{
    uint64_t value;
    if (read(view->cage, &value) < 0)
        return MLM_NULL;
    return larger((int64_t)value - others_bytes, 0);
}

/* Bytes that processors may charge in advance. A cage at its limit tries to charge them, first
 * to memory and swap together, and they stay in that peak although memory then refuses them. */
static int64_t charges_on_the_way(void)
{
    static long processors; /* sysconf() reads a file each time */
    if (!processors)
        processors = sysconf(_SC_NPROCESSORS_CONF);
    return MLM_CHARGE_BATCH_PAGES * (int64_t)mlm_page_bytes() * processors;
}

/* The kernel raises its peak without a lock: a processor of a virtual machine that is stopped just before it
 * writes may put an older, lower peak over a newer one. Then a sample of the same counter is above the peak.
 * A sample may also catch charges that the kernel is about to refuse; that does not count. */
static bool lost_by_kernel(const struct cage_state *state, const struct mlm_trial_view *view, int64_t peak)
{
    const uint64_t cap_bytes = mlm_cage_limits(view->cage)->cap_bytes;
    return state->memory_bytes > peak + charges_on_the_way() && (uint64_t)state->memory_bytes <= cap_bytes;
}

/* Where samples have to stand for the kernel's peak, the worker's own high-water mark proves a part of it. */
static void memory_peak(
    const struct cage_state *state, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    int64_t peak = kernel_peak(view, mlm_cage_memory_peak, view->sampler->others_bytes);
    int64_t proved_bytes = view->tree ? 0 : state->resident_bytes - state->worker_file_bytes;
    bool sampled =
        peak == MLM_NULL ? state->memory_seen || proved_bytes > 0 : lost_by_kernel(state, view, peak);
    if (sampled) {
        peak = larger(state->memory_bytes, proved_bytes);
        *result->marks |= MLM_MARK_BIT(cage_peak_sampled);
    }
    result->readings->values[MLM_cage_peak_bytes] = peak;
}

/* v1 keeps a peak of memory and swap together. Any excess over the limit was swap, unless it is no larger
 * than the charges in advance. Below the limit only the samples can tell. */
static int64_t swap_peak_of_both(int64_t both_peak, const struct mlm_trial_view *view)
{
    uint64_t limit = mlm_cage_limits(view->cage)->cap_bytes;
    if (both_peak == MLM_NULL || limit == MLM_NO_LIMIT)
        return MLM_NULL;
    int64_t above = both_peak - (int64_t)limit;
    return above > charges_on_the_way() ? above : MLM_NULL;
}

/* v2 counts space in swap, and a page keeps its space while it is written there, and after it was read back:
 * as long as it is in memory, too, it is not swapped. The kernel's peak is exact if the samples come near it.
 */
static bool counts_memory_twice(const struct cage_state *state, int64_t kernel_swap_peak)
{
    return state->swap_bytes &&
           kernel_swap_peak > state->swap_bytes + state->swap_bytes / 16 + (INT64_C(1) << 20);
}

static void swap_peak(const struct cage_state *state, const struct mlm_trial_view *view,
    int64_t kernel_swap_peak, struct mlm_meter_result *result)
{
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    int64_t peak = kernel_swap_peak;
    if (dialect->swap_files_count_memory)
        peak = swap_peak_of_both(kernel_swap_peak, view);
    bool exact = peak != MLM_NULL;
    bool twice = dialect->swap_cached_key && counts_memory_twice(state, peak);
    if (twice || (state->swap_seen && state->swap_bytes > peak)) {
        peak = state->swap_bytes;
        exact = false;
    }
    /* v2 limits swap alone: where none is allowed, there was none. */
    const bool forbidden = !dialect->swap_files_count_memory && !mlm_cage_is_inherited(view->cage) &&
                           mlm_cage_limits(view->cage)->swap_limit_bytes == 0;
    if (!view->machine_has_swap || forbidden) {
        peak = 0;
        exact = true;
    }
    if (peak != MLM_NULL && !exact)
        *result->marks |= MLM_MARK_BIT(swap_peak_sampled);
    result->readings->values[MLM_swap_peak_bytes] = peak;
}

/* Of a reader, the process's own figures prove a lower bound, its high-water mark less the file pages that it
 * maps, and an upper one, the whole mark. Returns the needs, not below the first; *ret_proved: they lie
 * between the two. */
static int64_t reader_needs(
    const struct cage_state *state, const struct mlm_trial_view *view, int64_t held_bytes, bool *ret_proved)
{
    int64_t background_bytes = (int64_t)mlm_cage_limits(view->cage)->background_bytes;
    int64_t least_bytes = state->resident_bytes - state->worker_file_bytes + background_bytes;
    *ret_proved = !background_bytes && held_bytes <= state->resident_bytes;
    return larger(held_bytes, least_bytes);
}

/* The needs of a job that did not swap are not above the kernel's peak. */
static bool lies_close(int64_t peak_bytes, int64_t need_bytes)
{
    return peak_bytes - need_bytes <= larger(need_bytes / 100, INT64_C(1) << 20);
}

/* Computes needs, the peak of memory and swap together. It is the kernel's own figure on v1 (memsw) and
 * wherever nothing was swapped; otherwise the highest sampled sum, which cannot be below either peak. For a
 * tree, which may do anything, and for a job that reads files, it is all but the reclaimable page cache. The
 * kernel's peak also covers the time between samples; at most the page cache in it was reclaimable. */
static void needs(const struct cage_state *state, const struct mlm_trial_view *view, int64_t kernel_swap_peak,
    struct mlm_meter_result *result)
{
    int64_t *values = result->readings->values;
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    if (view->tree || view->flags & (MLM_READS_FILE | MLM_MAPS_FILE)) {
        if (!state->stat_seen || values[MLM_cage_peak_bytes] == MLM_NULL)
            return;
        int64_t need = larger(state->held_bytes, values[MLM_cage_peak_bytes] - state->cache_bytes);
        need = larger(need, state->worker_own_bytes);
        bool proved = false;
        if (!view->tree && !(view->flags & MLM_MAPS_FILE) && state->resident_bytes)
            need = reader_needs(state, view, need, &proved);
        proved |= lies_close(values[MLM_cage_peak_bytes], need) &&
                  !(*result->marks & MLM_MARK_BIT(cage_peak_sampled));
        if (!proved || values[MLM_swap_peak_bytes] != 0)
            *result->marks |= MLM_MARK_BIT(needs_peak_sampled);
        values[MLM_needs_peak_bytes] = need;
    } else if (values[MLM_swap_peak_bytes] == 0) {
        values[MLM_needs_peak_bytes] = values[MLM_cage_peak_bytes];
    } else if (dialect->swap_files_count_memory && kernel_swap_peak != MLM_NULL) {
        values[MLM_needs_peak_bytes] = larger(kernel_swap_peak, values[MLM_cage_peak_bytes]);
    } else if (values[MLM_cage_peak_bytes] != MLM_NULL && values[MLM_swap_peak_bytes] != MLM_NULL) {
        values[MLM_needs_peak_bytes] = larger(
            state->memory_and_swap_bytes, larger(values[MLM_cage_peak_bytes], values[MLM_swap_peak_bytes]));
        /* Samples of the cage are not taken in one moment. */
        values[MLM_needs_peak_bytes] = larger(values[MLM_needs_peak_bytes], state->worker_own_bytes);
        *result->marks |= MLM_MARK_BIT(needs_peak_sampled);
    }
}

static int64_t keyed(const char *text, const char *key)
{
    uint64_t value;
    return text && key && mlm_keyed_number(text, key, &value) == 0 ? (int64_t)value : MLM_NULL;
}

/* An inherited cgroup counted before, too. */
static int64_t grown(const struct mlm_trial_view *view, const char *stat, const char *key)
{
    int64_t now = keyed(stat, key), before = null_is_0(keyed(mlm_cage_stat_before(view->cage), key));
    return now == MLM_NULL ? MLM_NULL : larger(now - before, 0);
}

/* Counts traffic of the whole trial, prepare included: the cage counts for all of its life, also for a killed
 * worker. */
static void traffic(const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    const struct mlm_dialect *dialect = mlm_cage_dialect(view->cage);
    int64_t *values = result->readings->values;
    mlm_auto_free char *stat = NULL;
    if (mlm_file_read(mlm_cage_dir_fd(view->cage), dialect->stat, &stat, NULL) < 0)
        return;
    int64_t all = grown(view, stat, dialect->all_faults_key);
    int64_t major = grown(view, stat, dialect->major_faults_key);
    int64_t anon = grown(view, stat, dialect->refault_anon_key);
    int64_t file = grown(view, stat, dialect->refault_file_key);
    values[MLM_major_faults] = major;
    values[MLM_minor_faults] = all != MLM_NULL && major != MLM_NULL ? all - major : MLM_NULL;
    values[MLM_refaults] = anon != MLM_NULL && file != MLM_NULL ? anon + file : MLM_NULL;
    values[MLM_swapped_in_pages] = grown(view, stat, dialect->swapped_in_key);
    values[MLM_swapped_out_pages] = grown(view, stat, dialect->swapped_out_key);
    result->zswap_pages = grown(view, stat, dialect->zswap_out_key);
    /* Every anonymous page that is read back was evicted before. */
    result->swap_read_pages = values[MLM_swapped_in_pages] != MLM_NULL ? values[MLM_swapped_in_pages] : anon;
}

static void cage_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    struct cage_state *state = p;
    int64_t *values = result->readings->values;
    /* A short one may have ended before the first sample; its page cache is still there. */
    if (view->tree || view->flags & (MLM_READS_FILE | MLM_MAPS_FILE))
        cage_tick(p, view);
    state->resident_bytes = null_is_0(values[MLM_peak_rss_bytes]);
    const struct mlm_sample *before = &view->sampler->before;
    int64_t swap_before_bytes = null_is_0(before->swap_bytes) + before->swap_cached_bytes;
    int64_t kernel_swap_peak = kernel_peak(view, mlm_cage_swap_peak, swap_before_bytes);
    memory_peak(state, view, result);
    swap_peak(state, view, kernel_swap_peak, result);
    needs(state, view, kernel_swap_peak, result);
    traffic(view, result);
    values[MLM_anon_peak_bytes] = state->stat_seen ? state->anon_bytes : MLM_NULL;
    values[MLM_file_peak_bytes] = state->stat_seen ? state->cache_bytes : MLM_NULL;
    values[MLM_shmem_peak_bytes] = state->shmem_bytes;
    values[MLM_huge_pages_peak_bytes] = state->huge_pages_bytes;
    if (mlm_cage_is_inherited(view->cage) && !view->sampler->sums_processes)
        values[MLM_held_before_bytes] = before->memory_bytes;
}

const struct mlm_meter mlm_meter_cage = {
    .name = "cage",
    .state_size = sizeof(struct cage_state),
    .begin = cage_begin,
    .tick = cage_tick,
    .finish = cage_finish,
};
