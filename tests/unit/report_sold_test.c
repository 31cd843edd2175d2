/* Tests which laptop a need is said to fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/text/sold.h"

static void says(double needs_bytes, const char *wanted)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    mlm_sold_say(out, needs_bytes);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, wanted);
    free(text);
}

/* 2 GB: 2048 - (128 + 2048 / 16) - 2 / 5 * 2048 MiB; from 4 GB on a desktop holds 1600 MiB. */
static void test_sizes(void **state)
{
    (void)state;
    says(900 * 0x1p20,
        "That fits a laptop with 2 GB of RAM: beside its system, a desktop and a browser, 973 MiB are free.");
    says(1000 * 0x1p20,
        "That fits a laptop with 4 GB of RAM: beside its system, a desktop and a browser, 2.06 GiB are free, and "
        "only 973 MiB with 2 GB.");
    says(5 * 0x1p30,
        "That fits a laptop with 8 GB of RAM: beside its system, a desktop and a browser, 5.81 GiB are free, and "
        "only 2.06 GiB with 4 GB.");
    says(60 * 0x1p30,
        "A laptop with 64 GB of RAM is too small for that: beside its system, a desktop and a browser, 58.3 GiB are "
        "free.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
