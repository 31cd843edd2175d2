/* Statistics of small samples for tables. Functions that sort their array say so. */
#pragma once

#include <stddef.h>

/* Sorts numbers (no NaN), smallest first. */
void mlm_sort(double *values, size_t count);

/* Median of count ≥ 1 numbers (no NaN); sorts them. */
double mlm_median(double *values, size_t count);

/* The values of a sample, sorted or not. */
struct mlm_values {
    const double *values;
    size_t count;
};

struct mlm_summary {
    size_t count;
    double median, minimum, maximum;
    double spread; /* (maximum - minimum) / median; 0 for one value */
};

/* Summary of count ≥ 1 numbers (no NaN); sorts them. */
struct mlm_summary mlm_summarize(double *values, size_t count);

/* Standard deviation of a sample of count ≥ 2 numbers, with the divisor count - 1. */
double mlm_deviation(const double *values, size_t count);

/* Geometric mean of count ≥ 1 positive numbers. */
double mlm_geometric_mean(const double *values, size_t count);

/* Holm's correction (1979) for the p-values of a family of tests. If each adjusted value of at most α is
 * called significant, then at most a share α of families without any real difference shows one. -ENOMEM. */
int mlm_holm(const double *p, size_t count, double *ret_adjusted);
