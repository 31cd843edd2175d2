/* Tests versions behind scripts: as a text, in a record, and in its keys. */
#include "base/text.h"
#include "record/software.h"
#include "record_sample.h"

static struct mlm_record record_of(const char *versions)
{
    struct mlm_record record = sample_record("csr");
    json_t *software = mlm_software_of_text(versions);
    assert_non_null(software);
    assert_int_equal(json_object_set_new(record.machine, "software", software), 0);
    return record;
}

static void test_text(void **state)
{
    (void)state;
    json_auto_t *software = mlm_software_of_text("Python 3.11.2\nno-version\nnumpy 1.24.2 of someone\n");
    assert_int_equal(json_object_size(software), 2);
    assert_string_equal(json_string_value(json_object_get(software, "Python")), "3.11.2");
    assert_string_equal(json_string_value(json_object_get(software, "numpy")), "1.24.2 of someone");
    json_auto_t *nothing = mlm_software_of_text("");
    assert_int_equal(json_object_size(nothing), 0);
}

static void assert_keys(const struct mlm_record *a, const struct mlm_record *b, bool same)
{
    mlm_auto_free char *row_a = mlm_record_row_key(a), *row_b = mlm_record_row_key(b);
    mlm_auto_free char *field_a = mlm_record_field_key(a), *field_b = mlm_record_field_key(b);
    mlm_auto_free char *work_a = mlm_record_work_key(a, MLM_LIKE_AGAIN, 0);
    mlm_auto_free char *work_b = mlm_record_work_key(b, MLM_LIKE_AGAIN, 0);
    assert_int_equal(strcmp(row_a, row_b) == 0, same);
    assert_int_equal(strcmp(field_a, field_b) == 0, same);
    assert_int_equal(mlm_record_compare_software(a, b) == 0, same);
    assert_int_equal(mlm_record_same_field(a, b), same);
    assert_string_equal(work_a, work_b); /* `compare` pairs versions, and says so */
}

static void test_records(void **state)
{
    (void)state;
    struct mlm_record plain = sample_record("csr"), old = record_of("Python 3.11.2\nnumpy 1.24.2"),
                      again = record_of("numpy 1.24.2\nPython 3.11.2"),
                      new = record_of("Python 3.11.2\nnumpy 2.2.4");
    assert_null(mlm_record_software(&plain));
    assert_keys(&plain, &plain, true);
    assert_keys(&plain, &old, false);
    assert_keys(&old, &again, true);
    assert_keys(&old, &new, false);
    json_auto_t *common = json_copy(json_object_get(old.machine, "software"));
    mlm_software_keep_common(common, &new);
    struct mlm_text text;
    assert_non_null(mlm_text_begin(&text));
    mlm_software_write(text.out, &new, common, ", ", " ");
    mlm_auto_free char *line = mlm_text_end(&text);
    assert_string_equal(line, ", numpy 2.2.4");
    mlm_record_release(&plain);
    mlm_record_release(&old);
    mlm_record_release(&again);
    mlm_record_release(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_records)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
