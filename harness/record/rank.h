/* Tests whether the values of one sample are larger than those of another: the two-sided Mann–Whitney U test
 * (Wilcoxon's rank sum), which assumes nothing about the distribution of the values.
 *
 * The p-value is the share of all ways to divide the pooled values into two samples of these sizes in which
 * the rank sum is at least as far from its mean as it is here. Equal values share the mean of their ranks,
 * so ties are exact too. Samples with more than MLM_RANK_EXACT_PAIRS pairs use the normal approximation,
 * with the corrections for ties and for continuity (Hollander and Wolfe, Nonparametric Statistical Methods,
 * 4.1). */
#pragma once

#include <stddef.h>

#include "record/statistics.h"

#define MLM_RANK_EXACT_PAIRS 400

/* A table that is kept from test to test: most tests have the same sizes and no ties. A zeroed struct is
 * empty. */
struct mlm_rank_memory {
    size_t small, large; /* sizes of the samples that `p` is for */
    double *p;           /* indexed by the distance of the doubled rank sum from its mean */
};

void mlm_rank_memory_release(struct mlm_rank_memory *memory);

/* Tests two sorted samples of at least one value each. *ret_direction: above 0 where b's values rank higher,
 * below 0 where a's do, else 0. -ENOMEM. */
int mlm_rank_test(struct mlm_rank_memory *memory, const struct mlm_values *a, const struct mlm_values *b,
    double *ret_p, int *ret_direction);

/* The smallest p-value that samples of these sizes (at least 1) can have: the samples do not overlap. */
double mlm_rank_test_least_p(size_t a_count, size_t b_count);
