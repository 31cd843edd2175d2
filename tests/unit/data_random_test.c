/* Tests that the random stream has the same values on every machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/random.h"

/* Records of different machines can only be compared because these values never change. */
static void first_values_are_pinned(void **state)
{
    (void)state;
    uint64_t key = mlm_random_key(1, 0);
    assert_int_equal(key, UINT64_C(0x1df5df97578d90c0));
    assert_int_equal(mlm_random_u64(key, 0), UINT64_C(0x092b573b5d17989e));
    assert_int_equal(mlm_random_u64(key, 1), UINT64_C(0x0d5d80a6ae574e9da));
    assert_int_equal(mlm_random_u64(key, 2), UINT64_C(0x40a15c0e178598f5));
}

static void bytes_are_pinned(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0x9e, 0x98, 0x17, 0x5d, 0x3b, 0x57, 0x2b, 0x09, 0xda, 0xe9, 0x74};
    unsigned char bytes[sizeof expected + 1] = {[sizeof expected] = 0x55};
    mlm_random_fill(mlm_random_key(1, 0), bytes, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(bytes[sizeof expected], 0x55);
}

static void floats_are_pinned(void **state)
{
    (void)state;
    static const float expected[] = {-0x1.db52a4p-1f, 0x1.576028p-1f, -0x1.faf52p-2f, -0x1.42b6ecp-1f};
    float floats[4];
    mlm_random_fill_floats(mlm_random_key(1, 0), 0, floats, 4);
    assert_memory_equal(floats, expected, sizeof expected);
    mlm_random_fill_floats(mlm_random_key(1, 0), 2, floats, 2);
    assert_memory_equal(floats, expected + 2, 2 * sizeof *expected);
}

static void draws_stay_below_their_bound_and_reach_all_of_it(void **state)
{
    (void)state;
    unsigned seen[14] = {0};
    for (uint64_t i = 0; i < 14000; i++) {
        uint32_t draw = mlm_random_below(7, i, 14);
        assert_true(draw < 14);
        seen[draw]++;
    }
    for (int i = 0; i < 14; i++)
        assert_in_range(seen[i], 850, 1150); /* five standard deviations */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_values_are_pinned),
        cmocka_unit_test(bytes_are_pinned),
        cmocka_unit_test(floats_are_pinned),
        cmocka_unit_test(draws_stay_below_their_bound_and_reach_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
