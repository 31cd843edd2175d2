/* Student's t for times: the logarithms of repeated times are close to normal, so a mean of logarithms has an
 * interval by Student's t distribution, and the difference of two such means is the logarithm of a ratio
 * (Welch 1947, for samples of different variance). */
#pragma once

#include <stddef.h>

#include "record/statistics.h"

/* Probability that |T| is at least |t|, for `freedom` > 0 degrees of freedom, which need not be whole
 * (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1 and 26.5.27). */
double mlm_student_p(double t, double freedom);

/* The t whose mlm_student_p() is 1 - confidence. */
double mlm_student_quantile(double confidence, double freedom);

/* A mean of logarithms. */
struct mlm_log_mean {
    double mean, variance; /* variance of the mean, not of the values; NAN with fewer than two values */
    size_t count;
};

/* Of count ≥ 1 positive numbers; they need not be sorted. */
struct mlm_log_mean mlm_log_mean(const struct mlm_values *sample);

/* How far exp(mean) may be off, as a share of it: exp(t·s/√n) - 1, for an interval of `confidence`. NAN with
 * fewer than two values. */
double mlm_log_mean_margin(const struct mlm_log_mean *mean, double confidence);

struct mlm_ratio {
    double ratio;     /* exp of the difference of the means */
    double low, high; /* its interval; NAN: not known */
    double p;         /* two-sided, that the ratio is 1; NAN like the interval */
};

/* The ratio b / a of two samples of positive numbers. A sample of one value is taken to vary as much as the
 * other one; two such samples have no interval. */
struct mlm_ratio mlm_log_ratio(const struct mlm_log_mean *a, const struct mlm_log_mean *b, double confidence);

/* The same of values that belong together in pairs: log_ratio has the mean of log(b / a) and its variance.
 * What both values of a pair share, for example a phase in which the machine is slower, is no part of the
 * interval. */
struct mlm_ratio mlm_log_ratio_paired(const struct mlm_log_mean *log_ratio, double confidence);
