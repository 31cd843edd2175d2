/* Tests parsing and printing of sizes and durations. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"

#define GIB (UINT64_C(1) << 30)

static void sizes_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0}, {"123", 123}, {"1K", 1024}, {"1k", 1024}, {"2G", 2 * GIB}, {"2GiB", 2 * GIB},
        {"2GB", 2 * GIB}, {"1.5G", GIB + GIB / 2}, {".5M", 1 << 19}, {"4T", 4096 * GIB}, {"7B", 7},
        {"131072T", UINT64_C(131072) << 40}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t bytes = 1;
        assert_int_equal(mlm_size_parse(good[i].text, &bytes, NULL), 0);
        assert_int_equal(bytes, good[i].bytes);
    }
}

static void what_is_no_size_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "G", "8X", "-1", "+1", " 1", "1 ", "0x10", "nan", "inf", "1e400",
        "2GG", "2GiBs", "1,5G", "131073T", "8388607T", "8388608T", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t bytes = 42;
        struct mlm_error error = {0};
        assert_true(mlm_size_parse(bad[i], &bytes, &error) < 0);
        assert_int_equal(bytes, 42);
        assert_non_null(strstr(error.text, bad[i]));
    }
}

static void limits_may_be_none(void **state)
{
    (void)state;
    uint64_t bytes = 0;
    assert_int_equal(mlm_limit_parse("none", &bytes, NULL), 0);
    assert_true(bytes == MLM_NO_LIMIT);
    assert_int_equal(mlm_limit_parse("512M", &bytes, NULL), 0);
    assert_int_equal(bytes, 512 << 20);
    assert_true(mlm_limit_parse("nothing", &bytes, NULL) < 0);
}

static void amounts_are_whole_and_in_thousands(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "x", "0.5", "-1", "1M2", "1Mi", "1.0005K", "nan", "1e400", "10000000T"};
    uint64_t amount = 0;
    assert_int_equal(mlm_amount_parse("1M", &amount, NULL), 0);
    assert_int_equal(amount, 1000000);
    assert_int_equal(mlm_amount_parse("1.5k", &amount, NULL), 0);
    assert_int_equal(amount, 1500);
    assert_int_equal(mlm_amount_parse("0", &amount, NULL), 0);
    assert_int_equal(amount, 0);
    amount = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mlm_error error = {0};
        assert_true(mlm_amount_parse(bad[i], &amount, &error) < 0);
        assert_non_null(strstr(error.text, bad[i]));
    }
    assert_int_equal(amount, 42);
}

static void durations_are_read(void **state)
{
    (void)state;
    uint64_t ns = 0;
    assert_int_equal(mlm_duration_parse("20s", &ns, NULL), 0);
    assert_int_equal(ns, UINT64_C(20000000000));
    assert_int_equal(mlm_duration_parse("500ms", &ns, NULL), 0);
    assert_int_equal(ns, 500000000);
    assert_int_equal(mlm_duration_parse("1.5min", &ns, NULL), 0);
    assert_int_equal(ns, UINT64_C(90000000000));
    assert_int_equal(mlm_duration_parse("2", &ns, NULL), 0);
    assert_int_equal(ns, 2000000000);
    static const char *const bad[] = {"", "s", "-1s", "1 s", "1d", "0", "nan", "1e300h"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(mlm_duration_parse(bad[i], &ns, NULL) < 0);
}

static void sizes_are_spelt_to_be_read_again(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {
        0, 1, 1023, 1024, 1536, 1 << 20, 48 << 20, GIB, GIB + 1, 5 * GIB / 2, MLM_NO_LIMIT};
    static const char *const spelt[] = {
        "0", "1", "1023", "1K", "1536", "1M", "48M", "1G", "1073741825", "2560M", "none"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char text[MLM_SIZE_TEXT];
        uint64_t again = 0;
        assert_string_equal(mlm_size_spell(sizes[i], text), spelt[i]);
        assert_int_equal(mlm_limit_parse(text, &again, NULL), 0);
        assert_true(again == sizes[i]);
    }
}

static void sizes_are_shown_with_three_digits(void **state)
{
    (void)state;
    char text[MLM_SIZE_TEXT];
    assert_string_equal(mlm_size_show(0, text), "0 B");
    assert_string_equal(mlm_size_show(1023, text), "1023 B");
    assert_string_equal(mlm_size_show(1024, text), "1.00 KiB");
    assert_string_equal(mlm_size_show(41.2 * 1048576, text), "41.2 MiB");
    /* Rounding must not make four digits or "1024 KiB". */
    assert_string_equal(mlm_size_show(1023.9 * 1024, text), "1.00 MiB");
    assert_string_equal(mlm_size_show(999.4 * 1048576, text), "999 MiB");
    assert_string_equal(mlm_size_show(9.996 * 1048576, text), "10.0 MiB");
    assert_string_equal(mlm_size_show(-2.5 * 1073741824, text), "-2.50 GiB");
}

static void durations_are_shown(void **state)
{
    (void)state;
    char text[MLM_SIZE_TEXT];
    assert_string_equal(mlm_duration_show(999, text), "999 ns");
    assert_string_equal(mlm_duration_show(1500, text), "1.50 us");
    assert_string_equal(mlm_duration_show(1.234e6, text), "1.23 ms");
    assert_string_equal(mlm_duration_show(999.9e6, text), "1.00 s");
    assert_string_equal(mlm_duration_show(3.41e9, text), "3.41 s");
    assert_string_equal(mlm_duration_show(125e9, text), "2 min 05 s");
    assert_string_equal(mlm_duration_show(179.7e9, text), "3 min 00 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(what_is_no_size_is_refused_by_name),
        cmocka_unit_test(limits_may_be_none),
        cmocka_unit_test(amounts_are_whole_and_in_thousands),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(sizes_are_spelt_to_be_read_again),
        cmocka_unit_test(sizes_are_shown_with_three_digits),
        cmocka_unit_test(durations_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
