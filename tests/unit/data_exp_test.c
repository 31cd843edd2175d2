/* Tests exp() of floats against that of doubles. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "data/exp.h"

static void it_is_exp(void **state)
{
    (void)state;
    for (int i = -87000; i <= 87000; i++) {
        float x = (float)i / 1000;
        double error = (double)mlm_exp(x) / exp((double)x) - 1;
        if (!(fabs(error) < 1.2e-7))
            fail_msg("exp(%g) is wrong by %g", (double)x, error);
    }
}

static void it_has_ends(void **state)
{
    (void)state;
    assert_true(mlm_exp(0) == 1);
    assert_true(mlm_exp(-INFINITY) == mlm_exp(-87) && mlm_exp(-87) < 1.7e-38f);
    assert_true(mlm_exp(INFINITY) == mlm_exp(87) && isfinite(mlm_exp(87)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_exp), cmocka_unit_test(it_has_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
