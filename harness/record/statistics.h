/* Small-sample statistics for tables. Arrays are sorted in place where said. */
#pragma once

#include <stddef.h>

/* Median of count ≥ 1 numbers (no NaN); sorts them. */
double mlm_median(double *values, size_t count);

struct mlm_summary {
    size_t count;
    double median, minimum, maximum;
    double spread; /* (maximum - minimum) / median; 0 for one value */
};

/* Summary of count ≥ 1 numbers (no NaN); sorts them. */
struct mlm_summary mlm_summarize(double *values, size_t count);
