/* PSI of the cage: its totals start at 0 with the cage, so the last reading is the trial's. */
#include "meter/meter.h"

static void pressure_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    (void)p;
    result->readings->values[MLM_stall_some_ns] = view->sample.stall_some_ns;
    result->readings->values[MLM_stall_full_ns] = view->sample.stall_full_ns;
}

const struct mlm_meter mlm_meter_pressure = {
    .name = "pressure",
    .finish = pressure_finish,
};
