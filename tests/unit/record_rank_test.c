/* Compares the rank test with published tables, with scipy, and with all deals counted one by one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/rank.h"
#include "record/statistics.h"

#define MOST 1000

static double p_of(const double *a, size_t a_count, const double *b, size_t b_count, int *ret_direction)
{
    struct mlm_rank_memory memory = {0};
    double sorted_a[MOST], sorted_b[MOST], p = -1, again = -1;
    memcpy(sorted_a, a, a_count * sizeof *a);
    memcpy(sorted_b, b, b_count * sizeof *b);
    mlm_sort(sorted_a, a_count);
    mlm_sort(sorted_b, b_count);
    const struct mlm_values of_a = {sorted_a, a_count}, of_b = {sorted_b, b_count};
    assert_int_equal(mlm_rank_test(&memory, &of_a, &of_b, &p, ret_direction), 0);
    /* Uses the kept table, with the samples exchanged; the result must be the same. */
    int back;
    assert_int_equal(mlm_rank_test(&memory, &of_b, &of_a, &again, &back), 0);
    assert_true(p == again && back == -*ret_direction);
    mlm_rank_memory_release(&memory);
    return p;
}

static void assert_near(double value, double wanted)
{
    if (!(fabs(value - wanted) <= 1e-9 * fmax(wanted, 1e-3)))
        fail_msg("%.15g, not %.15g", value, wanted);
}

/* scipy.stats.mannwhitneyu(a, b, method="exact"). */
static void test_published(void **state)
{
    (void)state;
    /* Hollander and Wolfe, table 4.1: permeability of the human chorioamnion; one-sided p 0.1272. */
    const double term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    int direction;
    assert_near(p_of(term, 10, early, 5, &direction), 0.254412254412254);
    assert_int_equal(direction, -1);
    /* scipy's own example. */
    const double males[] = {19, 22, 16, 29, 24}, females[] = {20, 11, 17, 12};
    assert_near(p_of(males, 5, females, 4, &direction), 0.111111111111111);
    assert_int_equal(direction, -1);
}

static void test_extremes(void **state)
{
    (void)state;
    const double low[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, high[] = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    static const double wanted[] = {1, 1.0 / 3, 0.1, 2.0 / 70, 2.0 / 252, 2.0 / 924, 2.0 / 3432};
    int direction;
    for (size_t n = 1; n <= 7; n++) {
        assert_near(p_of(low, n, high, n, &direction), wanted[n - 1]);
        assert_int_equal(direction, 1);
        assert_near(mlm_rank_test_least_p(n, n), wanted[n - 1]);
    }
    assert_near(p_of(low, 1, high, 10, &direction), 2.0 / 11);
    assert_near(mlm_rank_test_least_p(1, 10), 2.0 / 11);
    assert_near(mlm_rank_test_least_p(10, 2), 2.0 / 66);
    assert_true(p_of(low, 10, low, 10, &direction) == 1);
    assert_int_equal(direction, 0);
    const double same[] = {4, 4, 4, 4, 4};
    assert_true(p_of(same, 5, same, 5, &direction) == 1);
    assert_int_equal(direction, 0);
}

/* Computes p by its definition: deals the pooled values out in all ways. */
static double counted(const double *pooled, size_t count, size_t a_count)
{
    double ranks[16], mean = (double)a_count * (double)(count + 1) / 2, observed = 0;
    for (size_t i = 0; i < count; i++) {
        double less = 0, equal = 0;
        for (size_t k = 0; k < count; k++) {
            less += pooled[k] < pooled[i];
            equal += pooled[k] <= pooled[i] && pooled[k] >= pooled[i];
        }
        ranks[i] = less + (equal + 1) / 2;
        observed += i < a_count ? ranks[i] : 0;
    }
    double as_far = 0, all = 0;
    for (unsigned deal = 0; deal < 1u << count; deal++) {
        double sum = 0;
        if ((size_t)__builtin_popcount(deal) != a_count)
            continue;
        for (size_t i = 0; i < count; i++)
            sum += deal >> i & 1 ? ranks[i] : 0;
        as_far += fabs(sum - mean) >= fabs(observed - mean) - 1e-9;
        all++;
    }
    return as_far / all;
}

static void test_ties(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 300; round++) {
        double pooled[12];
        size_t a_count = 1 + (size_t)round % 6, b_count = 1 + (size_t)round / 6 % 6;
        for (size_t i = 0; i < a_count + b_count; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            pooled[i] = (double)((random >> 33) % (round % 2 ? 3 : 8));
        }
        int direction;
        assert_near(p_of(pooled, a_count, pooled + a_count, b_count, &direction),
            counted(pooled, a_count + b_count, a_count));
    }
}

/* Sizes beyond the exact test: scipy.stats.mannwhitneyu(a, b, method="asymptotic"), corrected for ties and
 * continuity. */
static void test_large(void **state)
{
    (void)state;
    double a[30], b[30], thirds_a[30], thirds_b[30];
    for (size_t i = 0; i < 30; i++) {
        a[i] = (double)(i * 7 % 30);
        b[i] = (double)(i * 11 % 30) + 6.5;
        thirds_a[i] = floor(a[i] / 3);
        thirds_b[i] = floor(b[i] / 3);
    }
    int direction;
    assert_near(p_of(a, 30, b, 30, &direction), 0.010314672402338);
    assert_int_equal(direction, 1);
    assert_near(p_of(thirds_a, 30, thirds_b, 30, &direction), 0.0165044770129931);
    double many[MOST];
    for (size_t i = 0; i < MOST; i++)
        many[i] = 7;
    assert_true(p_of(many, MOST, many, MOST, &direction) == 1);
}

/* The largest equal sizes that are exact, and the next: scipy's "exact" and "asymptotic". */
static void test_seam(void **state)
{
    (void)state;
    double a[21], b[21];
    for (size_t i = 0; i < 21; i++) {
        a[i] = (double)i;
        b[i] = (double)i + 4.5;
    }
    int direction;
    double exact = p_of(a, 20, b, 20, &direction), approximate = p_of(a, 20, b, 21, &direction);
    assert_near(exact, 0.0304112560387649);
    assert_near(approximate, 0.0195778538222596);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_published), cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_ties), cmocka_unit_test(test_large), cmocka_unit_test(test_seam)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
