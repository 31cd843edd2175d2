/* Tests half precision on every bit pattern. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/f16.h"

/* Computes the value by the definition of the format. */
static double by_definition(uint32_t half)
{
    double sign = half >> 15 ? -1 : 1;
    int exponent = (int)(half >> 10 & 31);
    double mantissa = half & 1023;
    if (exponent == 31)
        return mantissa != 0 ? NAN : sign * INFINITY;
    return exponent == 0 ? sign * ldexp(mantissa, -24) : sign * ldexp(mantissa + 1024, exponent - 25);
}

static void test_decode_of_every_pattern(void **state)
{
    (void)state;
    for (uint32_t half = 0; half <= UINT16_MAX; half++) {
        double expected = by_definition(half);
        float value = mlm_f16_decode((uint16_t)half);
        if (isnan(expected))
            assert_true(isnan(value));
        else
            assert_true((double)value == expected && !signbit(value) == !signbit(expected));
    }
}

static void test_encode_of_every_pattern(void **state)
{
    (void)state;
    for (uint32_t half = 0; half <= UINT16_MAX; half++) {
        uint16_t back = 0x1234;
        bool finite = (half >> 10 & 31) != 31;
        assert_int_equal(mlm_f16_encode(mlm_f16_decode((uint16_t)half), &back), finite);
        assert_int_equal(back, finite ? half : 0x1234);
    }
}

static void test_encode_refuses_what_is_not_exact(void **state)
{
    (void)state;
    const float values[] = {0.1f, 2049, 65519, 65536, 1e30f, 0x1p-25f, 0x1.8p-24f, INFINITY, NAN, -0.1f};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint16_t half = 7;
        assert_false(mlm_f16_encode(values[i], &half));
        assert_int_equal(half, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_of_every_pattern),
        cmocka_unit_test(test_encode_of_every_pattern),
        cmocka_unit_test(test_encode_refuses_what_is_not_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
