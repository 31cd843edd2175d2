#include "record/statistics.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double mlm_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    double upper = values[count / 2];
    return count % 2 ? upper : values[count / 2 - 1] + (upper - values[count / 2 - 1]) / 2;
}

struct mlm_summary mlm_summarize(double *values, size_t count)
{
    struct mlm_summary summary = {.count = count, .median = mlm_median(values, count)};
    summary.minimum = values[0];
    summary.maximum = values[count - 1];
    /* A median of 0 leaves nothing to relate the range to. */
    if (summary.median > 0)
        summary.spread = (summary.maximum - summary.minimum) / summary.median;
    return summary;
}
