/* Tests when a trial counts as begun warm, and how files are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "record/files.h"

#define MIB (INT64_C(1) << 20)

static json_t *list_of(int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        char path[32];
        snprintf(path, sizeof path, "/data/%c.bin", 'a' + i);
        assert_int_equal(json_array_append_new(list,
                             json_pack("{s:s, s:I}", "path", path, "bytes", (json_int_t)((100 - i) * MIB))),
            0);
    }
    return list;
}

static void assert_start(int64_t cached_bytes, bool known, enum mlm_start expected)
{
    struct mlm_record record = {.data_files = list_of(2)};
    int64_t bytes;
    for (size_t i = 0; i < 2; i++)
        json_object_set_new(json_array_get(record.data_files, i), "cached_bytes",
            known || !i ? json_integer(cached_bytes) : json_null());
    mlm_readings_init(&record.readings);
    record.readings.values[MLM_cached_before_bytes] = cached_bytes;
    assert_int_equal(mlm_files_start(&record), expected);
    assert_true(mlm_files_cached(&record, &bytes) == cached_bytes);
    assert_true(bytes == 199 * MIB);
    json_decref(record.data_files);
}

static void test_start(void **state)
{
    (void)state;
    struct mlm_record none = {0};
    mlm_readings_init(&none.readings);
    assert_int_equal(mlm_files_start(&none), MLM_START_NONE);
    assert_start(0, true, MLM_START_COLD);
    assert_start(19 * MIB, true, MLM_START_COLD);
    assert_start(20 * MIB, true, MLM_START_WARM);
    assert_start(199 * MIB, true, MLM_START_WARM);
    assert_start(0, false, MLM_START_UNKNOWN);
    assert_start(MLM_NULL, false, MLM_START_UNKNOWN);
    assert_start(20 * MIB, false, MLM_START_WARM);
}

static void assert_words(int count, enum mlm_files_words words, const char *expected)
{
    struct mlm_text text;
    json_t *list = list_of(count);
    FILE *out = mlm_text_begin(&text);
    assert_non_null(out);
    mlm_files_put(out, list, words);
    char *said = mlm_text_end(&text);
    assert_string_equal(said, expected);
    free(said);
    json_decref(list);
}

static void test_words(void **state)
{
    (void)state;
    assert_words(0, MLM_FILES_SIZES, "");
    assert_words(1, MLM_FILES_SIZES, "a.bin (100 MiB)");
    assert_words(2, MLM_FILES_FOLDERS, "/data/a.bin and /data/b.bin");
    assert_words(3, MLM_FILES_SIZES, "a.bin (100 MiB), b.bin (99.0 MiB) and c.bin (98.0 MiB)");
    assert_words(5, MLM_FILES_NAMES, "a.bin, b.bin, c.bin and 2 more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
