/* The list of meters, and calls to all of them. */
#include "meter/meter.h"

#include <errno.h>
#include <stdlib.h>

/* process comes before cage: the worker's own readings are part of a file reader's needs. */
static const struct mlm_meter *const meters_in_order[] = {
    &mlm_meter_process,
    &mlm_meter_cage,
    &mlm_meter_pressure,
    &mlm_meter_timeline,
    &mlm_meter_tree,
    &mlm_meter_growth,
};

#define METER_COUNT (sizeof meters_in_order / sizeof *meters_in_order)

struct mlm_meters {
    void *states[METER_COUNT];
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
    for (size_t i = 0; i < METER_COUNT; i++)
        if (meters_in_order[i]->begin)
            meters_in_order[i]->begin(meters->states[i], view);
    *ret_meters = meters;
    return 0;
}

void mlm_meters_tick(struct mlm_meters *meters, const struct mlm_trial_view *view)
{
    for (size_t i = 0; i < METER_COUNT; i++)
        if (meters_in_order[i]->tick)
            meters_in_order[i]->tick(meters->states[i], view);
}

void mlm_meters_finish(
    struct mlm_meters *meters, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    for (size_t i = 0; i < METER_COUNT; i++)
        meters_in_order[i]->finish(meters->states[i], view, result);
}
