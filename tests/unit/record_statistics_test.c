/* Tests medians, summaries, sorting and Holm's correction. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/statistics.h"

static void test_median(void **state)
{
    (void)state;
    double odd[] = {9, 1, 5}, even[] = {4, 1, 3, 2}, one[] = {-7};
    assert_true(mlm_median(odd, 3) == 5);
    assert_true(odd[0] == 1 && odd[2] == 9);
    assert_true(mlm_median(even, 4) == 2.5);
    assert_true(mlm_median(one, 1) == -7);
    double large[] = {1.5e308, 1.7e308};
    assert_true(mlm_median(large, 2) == 1.6e308); /* their sum would be infinite */
}

static void test_summary(void **state)
{
    (void)state;
    double values[] = {12, 10, 9};
    struct mlm_summary summary = mlm_summarize(values, 3);
    assert_int_equal(summary.count, 3);
    assert_true(summary.median == 10 && summary.minimum == 9 && summary.maximum == 12);
    assert_true(summary.spread == 0.3);
    double one[] = {4}, zeros[] = {0, 0, 1};
    assert_true(mlm_summarize(one, 1).spread == 0);
    assert_true(mlm_summarize(zeros, 3).spread == 0);
}

static void test_sort(void **state)
{
    (void)state;
    double values[40]; /* more and fewer values than insertion sort handles */
    for (size_t count = 0; count <= 40; count += 8) {
        for (size_t i = 0; i < count; i++)
            values[i] = (double)(i * 17 % 11);
        mlm_sort(values, count);
        for (size_t i = 1; i < count; i++)
            assert_true(values[i - 1] <= values[i]);
    }
}

static void test_deviation(void **state)
{
    (void)state;
    double values[] = {2, 4, 4, 4, 5, 5, 7, 9}, same[] = {3, 3, 3};
    assert_true(fabs(mlm_deviation(values, 8) - sqrt(32.0 / 7)) < 1e-12);
    assert_true(mlm_deviation(same, 3) == 0);
}

static void test_geometric_mean(void **state)
{
    (void)state;
    double values[] = {0.5, 2, 1}, large[] = {1e300, 1e300, 1e-300};
    assert_true(fabs(mlm_geometric_mean(values, 3) - 1) < 1e-12);
    assert_true(fabs(mlm_geometric_mean(large, 3) / 1e100 - 1) < 1e-12);
}

/* A textbook example: 0.01, 0.04, 0.03, 0.005 become 0.03, 0.06, 0.06, 0.02. */
static void test_holm(void **state)
{
    (void)state;
    const double p[] = {0.01, 0.04, 0.03, 0.005}, wanted[] = {0.03, 0.06, 0.06, 0.02};
    double adjusted[4];
    assert_int_equal(mlm_holm(p, 4, adjusted), 0);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(adjusted[i] - wanted[i]) < 1e-12);
    const double large[] = {0.9, 0.8};
    assert_int_equal(mlm_holm(large, 2, adjusted), 0);
    assert_true(adjusted[0] == 1 && adjusted[1] == 1);
    assert_int_equal(mlm_holm(NULL, 0, adjusted), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_median), cmocka_unit_test(test_summary),
        cmocka_unit_test(test_sort), cmocka_unit_test(test_deviation), cmocka_unit_test(test_geometric_mean),
        cmocka_unit_test(test_holm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
