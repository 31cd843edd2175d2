/* Small-sample statistics for tables. Arrays are sorted in place where said. */
#pragma once

#include <stddef.h>

/* Sorts numbers (no NaN), smallest first. */
void mlm_sort(double *values, size_t count);

/* Median of count ≥ 1 numbers (no NaN); sorts them. */
double mlm_median(double *values, size_t count);

/* A sample of something, in an order or none. */
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

/* Standard deviation of a sample of count ≥ 2 numbers: over count - 1. */
double mlm_deviation(const double *values, size_t count);

/* Geometric mean of count ≥ 1 positive numbers. */
double mlm_geometric_mean(const double *values, size_t count);

/* Holm's correction (1979) of the p-values of a family of tests: an adjusted one of at most α is significant
 * where no more than a share α of families without any difference shall show one. -ENOMEM. */
int mlm_holm(const double *p, size_t count, double *ret_adjusted);
