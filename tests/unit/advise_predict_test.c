/* Tests the prediction of needs from small sizes, on simulated jobs whose needs are known at every size. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "advise/predict/predict.h"

#define MIB 0x1p20

/* Knuth's generator of the MMIX; any generator would do. */
static double chance(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / (double)(UINT64_C(1) << 53);
}

/* Box and Muller. */
static double gauss(uint64_t *seed)
{
    const double first = chance(seed), second = chance(seed);
    return sqrt(-2 * log(fmax(first, 1e-300))) * cos(2 * acos(-1) * second);
}

/* A job: a constant, and so much of each kind of growth at 80000. */
struct job {
    double constant_mib, mib[MLM_GROWTH_QUADRATIC + 1];
};

static double needs_of(const struct job *job, double n)
{
    double sum = job->constant_mib;
    for (int growth = MLM_GROWTH_LINEAR; growth <= MLM_GROWTH_QUADRATIC; growth++)
        sum += job->mib[growth] * mlm_growth_of((enum mlm_growth)growth, n) /
               mlm_growth_of((enum mlm_growth)growth, 80000);
    return sum * MIB;
}

static const double sizes[] = {10000, 20000, 40000, 80000, 160000, 320000};

static size_t points_make(const struct job *job, size_t count, struct mlm_predict_point *points)
{
    for (size_t i = 0; i < count; i++)
        points[i] = (struct mlm_predict_point){{{sizes[i], 1}}, needs_of(job, sizes[i])};
    return count;
}

static void holds(const struct mlm_predict_range *range, double bytes)
{
    assert_true(range->low_bytes <= bytes);
    assert_true(range->high_bytes >= bytes);
    assert_true(range->low_bytes <= range->needs_bytes && range->needs_bytes <= range->high_bytes);
}

/* What follows a model exactly is told exactly, 25 times further. */
static void test_exact(void **state)
{
    (void)state;
    static const struct job jobs[] = {
        {.constant_mib = 300},
        {.constant_mib = 10, .mib[MLM_GROWTH_LINEAR] = 60},
        {.constant_mib = 10, .mib[MLM_GROWTH_LOGARITHMIC] = 60},
        {.constant_mib = 10, .mib[MLM_GROWTH_QUADRATIC] = 60},
    };
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++)
        for (size_t count = 4; count <= 6; count++) {
            struct mlm_predict_point points[6];
            struct mlm_predict predict;
            points_make(&jobs[j], count, points);
            assert_true(mlm_predict_learn(points, count, 1, &predict));
            assert_true(predict.fits[0].model == &mlm_predict_models[j]);
            assert_int_equal(mlm_predict_is_constant(&predict), j == 0);
            const struct mlm_predict_trial trial = mlm_predict_try(&predict, 1);
            assert_true(trial.known && !trial.jumps && !trial.scatters);
            const double truth = needs_of(&jobs[j], 2e6);
            const struct mlm_predict_range range =
                mlm_predict_at(&predict, &(struct mlm_predict_size){{2e6}});
            holds(&range, truth);
            assert_true(fabs(range.needs_bytes / truth - 1) < 1e-6);
            assert_true((range.high_bytes - range.low_bytes) / truth < 0.4);
        }
}

/* A line with a square of it takes five sizes. */
static void test_two_terms(void **state)
{
    (void)state;
    const struct job job = {.constant_mib = 10, .mib = {0, 40, 0, 20}};
    struct mlm_predict_point points[6];
    struct mlm_predict predict;
    points_make(&job, 6, points);
    assert_true(mlm_predict_learn(points, 6, 1, &predict));
    assert_int_equal(predict.fits[0].model->term_count, 2);
    const struct mlm_predict_range range = mlm_predict_at(&predict, &(struct mlm_predict_size){{2e6}});
    holds(&range, needs_of(&job, 2e6));
    assert_true(fabs(range.needs_bytes / needs_of(&job, 2e6) - 1) < 1e-6);
}

/* Sizes may come in any order. */
static void test_order(void **state)
{
    (void)state;
    const struct job job = {.constant_mib = 10, .mib[MLM_GROWTH_LINEAR] = 60};
    struct mlm_predict_point points[4], turned[4];
    struct mlm_predict a, b;
    points_make(&job, 4, points);
    for (size_t i = 0; i < 4; i++)
        turned[i] = points[3 - i];
    assert_true(mlm_predict_learn(points, 4, 1, &a) && mlm_predict_learn(turned, 4, 1, &b));
    assert_true(b.points[3].size.of[0] == 80000);
    assert_true(
        mlm_predict_at(&a, &points[0].size).needs_bytes == mlm_predict_at(&b, &points[0].size).needs_bytes);
}

/* In at least 95 % of all draws the interval has the truth, whatever the kind of
 * noise and the model; but n·log n, which hardly any program has, is told from a line only where the program
 * is steady. Hardly any draw is refused. */
static void test_noise(void **state)
{
    (void)state;
    static const struct job jobs[] = {
        {.constant_mib = 200},
        {.constant_mib = 10, .mib[MLM_GROWTH_LINEAR] = 200},
        {.constant_mib = 10, .mib[MLM_GROWTH_LOGARITHMIC] = 200},
        {.constant_mib = 10, .mib[MLM_GROWTH_QUADRATIC] = 200},
        {.constant_mib = 100, .mib[MLM_GROWTH_LINEAR] = 50},
    };
    static const double noises[] = {0.002, 0.01};
    uint64_t seed = 20261129;
    const int draws = 150;
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++)
        for (size_t kind = 0; kind < 4; kind++)
            for (size_t count = 3; count <= 6; count++) {
                int told = 0, held = 0;
                for (int draw = 0; draw < draws; draw++) {
                    struct mlm_predict_point points[6];
                    struct mlm_predict predict;
                    points_make(&jobs[j], count, points);
                    for (size_t i = 0; i < count; i++)
                        points[i].needs_bytes +=
                            noises[kind / 2] * gauss(&seed) * (kind % 2 ? points[i].needs_bytes : 100 * MIB);
                    assert_true(mlm_predict_learn(points, count, 1, &predict));
                    const struct mlm_predict_trial trial = mlm_predict_try(&predict, 1);
                    if (trial.jumps || trial.scatters)
                        continue;
                    const double truth = needs_of(&jobs[j], 2e6);
                    const struct mlm_predict_range range =
                        mlm_predict_at(&predict, &(struct mlm_predict_size){{2e6}});
                    told++;
                    held += range.low_bytes <= truth && truth <= range.high_bytes;
                }
                if (jobs[j].mib[MLM_GROWTH_LOGARITHMIC] > 0 && (kind / 2 > 0 || count < 4))
                    continue;
                assert_true(told >= (count > 3 ? 0.9 : 0.8) * draws);
                assert_true(held >= 0.95 * told);
            }
}

/* An algorithm that changes with the size: nothing is told of larger ones. */
static void test_jumps(void **state)
{
    (void)state;
    static const double jumps[][4] = {
        {18, 26, 42, 300},                        /* another algorithm at the largest size */
        {18, 26, 42, 45},                         /* in blocks from here on */
        {18, 26, 142, 174},                       /* in the middle */
        {100, 100, 100, 130}, {100, 40, 120, 60}, /* by chance */
    };
    for (size_t j = 0; j < sizeof jumps / sizeof *jumps; j++) {
        struct mlm_predict_point points[4];
        struct mlm_predict predict;
        for (size_t i = 0; i < 4; i++)
            points[i] = (struct mlm_predict_point){{{sizes[i]}}, jumps[j][i] * MIB};
        assert_true(mlm_predict_learn(points, 4, 1, &predict));
        const struct mlm_predict_trial trial = mlm_predict_try(&predict, 1);
        assert_true(trial.known);
        assert_true(trial.jumps || trial.scatters);
    }
}

static void test_near(void **state)
{
    (void)state;
    const struct mlm_predict_range range = {.needs_bytes = 100 * MIB};
    assert_true(mlm_predict_is_near(&range, 102.9 * MIB));
    assert_false(mlm_predict_is_near(&range, 104 * MIB));
}

/* What starts a program can need more than its smallest data; that size is left out, and said to be. */
static void test_below(void **state)
{
    (void)state;
    const struct job job = {.constant_mib = 7, .mib[MLM_GROWTH_LINEAR] = 60};
    for (size_t count = 4; count <= 6; count++) {
        struct mlm_predict_point points[6];
        struct mlm_predict predict;
        points_make(&job, count, points);
        points[0].needs_bytes = 20 * MIB;
        assert_true(mlm_predict_learn(points, count, 1, &predict));
        assert_int_equal(predict.below_count, 1);
        assert_true(predict.below[0].size.of[0] == 10000);
        assert_false(mlm_predict_try(&predict, 1).jumps);
        const struct mlm_predict_range range = mlm_predict_at(&predict, &(struct mlm_predict_size){{2e6}});
        holds(&range, needs_of(&job, 2e6));
        /* Three sizes that are left tell models less well apart. */
        assert_true(range.high_bytes < (count > 4 ? 1.5 : 3) * needs_of(&job, 2e6));
    }
}

static size_t grid_make(double (*needs)(double n, double p), struct mlm_predict_point *points)
{
    size_t count = 0;
    for (int n = 1000; n <= 4000; n *= 2)
        for (int p = 10; p <= 40; p *= 2)
            points[count++] = (struct mlm_predict_point){{{n, p}}, needs(n, p)};
    return count;
}

static double table(double n, double p)
{
    return 10 * MIB + 800 * n * p;
}

static double kernel(double n, double p)
{
    return 10 * MIB + 80 * n * p + 8 * n * n;
}

static double rows_alone(double n, double p)
{
    (void)p;
    return 10 * MIB + 9000 * n;
}

/* Two sizes: what grows with their product, with one of them, or with both. */
static void test_two_sizes(void **state)
{
    (void)state;
    double (*const jobs[])(double n, double p) = {table, kernel, rows_alone};
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++) {
        struct mlm_predict_point points[9];
        struct mlm_predict predict;
        const size_t count = grid_make(jobs[j], points);
        assert_true(mlm_predict_learn(points, count, 2, &predict));
        assert_false(mlm_predict_try(&predict, 2).jumps);
        const struct mlm_predict_range range =
            mlm_predict_at(&predict, &(struct mlm_predict_size){{100000, 100}});
        holds(&range, jobs[j](100000, 100));
        assert_true(fabs(range.needs_bytes / jobs[j](100000, 100) - 1) < 0.05);
    }
}

/* Sizes that only grow together do not tell which of them it is. */
static void test_line(void **state)
{
    (void)state;
    struct mlm_predict_point line[5], powers[5];
    struct mlm_predict predict;
    for (size_t i = 0; i < 5; i++) {
        const double n = pow(2, (double)i);
        line[i] = (struct mlm_predict_point){{{1000 * n, 10 * n + 5}}, 100 * MIB * n};
        powers[i] = (struct mlm_predict_point){{{1000 * n, 10 * n * n}}, 100 * MIB * n};
    }
    assert_false(mlm_predict_learn(line, 5, 2, &predict));
    assert_false(mlm_predict_learn(powers, 5, 2, &predict));
    assert_false(mlm_predict_learn(line, 1, 1, &predict));
}

/* Advice: a size between the largest and the full one, that fits here and makes the interval narrower. */
static void test_next(void **state)
{
    (void)state;
    const struct job job = {.constant_mib = 10, .mib[MLM_GROWTH_LINEAR] = 60};
    const struct mlm_predict_size full = {{2e6, 1}};
    struct mlm_predict_point points[4];
    struct mlm_predict predict;
    points_make(&job, 4, points);
    points[1].needs_bytes *= 1.02;
    points[2].needs_bytes *= 0.99;
    assert_true(mlm_predict_learn(points, 4, 1, &predict));
    struct mlm_predict_advice advice = mlm_predict_next(&predict, &full, 1, 1000 * MIB);
    assert_true(advice.given);
    assert_true(advice.size.of[0] > 80000 && advice.size.of[0] < 2e6);
    assert_true(advice.narrower < 1);
    assert_true(fabs(advice.needs_bytes / needs_of(&job, advice.size.of[0]) - 1) < 0.1);
    assert_false(mlm_predict_next(&predict, &full, 1, 80 * MIB).given);
    assert_false(mlm_predict_next(&predict, &(struct mlm_predict_size){{81000, 1}}, 1, 1000 * MIB).given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_two_terms),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_below),
        cmocka_unit_test(test_two_sizes),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
