/* The table of metrics, made from the list in metric.h. */
#include "record/metric.h"

const struct mlm_metric_info mlm_metrics[MLM_METRIC_COUNT] = {
#define METRIC_INFO(name, unit_name, text) {.key = #name, .help = (text), .unit = MLM_UNIT_##unit_name},
    MLM_METRICS(METRIC_INFO)
#undef METRIC_INFO
};

void mlm_readings_init(struct mlm_readings *readings)
{
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        readings->values[i] = MLM_NULL;
}
