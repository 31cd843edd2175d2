/* The uncertainty of a ratio of two medians: its bootstrap interval, by percentiles (Efron and Tibshirani, An
 * Introduction to the Bootstrap, 13.3).
 *
 * The bootstrap draws each sample anew from itself, with replacement, and looks at the medians of the draws.
 * For a median this needs no random numbers: binomials say how often the median of n draws is which value, or
 * the middle of which two. So the distribution is the exact one, of all n^n draws: no seed, no resampling
 * noise, the same interval on every machine. */
#pragma once

#include <stddef.h>

#include "record/statistics.h"

/* Tables that are kept from call to call. A zeroed struct is empty. */
struct mlm_bootstrap {
    struct mlm_bootstrap_median {
        size_t count; /* size of the sample; 0: no table yet */
        struct mlm_bootstrap_weight {
            size_t low, high; /* the median is the middle of these two values */
            double share;     /* share of all draws */
        } * weights;
        size_t weight_count;
    } medians[2];
    struct mlm_bootstrap_value {
        double value, share;
    } * values[2]; /* working space */
    size_t room[2];
};

void mlm_bootstrap_release(struct mlm_bootstrap *bootstrap);

/* The interval of median(b) / median(a) that contains the share `confidence` of the distribution; the rest is
 * cut off evenly at both ends. Samples are sorted and not empty; values of a are above 0, those of b not
 * below 0. -ENOMEM. */
int mlm_ratio_interval(struct mlm_bootstrap *bootstrap, const struct mlm_values *a,
    const struct mlm_values *b, double confidence, double *ret_low, double *ret_high);
