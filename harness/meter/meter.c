/* The list of meters, and calls to all of them. */
#include "meter/meter.h"

#include <errno.h>
#include <stdlib.h>

/* process comes before cage: the worker's own readings are part of a file reader's needs. tree comes before
 * threads: it gives the CPU time of all processes. parts comes after all that find waits, and files after all
 * that raise the needs. */
static const struct mlm_meter *const meters_in_order[] = {
    &mlm_meter_process,
    &mlm_meter_cage,
    &mlm_meter_pressure,
    &mlm_meter_timeline,
    &mlm_meter_tree,
    &mlm_meter_threads,
    &mlm_meter_parts,
    &mlm_meter_files,
    &mlm_meter_growth,
};

#define METER_COUNT (sizeof meters_in_order / sizeof *meters_in_order)

struct mlm_meters {
    void *states[METER_COUNT];
    uint64_t begin_ns, spent_ns[METER_COUNT]; /* by ticks */
};

void mlm_meters_free(struct mlm_meters *meters)
{
    for (size_t i = 0; meters && i < METER_COUNT; i++)
        free(meters->states[i]);
    free(meters);
}

int mlm_meters_begin(
    const struct mlm_trial_view *view, struct mlm_meters **ret_meters, struct mlm_error *error)
{
    struct mlm_meters *meters = calloc(1, sizeof *meters);
    for (size_t i = 0; meters && i < METER_COUNT; i++)
        if (!(meters->states[i] = calloc(1, meters_in_order[i]->state_size + 1))) {
            mlm_meters_free(meters);
            meters = NULL;
        }
    if (!meters)
        return mlm_error_errno(error, -ENOMEM, "meters");
    meters->begin_ns = mlm_now_ns();
    for (size_t i = 0; i < METER_COUNT; i++)
        if (meters_in_order[i]->begin)
            meters_in_order[i]->begin(meters->states[i], view);
    *ret_meters = meters;
    return 0;
}

/* Looking at thousands of processes, threads or mappings would slow a job down. */
static void tick_within(const struct mlm_meter *meter, void *state, const struct mlm_trial_view *view,
    uint64_t begin_ns, uint64_t *spent_ns)
{
    if ((double)*spent_ns > meter->tick_share * (double)(mlm_now_ns() - begin_ns))
        return;
    const uint64_t before_ns = mlm_thread_cpu_ns();
    meter->tick(state, view);
    *spent_ns += mlm_thread_cpu_ns() - before_ns;
}

void mlm_meters_tick(struct mlm_meters *meters, const struct mlm_trial_view *view)
{
    for (size_t i = 0; i < METER_COUNT; i++) {
        const struct mlm_meter *meter = meters_in_order[i];
        if (meter->tick && meter->tick_share > 0)
            tick_within(meter, meters->states[i], view, meters->begin_ns, &meters->spent_ns[i]);
        else if (meter->tick)
            meter->tick(meters->states[i], view);
    }
}

void mlm_meters_ended(struct mlm_meters *meters, const struct mlm_trial_view *view)
{
    for (size_t i = 0; i < METER_COUNT; i++)
        if (meters_in_order[i]->ended)
            meters_in_order[i]->ended(meters->states[i], view);
}

bool mlm_meters_gone(const struct mlm_meters *meters, struct mlm_process_gone *ret_gone)
{
    for (size_t i = 0; i < METER_COUNT; i++)
        if (meters_in_order[i]->gone)
            return meters_in_order[i]->gone(meters->states[i], ret_gone);
    return false;
}

void mlm_meters_finish(
    struct mlm_meters *meters, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    for (size_t i = 0; i < METER_COUNT; i++)
        meters_in_order[i]->finish(meters->states[i], view, result);
}
