/* Tests when what a trial left in tmpfs matters, its words, and its way through a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "record/left.h"

#define MIB (INT64_C(1) << 20)

static bool much(int64_t left_bytes, int64_t needs_bytes)
{
    struct mlm_readings readings;
    mlm_readings_init(&readings);
    readings.values[MLM_left_tmpfs_bytes] = left_bytes;
    readings.values[MLM_needs_peak_bytes] = needs_bytes;
    return mlm_left_much(&readings);
}

static void test_matters_above_both_bounds(void **state)
{
    (void)state;
    assert_false(much(MLM_NULL, 100 * MIB));
    assert_false(much(1 * MIB, 2 * MIB));
    assert_true(much(1 * MIB + 1, 100 * MIB));
    assert_false(much(10 * MIB, 1000 * MIB));
    assert_true(much(10 * MIB + 1, 1000 * MIB));
    assert_true(much(2 * MIB, MLM_NULL));
}

static void assert_words(int64_t bytes, const json_t *entries, const char *expected)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    assert_non_null(out);
    mlm_left_put(out, bytes, entries);
    char *words = mlm_text_end(&text);
    assert_string_equal(words, expected);
    free(words);
}

static void test_words(void **state)
{
    (void)state;
    json_t *entries = json_array();
    assert_words(200 * MIB, entries, "200 MiB in tmpfs, in files that cannot be seen from here");
    assert_int_equal(json_array_append_new(entries, mlm_left_entry("/dev/shm/a", 120u << 20)), 0);
    assert_words(120 * MIB, entries, "120 MiB in /dev/shm/a");
    assert_int_equal(json_array_append_new(entries, mlm_left_entry("/dev/shm/b", 80u << 20)), 0);
    assert_words(200 * MIB, entries, "200 MiB in /dev/shm/a (120 MiB) and /dev/shm/b (80.0 MiB)");
    for (int i = 0; i < 2; i++)
        assert_int_equal(json_array_append_new(entries, mlm_left_entry("/dev/shm/c", 1u << 20)), 0);
    assert_words(202 * MIB, entries,
        "202 MiB in /dev/shm/a (120 MiB), /dev/shm/b (80.0 MiB), /dev/shm/c (1.00 MiB) and 1 more");
    json_decref(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matters_above_both_bounds),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
