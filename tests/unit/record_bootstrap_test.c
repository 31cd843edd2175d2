/* Compares the bootstrap interval with all draws made one by one, and checks how often it contains the true
 * ratio. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "record/bootstrap.h"
#include "record/statistics.h"

struct interval {
    double low, high;
};

static struct interval interval_of(const double *a, size_t a_count, const double *b, size_t b_count)
{
    struct mlm_bootstrap bootstrap = {0};
    struct interval got = {NAN, NAN};
    const struct mlm_values of_a = {a, a_count}, of_b = {b, b_count};
    assert_int_equal(mlm_ratio_interval(&bootstrap, &of_a, &of_b, 0.95, &got.low, &got.high), 0);
    mlm_bootstrap_release(&bootstrap);
    return got;
}

/* Computes the medians of all count^count draws. */
static size_t draw_all(const double *values, size_t count, double *medians)
{
    size_t all = 1;
    for (size_t i = 0; i < count; i++)
        all *= count;
    for (size_t draw = 0; draw < all; draw++) {
        double drawn[8];
        for (size_t i = 0, rest = draw; i < count; i++, rest /= count)
            drawn[i] = values[rest % count];
        medians[draw] = mlm_median(drawn, count);
    }
    return all;
}

static void test_all_draws(void **state)
{
    (void)state;
    const double a[] = {10, 11, 11, 13, 17}, b[] = {9.5, 12, 12.5, 14, 21};
    for (size_t n = 1; n <= 4; n++)
        for (size_t m = 1; m <= 5; m++) {
            double *of_a = calloc(3125, sizeof *of_a), *of_b = calloc(3125, sizeof *of_b);
            size_t a_all = draw_all(a, n, of_a), b_all = draw_all(b, m, of_b), all = 0;
            double *ratios = calloc(a_all * b_all, sizeof *ratios);
            assert_non_null(ratios);
            for (size_t i = 0; i < a_all; i++)
                for (size_t k = 0; k < b_all; k++)
                    ratios[all++] = of_b[k] / of_a[i];
            mlm_sort(ratios, all);
            struct interval got = interval_of(a, n, b, m);
            assert_true(got.low == ratios[(size_t)ceil(0.025 * (double)all) - 1]);
            assert_true(got.high == ratios[(size_t)ceil(0.975 * (double)all) - 1]);
            free(of_a);
            free(of_b);
            free(ratios);
        }
}

static void test_equal(void **state)
{
    (void)state;
    const double same[] = {3, 3, 3}, twice[] = {6, 6, 6, 6}, nothing[] = {0, 0};
    struct interval got = interval_of(same, 3, same, 3);
    assert_true(got.low == 1 && got.high == 1);
    got = interval_of(same, 3, twice, 4);
    assert_true(got.low == 2 && got.high == 2);
    got = interval_of(same, 3, nothing, 2);
    assert_true(got.low == 0 && got.high == 0);
}

/* Kept tables must not change the result from call to call with other sizes. */
static void test_memory(void **state)
{
    (void)state;
    struct mlm_bootstrap bootstrap = {0};
    double values[40];
    for (size_t i = 0; i < 40; i++)
        values[i] = 100 + (double)(i * i);
    static const size_t sizes[][2] = {{3, 3}, {40, 7}, {2, 40}, {40, 40}, {3, 3}, {1, 10}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct interval fresh = interval_of(values, sizes[i][0], values, sizes[i][1]), got;
        const struct mlm_values a = {values, sizes[i][0]}, b = {values, sizes[i][1]};
        assert_int_equal(mlm_ratio_interval(&bootstrap, &a, &b, 0.95, &got.low, &got.high), 0);
        assert_true(got.low == fresh.low && got.high == fresh.high);
    }
    mlm_bootstrap_release(&bootstrap);
}

static double uniform(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*random >> 11) + 0.5) * 0x1p-53;
}

/* Simulates run times: never below a bound, sometimes far above. */
static double skewed(uint64_t *random)
{
    return 10 - log(uniform(random));
}

/* For samples whose true ratio is 1, about 95 % of the intervals contain it; a few more, because medians of
 * few values are coarse. With three repetitions the interval is the whole range, and contains it as often as
 * two samples of three overlap: 9 times in 10. */
static void test_coverage(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        double least, most;
    } wanted[] = {{3, 0.88, 0.92}, {5, 0.93, 0.99}, {8, 0.93, 0.99}, {10, 0.93, 0.99}, {25, 0.93, 0.98}};
    struct mlm_bootstrap bootstrap = {0};
    uint64_t random = 42;
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        enum { ROUNDS = 2000 };
        size_t holds = 0, count = wanted[w].count;
        for (int round = 0; round < ROUNDS; round++) {
            double a[25], b[25], low, high;
            for (size_t i = 0; i < count; i++) {
                a[i] = skewed(&random);
                b[i] = skewed(&random);
            }
            mlm_sort(a, count);
            mlm_sort(b, count);
            const struct mlm_values of_a = {a, count}, of_b = {b, count};
            assert_int_equal(mlm_ratio_interval(&bootstrap, &of_a, &of_b, 0.95, &low, &high), 0);
            holds += low <= 1 && high >= 1;
        }
        double share = (double)holds / (double)ROUNDS;
        if (share < wanted[w].least || share > wanted[w].most)
            fail_msg("%zu repetitions: %.3f of the intervals hold the truth", count, share);
    }
    mlm_bootstrap_release(&bootstrap);
}

/* A row that was repeated very often takes little time to evaluate, and its interval is narrow. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 10001 };
    double *values = calloc(MANY, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < MANY; i++)
        values[i] = 1000 + (double)i / (double)MANY;
    for (size_t count = MANY - 1; count <= MANY; count++) {
        struct interval got = interval_of(values, count, values, count);
        assert_true(got.low > 0.9999 && got.low < 1 && got.high > 1 && got.high < 1.0001);
    }
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_draws), cmocka_unit_test(test_equal),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_coverage), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
