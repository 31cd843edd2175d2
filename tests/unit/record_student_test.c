/* Tests Student's t against published tables, and intervals of times and ratios against values by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/student.h"

static void assert_near(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%.9g should be %.9g", value, expected);
}

/* Abramowitz and Stegun, table 26.10. */
static void quantiles_are_those_of_the_table(void **state)
{
    (void)state;
    static const struct {
        double freedom, of_95, of_99;
    } rows[] = {{1, 12.706, 63.657}, {2, 4.303, 9.925}, {3, 3.182, 5.841}, {4, 2.776, 4.604},
        {5, 2.571, 4.032}, {9, 2.262, 3.250}, {14, 2.145, 2.977}, {30, 2.042, 2.750}, {120, 1.980, 2.617}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_near(mlm_student_quantile(0.95, rows[i].freedom), rows[i].of_95, 0.0006);
        assert_near(mlm_student_quantile(0.99, rows[i].freedom), rows[i].of_99, 0.0006);
        assert_near(mlm_student_p(rows[i].of_95, rows[i].freedom), 0.05, 0.0001);
    }
    assert_near(mlm_student_p(0, 4), 1, 0);
    assert_near(mlm_student_p(-2.776445, 4), 0.05, 1e-6);
}

/* 1, e and e²: logarithms 0, 1, 2, mean 1, variance of the mean 1/3; t = 4.302653. */
static void interval_of_a_time(void **state)
{
    (void)state;
    const double values[] = {1, exp(1), exp(2)};
    struct mlm_log_mean mean = mlm_log_mean(&(struct mlm_values){values, 3});
    assert_near(mean.mean, 1, 1e-12);
    assert_near(mean.variance, 1.0 / 3, 1e-12);
    assert_near(mlm_log_mean_margin(&mean, 0.95), expm1(4.302653 / sqrt(3)), 1e-4);
    mean = mlm_log_mean(&(struct mlm_values){values, 1});
    assert_true(isnan(mlm_log_mean_margin(&mean, 0.95)));
}

/* The example of Student's sleep data, as R's t.test() gives it for unequal variances: t = -1.8608, 17.776
 * degrees of freedom, p = 0.07939, difference -1.58 within -3.365483 and 0.205483. */
static void interval_of_a_ratio(void **state)
{
    (void)state;
    static const double first[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double second[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    double a[10], b[10];
    for (size_t i = 0; i < 10; i++) {
        a[i] = exp(first[i]);
        b[i] = exp(second[i]);
    }
    const struct mlm_log_mean of_a = mlm_log_mean(&(struct mlm_values){a, 10});
    const struct mlm_log_mean of_b = mlm_log_mean(&(struct mlm_values){b, 10});
    struct mlm_ratio ratio = mlm_log_ratio(&of_b, &of_a, 0.95);
    assert_near(log(ratio.ratio), -1.58, 1e-9);
    assert_near(log(ratio.low), -3.365483, 1e-5);
    assert_near(log(ratio.high), 0.205483, 1e-5);
    assert_near(ratio.p, 0.07939, 1e-5);
    ratio = mlm_log_ratio(&of_a, &of_b, 0.95);
    assert_near(log(ratio.low), -0.205483, 1e-5);
}

/* The single value 1 beside e^0, e^1, e^2: variance 1 of a value, 1/3 of the mean, 2 degrees of freedom. */
static void a_single_value_varies_as_the_others_do(void **state)
{
    (void)state;
    const double values[] = {1, exp(1), exp(2)};
    const struct mlm_log_mean three = mlm_log_mean(&(struct mlm_values){values, 3});
    const struct mlm_log_mean alone = mlm_log_mean(&(struct mlm_values){values, 1});
    struct mlm_ratio ratio = mlm_log_ratio(&alone, &three, 0.95);
    assert_near(log(ratio.high), 1 + 4.302653 * sqrt(4.0 / 3), 1e-5);
    assert_near(log(ratio.low), 1 - 4.302653 * sqrt(4.0 / 3), 1e-5);
    ratio = mlm_log_ratio(&alone, &alone, 0.95);
    assert_true(isnan(ratio.low) && isnan(ratio.high) && isnan(ratio.p));
    assert_near(ratio.ratio, 1, 0);
}

static void equal_values_leave_no_doubt(void **state)
{
    (void)state;
    static const double a[] = {2, 2, 2}, b[] = {4, 4};
    const struct mlm_log_mean of_a = mlm_log_mean(&(struct mlm_values){a, 3});
    const struct mlm_log_mean of_b = mlm_log_mean(&(struct mlm_values){b, 2});
    struct mlm_ratio ratio = mlm_log_ratio(&of_a, &of_b, 0.95);
    assert_near(ratio.low, 2, 1e-12);
    assert_near(ratio.high, 2, 1e-12);
    assert_near(ratio.p, 0, 0);
    ratio = mlm_log_ratio(&of_a, &of_a, 0.95);
    assert_near(ratio.p, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_the_table),
        cmocka_unit_test(interval_of_a_time),
        cmocka_unit_test(interval_of_a_ratio),
        cmocka_unit_test(a_single_value_varies_as_the_others_do),
        cmocka_unit_test(equal_values_leave_no_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
