/* The worker's own readings, phase by phase, from its scoreboard. A phase that did not finish leaves its
 * readings null, except for the peak RSS: the last VmHWM that was seen from outside is a lower bound. */
#include "meter/meter.h"

struct process_state {
    int64_t last_peak_rss_bytes; /* of the phase at the last tick; 0: none seen */
};

static void process_tick(void *p, const struct mlm_trial_view *view)
{
    struct process_state *state = p;
    if (view->sample.worker_peak_rss_bytes > state->last_peak_rss_bytes)
        state->last_peak_rss_bytes = view->sample.worker_peak_rss_bytes;
}

/* Returns NULL where the phase did not finish. */
static const struct mlm_phase_reading *completed(
    const struct mlm_scoreboard *scoreboard, enum mlm_phase phase)
{
    const struct mlm_phase_reading *reading = &scoreboard->phases[phase];
    return atomic_load_explicit(&reading->complete, memory_order_acquire) ? reading : NULL;
}

static int64_t wait_of(uint64_t ns)
{
    return ns <= INT64_MAX ? (int64_t)ns : MLM_NULL; /* MLM_WAIT_UNKNOWN is above it */
}

static void process_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    const struct process_state *state = p;
    int64_t *values = result->readings->values;
    const struct mlm_scoreboard *scoreboard = view->scoreboard;
    uint64_t items = scoreboard->items;
    const struct mlm_phase_reading *prepare = completed(scoreboard, MLM_PHASE_PREPARE);
    const struct mlm_phase_reading *run = completed(scoreboard, MLM_PHASE_RUN);
    if (prepare) {
        values[MLM_prepare_ns] = (int64_t)(prepare->end_ns - prepare->begin_ns);
        values[MLM_prepare_cpu_ns] = (int64_t)(prepare->cpu_user_ns + prepare->cpu_system_ns);
        values[MLM_prepare_peak_rss_bytes] = (int64_t)prepare->peak_rss_bytes;
        values[MLM_peak_rss_bytes] = (int64_t)prepare->peak_rss_bytes;
    }
    if (run) {
        int64_t cpu_ns = (int64_t)(run->cpu_user_ns + run->cpu_system_ns);
        int64_t run_ns = (int64_t)(run->end_ns - run->begin_ns);
        values[MLM_run_ns] = run_ns;
        values[MLM_run_cpu_user_ns] = (int64_t)run->cpu_user_ns;
        values[MLM_run_cpu_system_ns] = (int64_t)run->cpu_system_ns;
        /* CPU time has a coarser clock than wall time, so the difference can be below 0. */
        if (view->threads == 1)
            values[MLM_waiting_ns] = run_ns > cpu_ns ? run_ns - cpu_ns : 0;
        result->waits = (struct mlm_waits){
            wait_of(run->run_queue_ns), wait_of(run->memory_wait_ns), wait_of(run->storage_wait_ns)};
        result->one_thread = view->threads == 1;
        if (run->peak_rss_bytes)
            values[MLM_run_peak_rss_bytes] = (int64_t)run->peak_rss_bytes;
        if (run->io_known) {
            values[MLM_read_bytes] = (int64_t)run->read_bytes;
            values[MLM_written_bytes] = (int64_t)run->written_bytes;
        }
    }
    /* Some workers count items as they go. The value may be garbage, because the worker can write anything
     * there. */
    if (items <= INT64_MAX && (run || items))
        values[MLM_items] = (int64_t)items;
    if (run && values[MLM_run_peak_rss_bytes] > values[MLM_peak_rss_bytes])
        values[MLM_peak_rss_bytes] = values[MLM_run_peak_rss_bytes];
    if (!run && state->last_peak_rss_bytes) {
        if (state->last_peak_rss_bytes > values[MLM_peak_rss_bytes]) /* MLM_NULL is below all values */
            values[MLM_peak_rss_bytes] = state->last_peak_rss_bytes;
        *result->marks |= MLM_MARK_BIT(peak_rss_lower_bound);
    }
}

const struct mlm_meter mlm_meter_process = {
    .name = "process",
    .state_size = sizeof(struct process_state),
    .tick = process_tick,
    .finish = process_finish,
};
