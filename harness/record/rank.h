/* Are the values of one sample larger than those of another? The two-sided Mann–Whitney U test (Wilcoxon's
 * rank sum), which asks nothing of how the values are distributed.
 *
 * The p-value is the share of all ways to deal the pooled values out to two samples of these sizes in which
 * the rank sum is at least as far from its mean as it is. Equal values share the mean of their ranks, so ties
 * are exact too. Where the samples make more than MLM_RANK_EXACT_PAIRS pairs the normal approximation is
 * used, with the corrections for ties and for continuity (Hollander and Wolfe, Nonparametric Statistical
 * Methods, 4.1). */
#pragma once

#include <stddef.h>

#include "record/statistics.h"

#define MLM_RANK_EXACT_PAIRS 400

/* What is kept from test to test: most have the same sizes and no ties. A zeroed one holds nothing. */
struct mlm_rank_memory {
    size_t small, large; /* sizes for which `p` was made */
    double *p;           /* by distance of the doubled rank sum from its mean */
};

void mlm_rank_memory_release(struct mlm_rank_memory *memory);

/* Of two sorted samples of at least one value each. -ENOMEM. *ret_direction: above 0 where b's values rank
 * higher, below where a's do, 0 where neither. */
int mlm_rank_test(struct mlm_rank_memory *memory, const struct mlm_values *a, const struct mlm_values *b,
    double *ret_p, int *ret_direction);

/* The smallest p-value that samples of these sizes (at least 1) can have: none overlaps the other. */
double mlm_rank_test_least_p(size_t a_count, size_t b_count);
