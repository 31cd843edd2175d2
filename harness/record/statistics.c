/* Sums, medians and corrections for few values. Nothing here allocates more than one small array. */
#include "record/statistics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* There are few repetitions, so insertion sort is faster than a function call for each comparison. */
#define FEW 16

void mlm_sort(double *values, size_t count)
{
    if (count > FEW) {
        qsort(values, count, sizeof *values, by_value);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t at = i;
        for (; at && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

double mlm_median(double *values, size_t count)
{
    mlm_sort(values, count);
    double upper = values[count / 2];
    return count % 2 ? upper : values[count / 2 - 1] + (upper - values[count / 2 - 1]) / 2;
}

struct mlm_summary mlm_summarize(double *values, size_t count)
{
    struct mlm_summary summary = {.count = count, .median = mlm_median(values, count)};
    summary.minimum = values[0];
    summary.maximum = values[count - 1];
    /* With a median of 0 a relative range has no meaning. */
    if (summary.median > 0)
        summary.spread = (summary.maximum - summary.minimum) / summary.median;
    return summary;
}

double mlm_deviation(const double *values, size_t count)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(count - 1));
}

double mlm_geometric_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += log(values[i]);
    return exp(sum / (double)count);
}

struct ranked {
    double p;
    size_t index;
};

static int by_p(const void *a, const void *b)
{
    double x = ((const struct ranked *)a)->p, y = ((const struct ranked *)b)->p;
    return (x > y) - (x < y);
}

int mlm_holm(const double *p, size_t count, double *ret_adjusted)
{
    mlm_auto_free struct ranked *ranked = calloc(count + 1, sizeof *ranked);
    if (!ranked)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, by_p);
    double adjusted = 0;
    for (size_t i = 0; i < count; i++) {
        adjusted = fmin(1, fmax(adjusted, (double)(count - i) * ranked[i].p));
        ret_adjusted[ranked[i].index] = adjusted;
    }
    return 0;
}
