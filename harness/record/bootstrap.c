/* Computes the exact bootstrap distribution of a median by binomial probabilities, in logarithms because they
 * become very small, and from two of them the interval of a ratio. */
#include "record/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A smaller probability changes no interval. */
#define NEVER 1e-15

void mlm_bootstrap_release(struct mlm_bootstrap *bootstrap)
{
    for (size_t i = 0; i < 2; i++) {
        free(bootstrap->medians[i].weights);
        free(bootstrap->values[i]);
    }
    *bootstrap = (struct mlm_bootstrap){0};
}

static double log_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Probability that at least `least` of n draws are among the i smallest of n values. */
static double tail(size_t n, size_t least, size_t i)
{
    if (i == 0 || i == n)
        return i ? 1 : 0;
    double p = (double)i / (double)n, k = (double)least, all = (double)n;
    double term = exp(log_choose(all, k) + k * log(p) + (all - k) * log1p(-p)), sum = 0;
    for (; k <= all && (term > sum * NEVER || k < all * p); k++) {
        sum += term;
        term *= (all - k) / (k + 1) * p / (1 - p);
    }
    return fmin(sum, 1);
}

/* Log of the probability that the two middle draws of an even number n are the i-th and the j-th value: half
 * of the draws are at most the i-th, one of them equal to it, and half at least the j-th, one of them equal
 * to it; 0 < i < j <= n. */
static double log_middle(size_t n, size_t i, size_t j)
{
    double all = (double)n, half = all / 2, below = (double)i, above = (double)(n - j + 1);
    double one_is_i = log(-expm1(half * log1p(-1 / below)));
    double one_is_j = log(-expm1(half * log1p(-1 / above)));
    return log_choose(all, half) + half * (log(below / all) + log(above / all)) + one_is_i + one_is_j;
}

static int weight_add(struct mlm_bootstrap_median *median, size_t low, size_t high, double share)
{
    if (!(share > NEVER))
        return 0;
    if ((median->weight_count & (median->weight_count - 1)) == 0) {
        size_t room = median->weight_count ? 2 * median->weight_count : 1;
        void *weights = reallocarray(median->weights, room, sizeof *median->weights);
        if (!weights)
            return -ENOMEM;
        median->weights = weights;
    }
    median->weights[median->weight_count++] = (struct mlm_bootstrap_weight){low, high, share};
    return 0;
}

static int median_make(struct mlm_bootstrap_median *median, size_t n)
{
    /* The lower of the two middle draws is the `least`-th; with an odd number it is the only one. Its rank is
     * within a few standard deviations of the middle. */
    size_t least = (n + 1) / 2, reach = (size_t)(5 * sqrt((double)n)) + 1;
    size_t first = least > reach ? least - reach : 1, last = least + reach < n ? least + reach : n;
    double before = tail(n, least, first - 1);
    median->weight_count = 0;
    int r = 0;
    for (size_t i = first; i <= last && r >= 0; i++) {
        double until = tail(n, least, i), both = until - before;
        before = until;
        for (size_t j = i + 1; n % 2 == 0 && j <= n && r >= 0; j++) {
            double share = exp(log_middle(n, i, j));
            if (!(share > NEVER))
                break; /* pairs further apart are even rarer */
            both -= share;
            r = weight_add(median, i - 1, j - 1, share);
        }
        if (r >= 0)
            r = weight_add(median, i - 1, i - 1, both);
    }
    median->count = r < 0 ? 0 : n;
    return r;
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct mlm_bootstrap_value *)a)->value,
           y = ((const struct mlm_bootstrap_value *)b)->value;
    return (x > y) - (x < y);
}

/* Lists the possible medians of a sample's draws with their probabilities, sorted. */
static int values_make(struct mlm_bootstrap *bootstrap, size_t side, const struct mlm_values *sample)
{
    struct mlm_bootstrap_median *median = &bootstrap->medians[side];
    int r = median->count == sample->count ? 0 : median_make(median, sample->count);
    if (r < 0)
        return r;
    if (median->weight_count > bootstrap->room[side]) {
        void *values =
            reallocarray(bootstrap->values[side], median->weight_count, sizeof **bootstrap->values);
        if (!values)
            return -ENOMEM;
        bootstrap->values[side] = values;
        bootstrap->room[side] = median->weight_count;
    }
    struct mlm_bootstrap_value *values = bootstrap->values[side];
    bool in_order = true;
    for (size_t i = 0; i < median->weight_count; i++) {
        const struct mlm_bootstrap_weight *weight = &median->weights[i];
        double low = sample->values[weight->low], high = sample->values[weight->high];
        values[i] = (struct mlm_bootstrap_value){low + (high - low) / 2, weight->share};
        in_order = in_order && (!i || values[i - 1].value <= values[i].value);
    }
    if (!in_order)
        qsort(values, median->weight_count, sizeof *values, by_value);
    return 0;
}

/* Probability that b / a is at most `ratio`. */
static double share_up_to(const struct mlm_bootstrap *bootstrap, double ratio)
{
    const struct mlm_bootstrap_value *a = bootstrap->values[0], *b = bootstrap->values[1];
    size_t a_count = bootstrap->medians[0].weight_count, b_count = bootstrap->medians[1].weight_count, k = 0;
    double of_b = 0, share = 0;
    for (size_t i = 0; i < a_count; i++) {
        for (; k < b_count && b[k].value / a[i].value <= ratio; k++)
            of_b += b[k].share;
        share += a[i].share * of_b;
    }
    return share;
}

/* The smallest ratio whose probability reaches `share`. Doubles of one sign have the same order as their
 * bits, so bisection finds it exactly. */
static double quantile(const struct mlm_bootstrap *bootstrap, double share, double low, double high)
{
    uint64_t from, to;
    memcpy(&from, &low, sizeof from);
    memcpy(&to, &high, sizeof to);
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        double ratio;
        memcpy(&ratio, &middle, sizeof ratio);
        if (share_up_to(bootstrap, ratio) >= share)
            to = middle;
        else
            from = middle + 1;
    }
    double ratio;
    memcpy(&ratio, &to, sizeof ratio);
    return ratio;
}

int mlm_ratio_interval(struct mlm_bootstrap *bootstrap, const struct mlm_values *a,
    const struct mlm_values *b, double confidence, double *ret_low, double *ret_high)
{
    int r = values_make(bootstrap, 0, a);
    if (r >= 0)
        r = values_make(bootstrap, 1, b);
    if (r < 0)
        return r;
    double cut = (1 - confidence) / 2, least = b->values[0] / a->values[a->count - 1],
           most = b->values[b->count - 1] / a->values[0];
    *ret_low = quantile(bootstrap, cut, least, most);
    *ret_high = quantile(bootstrap, 1 - cut, *ret_low, most);
    return 0;
}
