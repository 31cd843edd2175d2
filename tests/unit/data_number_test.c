/* Tests reading and writing numbers, against the C library. */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/number.h"
#include "data/random.h"

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The C library's answer is the reference. */
static void assert_as_strtof(const char *text)
{
    float value = NAN;
    const char *end = mlm_number_parse(text, text + strlen(text), &value);
    if (end != text + strlen(text) || bits_of(value) != bits_of(strtof(text, NULL)))
        fail_msg("'%s' is %a, not %a", text, (double)strtof(text, NULL), (double)value);
}

static void numbers_are_rounded_once(void **state)
{
    (void)state;
    static const char *const texts[] = {"0", "-0", "1", "+1", "-1.", ".5", "-.5e1", "3.14159", "1e0", "1E+2",
        "1e-2", "16777216", "16777217", "16777218", "16777219", "33554431", "0.1", "0.2", "0.3",
        /* Halfway between two f32, and next to it: rounding to f64 first would be wrong. */
        "1.00000005960464477539", "1.00000005960464477540", "1.000000059604644775390625",
        "1.0000000596046447753906250000001", "1.0000000596046447", "1.0000000596046448",
        "1.00000017881393432617", "8388608.5", "8388609.5", "8388608.50000000001", "9007199254740993",
        "9007199791611905",
        /* The ends of the range. */
        "3.4028234663852886e38", "3.4028235677973366e38", "3.4028235677973367e38", "3.5e38", "-1e39", "1e400",
        "1.17549435e-38", "1.1754942e-38", "1.401298464e-45", "7.006492321624085e-46",
        "7.006492321624086e-46", "1e-46", "1e-400", "0e99999999999999999999", "1e-99999999999999999999",
        "123456789012345678901234567890", "0.000000000000000000000000000000012345678901234567890",
        "18446744073709551616", "99999999999999999999e-10"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_as_strtof(texts[i]);
}

static void random_numbers_are_rounded_once(void **state)
{
    (void)state;
    char text[64];
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t draw = mlm_random_u64(11, i);
        uint32_t bits = (uint32_t)draw;
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        static const char *const formats[] = {"%.9g", "%.6g", "%.17g", "%.3f", "%.20g"};
        int n = snprintf(text, sizeof text, formats[(draw >> 32) % 5], (double)value);
        if (n < (int)sizeof text)
            assert_as_strtof(text);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-", "+", ".", "-.", "e5", ".e5", "nan", "inf", "-inf", "x1", " 1", "--1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        float value = 7;
        assert_null(mlm_number_parse(texts[i], texts[i] + strlen(texts[i]), &value));
        assert_true(value == 7);
    }
}

static void it_ends_where_the_number_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int length;
    } cases[] = {
        {"1,2", 1}, {"1e", 1}, {"1e+", 1}, {"1e+x", 1}, {"0x10", 1}, {"1.5.5", 3}, {"1 ", 1}, {"12e3,", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float value;
        const char *end = mlm_number_parse(cases[i].text, cases[i].text + strlen(cases[i].text), &value);
        assert_ptr_equal(end, cases[i].text + cases[i].length);
    }
    /* Bytes after the end are not read. */
    float value;
    const char *digits = "1234";
    assert_ptr_equal(mlm_number_parse(digits, digits + 2, &value), digits + 2);
    assert_true(value == 12);
}

static void a_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "C.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_ALL, names[i]))
            break;
    const char *text = "0.12345678901234567890123";
    float value = 0;
    assert_ptr_equal(mlm_number_parse(text, text + strlen(text), &value), text + strlen(text));
    assert_true(value == 0.12345679f);
    (void)setlocale(LC_ALL, "C");
}

static void a_monstrous_number_is_refused(void **state)
{
    (void)state;
    static char text[5000];
    memset(text, '1', sizeof text);
    float value;
    assert_null(mlm_number_parse(text, text + sizeof text, &value));
    text[1] = '.';
    assert_null(mlm_number_parse(text, text + sizeof text, &value));
    assert_ptr_equal(mlm_number_parse(text, text + MLM_NUMBER_MAX, &value), text + MLM_NUMBER_MAX);
}

static void whole_numbers_keep_to_their_maximum(void **state)
{
    (void)state;
    uint64_t value = 0;
    const char *most = "18446744073709551615", *more = "18446744073709551616", *limit = "4294967296";
    assert_non_null(mlm_whole_parse(most, most + 20, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_null(mlm_whole_parse(more, more + 20, UINT64_MAX, &value));
    assert_null(mlm_whole_parse(limit, limit + 10, UINT32_MAX, &value));
    assert_non_null(mlm_whole_parse(limit, limit + 9, UINT32_MAX, &value));
    const char *minus = "-1";
    assert_null(mlm_whole_parse(minus, minus + 2, UINT32_MAX, &value));
    char text[20];
    assert_int_equal(mlm_whole_print(text, UINT64_MAX) - text, 20);
    assert_memory_equal(text, most, 20);
    assert_int_equal(mlm_whole_print(text, 0) - text, 1);
    assert_int_equal(text[0], '0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded_once),
        cmocka_unit_test(random_numbers_are_rounded_once),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(it_ends_where_the_number_ends),
        cmocka_unit_test(a_locale_changes_nothing),
        cmocka_unit_test(a_monstrous_number_is_refused),
        cmocka_unit_test(whole_numbers_keep_to_their_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
