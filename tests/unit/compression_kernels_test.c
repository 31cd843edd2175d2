/* Tests the kernels of pruned weights against plain sums, on every instruction set that this machine has. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compression/pruned_kernels.h"
#include "data/random.h"

#define COLUMNS 512u

static float vector[COLUMNS];

static int vector_fill(void **state)
{
    (void)state;
    mlm_random_fill_floats(1, 0, vector, COLUMNS);
    return 0;
}

static void assert_close(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-4))
        fail_msg("%g instead of %g", got, expected);
}

/* Every count of weights: whole vectors of them, and any rest. */
static void csr_is_the_plain_sum(void **state)
{
    (void)state;
    float values[COLUMNS];
    uint32_t columns[COLUMNS];
    mlm_random_fill_floats(2, 0, values, COLUMNS);
    for (uint32_t i = 0; i < COLUMNS; i++)
        columns[i] = mlm_random_below(3, i, COLUMNS);
    for (int clone = MLM_CLONE_PLAIN; clone <= (int)mlm_clone_best(); clone++)
        for (uint64_t count = 0; count <= 100; count++) {
            double sum = 0;
            for (uint64_t i = 0; i < count; i++)
                sum += (double)values[i] * (double)vector[columns[i]];
            pruned_csr_dot *dot = pruned_csr_dot_of((enum mlm_clone)clone);
            assert_close((double)dot(values, columns, count, vector), sum);
        }
}

static void two_of_four_is_the_plain_sum(void **state)
{
    (void)state;
    float values[COLUMNS / 2];
    uint16_t picks[COLUMNS / PRUNED_GROUP];
    mlm_random_fill_floats(4, 0, values, COLUMNS / 2);
    for (uint64_t round = 0; round < 100; round++) {
        double sum = 0;
        for (uint32_t g = 0; g < COLUMNS / PRUNED_GROUP; g++) {
            picks[g] = (uint16_t)mlm_random_u64(5 + round, g);
            for (unsigned i = 0; i < PRUNED_GROUP_KEPT; i++)
                sum += (double)values[g * PRUNED_GROUP_KEPT + i] *
                       (double)vector[g * PRUNED_GROUP + pruned_column(picks[g], i)];
        }
        for (int clone = MLM_CLONE_PLAIN; clone <= (int)mlm_clone_best(); clone++)
            assert_close(
                (double)pruned_2of4_dot_of((enum mlm_clone)clone)(values, picks, COLUMNS, vector), sum);
    }
}

/* By hand: quads 0, 2, 1, 3 follow one another, two values each; a pick is a column of its quad. */
static void picks_name_columns(void **state)
{
    (void)state;
    const uint16_t picks = 0x4 << 0 | 0xe << 4 | 0xd << 8 | 0x9 << 12;
    static const unsigned expected[] = {0, 1, 8 + 1, 8 + 3, 4 + 2, 4 + 3, 12 + 1, 12 + 2};
    for (unsigned i = 0; i < PRUNED_GROUP_KEPT; i++)
        assert_int_equal(pruned_column(picks, i), expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csr_is_the_plain_sum),
        cmocka_unit_test(two_of_four_is_the_plain_sum),
        cmocka_unit_test(picks_name_columns),
    };
    return cmocka_run_group_tests(tests, vector_fill, NULL);
}
