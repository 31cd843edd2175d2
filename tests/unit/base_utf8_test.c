/* Tests the repair, cleaning, width and cutting of UTF-8 texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void assert_repaired(const char *text, const char *repaired, const char *tamed)
{
    char copy[64];
    strcpy(copy, text);
    mlm_utf8_repair(copy);
    assert_string_equal(copy, repaired);
    strcpy(copy, text);
    mlm_utf8_tame(copy);
    assert_string_equal(copy, tamed);
}

static void test_repair_and_tame(void **state)
{
    (void)state;
    assert_repaired("plain é 漢 😀", "plain é 漢 😀", "plain é 漢 😀");
    assert_repaired("\033[31m\r\n\t\x7f", "\033[31m\r\n\t\x7f", "?[31m????");
    assert_repaired("a\xff\xc3", "a??", "a??");                            /* no first byte; truncated */
    assert_repaired("\xc0\xaf\xe0\x80\xaf", "?????", "?????");             /* overlong */
    assert_repaired("\xed\xa0\x80\xf4\x90\x80\x80", "???????", "???????"); /* surrogate; too large */
    assert_repaired("\xc2\x9b"
                    "31m",
        "\xc2\x9b"
        "31m",
        "?31m"); /* the begin of an escape sequence in one byte */
    assert_repaired("a\xe2\x80\x8f"
                    "b",
        "a\xe2\x80\x8f"
        "b",
        "a?b"); /* changes the direction of writing */
    assert_repaired("a\xd8\x9c\xf3\xa0\x81\x81"
                    "b",
        "a\xd8\x9c\xf3\xa0\x81\x81"
        "b",
        "a??b"); /* this one does, too; and an invisible letter */
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(mlm_utf8_width(""), 0);
    assert_int_equal(mlm_utf8_width("abc"), 3);
    assert_int_equal(mlm_utf8_width("é×…"), 3);
    assert_int_equal(mlm_utf8_width("漢字"), 4);
    assert_int_equal(mlm_utf8_width("e\xcc\x81"), 1); /* e and a combining accent */
    assert_int_equal(mlm_utf8_width("😀"), 2);
}

static void assert_cut(const char *text, size_t width, const char *expected)
{
    char copy[64];
    strcpy(copy, text);
    mlm_utf8_cut(copy, sizeof copy, width);
    assert_string_equal(copy, expected);
    assert_true(mlm_utf8_width(copy) <= width);
}

static void test_cut(void **state)
{
    (void)state;
    assert_cut("abcdef", 6, "abcdef");
    assert_cut("abcdef", 5, "abcd…");
    assert_cut("abcdef", 1, "…");
    assert_cut("漢字漢字", 4, "漢…");
    assert_cut("漢字漢字", 5, "漢字…");
    char tight[] = "ab"; /* no room for the dots' three bytes */
    mlm_utf8_cut(tight, sizeof tight, 1);
    assert_true(mlm_utf8_width(tight) <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repair_and_tame), cmocka_unit_test(test_width), cmocka_unit_test(test_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
