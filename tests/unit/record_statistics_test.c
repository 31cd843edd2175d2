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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_median), cmocka_unit_test(test_summary)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
