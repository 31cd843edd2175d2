/* The rank sum test. Small samples are counted exactly, by the number of ways to reach each rank sum; large
 * ones use the normal approximation. */
#include "record/rank.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* The values of two samples in one order. Ranks are doubled, because ties of an even number of values have
 * half ranks. */
struct pool {
    size_t *ranks; /* rank of each value */
    size_t count;
    size_t a_sum; /* sum of a's ranks */
    double ties;  /* Σ(t³ - t) over runs of t equal values */
};

static void pool_fill(struct pool *pool, const struct mlm_values *x, const struct mlm_values *y)
{
    const double *a = x->values, *b = y->values;
    size_t i = 0, k = 0;
    while (i < x->count || k < y->count) {
        double value = k == y->count || (i < x->count && a[i] < b[k]) ? a[i] : b[k];
        size_t from_a = i, begin = i + k;
        while (i < x->count && a[i] <= value)
            i++;
        while (k < y->count && b[k] <= value)
            k++;
        size_t end = i + k;
        double run = (double)(end - begin);
        for (size_t at = begin; at < end; at++)
            pool->ranks[at] = begin + end + 1;
        pool->a_sum += (i - from_a) * (begin + end + 1);
        pool->ties += run * run * run - run;
    }
    pool->count = i + k;
}

/* *ret_ways[s]: the number of ways in which `chosen` of these ranks have the sum s, up to the sum of the
 * largest. Counts are exact up to 2^53, and beyond that as precise as a double, because all of them are sums
 * of counts. */
static int ways_make(const size_t *ranks, size_t count, size_t chosen, double **ret_ways, size_t *ret_most)
{
    size_t most = 0;
    for (size_t i = count - chosen; i < count; i++)
        most += ranks[i];
    size_t stride = most + 1;
    mlm_auto_free double *ways = calloc((chosen + 1) * stride, sizeof *ways);
    double *of_chosen = malloc(stride * sizeof *of_chosen);
    if (!ways || !of_chosen) {
        free(of_chosen);
        return -ENOMEM;
    }
    ways[0] = 1;
    size_t reached = 0; /* the largest sum so far; the excess over `most` has no effect */
    for (size_t i = 0; i < count; i++) {
        size_t rank = ranks[i];
        reached = reached + rank < most ? reached + rank : most;
        for (size_t k = i < chosen ? i + 1 : chosen; k; k--) {
            double *to = ways + k * stride + rank;
            const double *from = ways + (k - 1) * stride;
            for (size_t s = 0; s + rank <= reached; s++)
                to[s] += from[s];
        }
    }
    memcpy(of_chosen, ways + chosen * stride, stride * sizeof *ways);
    *ret_ways = of_chosen;
    *ret_most = most;
    return 0;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* *ret_p[d]: the share of choices whose doubled rank sum is at least d away from its mean. */
static int shares_make(const size_t *ranks, size_t count, size_t chosen, double **ret_p)
{
    mlm_auto_free double *ways = NULL;
    size_t most, mean = chosen * (count + 1);
    int r = ways_make(ranks, count, chosen, &ways, &most);
    if (r < 0)
        return r;
    /* No sum is further from the mean than the mean itself. */
    double *p = calloc(mean + 1, sizeof *p), all = 0;
    if (!p)
        return -ENOMEM;
    for (size_t s = 0; s <= most; s++) {
        if (ways[s] > 0)
            p[distance(s, mean)] += ways[s];
        all += ways[s];
    }
    for (size_t d = mean; d; d--)
        p[d - 1] += p[d];
    for (size_t d = 0; d <= mean; d++)
        p[d] /= all;
    *ret_p = p;
    return 0;
}

void mlm_rank_memory_release(struct mlm_rank_memory *memory)
{
    free(memory->p);
    *memory = (struct mlm_rank_memory){0};
}

static int exact(
    struct mlm_rank_memory *memory, const struct pool *pool, size_t small, size_t away, double *ret_p)
{
    size_t large = pool->count - small;
    bool tied = pool->ties > 0;
    if (!tied && memory->p && memory->small == small && memory->large == large) {
        *ret_p = memory->p[away];
        return 0;
    }
    double *p;
    int r = shares_make(pool->ranks, pool->count, small, &p);
    if (r < 0)
        return r;
    *ret_p = p[away];
    if (tied) {
        free(p);
    } else {
        mlm_rank_memory_release(memory);
        *memory = (struct mlm_rank_memory){small, large, p};
    }
    return 0;
}

static double approximate(const struct pool *pool, size_t small, size_t away)
{
    double n = (double)small, m = (double)(pool->count - small), all = n + m;
    double variance = n * m / 12 * (all + 1 - pool->ties / (all * (all - 1)));
    /* Continuity correction: half a step towards the mean; `away` is doubled. */
    double z = fmax(0, ((double)away - 1) / 2) / sqrt(variance);
    return erfc(z / sqrt(2));
}

int mlm_rank_test(struct mlm_rank_memory *memory, const struct mlm_values *a, const struct mlm_values *b,
    double *ret_p, int *ret_direction)
{
    size_t count = a->count + b->count, small = a->count < b->count ? a->count : b->count;
    mlm_auto_free size_t *ranks = calloc(count, sizeof *ranks);
    struct pool pool = {.ranks = ranks};
    if (!ranks)
        return -ENOMEM;
    pool_fill(&pool, a, b);
    /* The rank sums of both samples are equally far from their means, on opposite sides. */
    size_t mean = a->count * (count + 1), away = distance(pool.a_sum, mean);
    *ret_direction = (mean > pool.a_sum) - (mean < pool.a_sum);
    *ret_p = 1;
    if (!away)
        return 0;
    if (a->count * b->count <= MLM_RANK_EXACT_PAIRS)
        return exact(memory, &pool, small, away, ret_p);
    *ret_p = approximate(&pool, small, away);
    return 0;
}

double mlm_rank_test_least_p(size_t a_count, size_t b_count)
{
    size_t small = a_count < b_count ? a_count : b_count, large = a_count + b_count - small;
    double share = 2;
    for (size_t i = 1; i <= small; i++)
        share *= (double)i / (double)(large + i);
    return fmin(share, 1);
}
