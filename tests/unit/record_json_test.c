/* Tests records as JSON: a written record can be read back, and an invalid one is refused with the name of
 * the wrong key. */
#include <errno.h>
#include <math.h>

#include "record_sample.h"

static json_t *written(const struct mlm_record *record)
{
    json_t *json = NULL;
    struct mlm_error error = {0};
    if (mlm_record_to_json(record, &json, &error) < 0)
        fail_msg("%s", error.text);
    /* Through text, as in a store. */
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    json = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(json);
    return json;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("csr"), copy;
    record.limits.cap_bytes = MLM_NO_LIMIT;
    record.limits.swap_limit_bytes = 0;
    record.cap_binds = false;
    record.limits.background_bytes = 7;
    record.dataset = strdup("my \"data\".csv");
    record.reason = strdup("because\nof this");
    record.rate_of = strdup("tokens");
    record.answer_tolerance = 1e-6;
    record.progress = 0.625;
    record.outcome = MLM_OUTCOME_TIMEOUT;
    record.seed = INT64_MAX;
    record.answer[1] = 0x1.fffffffffffffp+1;
    record.marks = MLM_MARK_BIT(noisy) | MLM_MARK_BIT(peak_rss_lower_bound);
    record.peak_processes = json_pack("[{s:s, s:i, s:i, s:i, s:n}]", "name", "python3 train.py", "anon_bytes",
        7, "file_bytes", 5, "shmem_bytes", 0, "swap_bytes");
    json_t *json = written(&record);
    assert_int_equal(mlm_record_from_json(json, &copy, NULL), 0);
    assert_string_equal(copy.run_id, record.run_id);
    assert_string_equal(copy.time, record.time);
    assert_string_equal(copy.suite, "storage");
    assert_string_equal(copy.workload, "storage/csr");
    assert_string_equal(copy.equal_work, record.equal_work);
    assert_string_equal(copy.rate_of, "tokens");
    assert_false(copy.limits.background_active);
    assert_string_equal(copy.dataset, "my \"data\".csv");
    assert_string_equal(copy.reason, "because\nof this");
    assert_string_equal(copy.phase, "done");
    assert_string_equal(json_string_value(json_object_get(copy.machine, "id")), "m1");
    assert_int_equal(copy.params.count, 2);
    assert_string_equal(copy.params.items[0].name, "density"); /* in order, not sorted */
    assert_string_equal(copy.params.items[1].value, "z");
    assert_true(copy.limits.cap_bytes == MLM_NO_LIMIT);
    assert_true(copy.limits.swap_limit_bytes == 0);
    assert_false(copy.cap_binds);
    assert_true(copy.limits.background_bytes == 7 && copy.data_bytes == record.data_bytes);
    assert_true(copy.seed == INT64_MAX && copy.limits.timeout_ns == record.limits.timeout_ns);
    assert_int_equal(copy.outcome, MLM_OUTCOME_TIMEOUT);
    assert_true(copy.progress == 0.625 && copy.answer_tolerance == 1e-6);
    assert_memory_equal(&copy.readings, &record.readings, sizeof copy.readings);
    assert_true(copy.has_checksum && copy.data_checksum == record.data_checksum);
    assert_int_equal(copy.answer_count, 2);
    assert_true(copy.answer[0] == 0.1 && copy.answer[1] == 0x1.fffffffffffffp+1);
    assert_int_equal(copy.marks, record.marks);
    assert_true(json_equal(copy.command, record.command));
    assert_true(record.peak_processes && json_equal(copy.peak_processes, record.peak_processes));
    assert_null(copy.processes);
    char *key = mlm_record_row_key(&record), *copy_key = mlm_record_row_key(&copy);
    assert_string_equal(key, copy_key);
    free(key);
    free(copy_key);
    mlm_record_release(&record);
    mlm_record_release(&copy);
    json_decref(json);
}

static void test_nulls(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("csr"), copy;
    json_decref(record.command);
    record.command = NULL;
    record.has_checksum = false;
    record.answer[0] = NAN;
    record.answer[1] = -INFINITY;
    json_t *json = written(&record);
    static const char *const null_keys[] = {"reason", "dataset", "background_mode", "command", "progress",
        "data_checksum", "stall_full_ns", "swap_limit_bytes"};
    for (size_t i = 0; i < sizeof null_keys / sizeof *null_keys; i++)
        assert_true(json_is_null(json_object_get(json, null_keys[i])));
    assert_int_equal(mlm_record_from_json(json, &copy, NULL), 0);
    assert_null(copy.reason);
    assert_false(copy.has_checksum);
    assert_true(isnan(copy.progress) && isnan(copy.answer[0]) && isnan(copy.answer[1]));
    assert_int_equal(copy.readings.values[MLM_stall_full_ns], MLM_NULL);
    assert_true(copy.limits.swap_limit_bytes == MLM_NO_LIMIT);
    mlm_record_release(&record);
    mlm_record_release(&copy);
    json_decref(json);
}

/* A file's name can contain any bytes, and a worker's message may end within a character. */
static void test_bytes_that_are_no_text(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("csr"), copy;
    record.dataset = strdup("\xff\xfe name \xc3");
    json_t *json = written(&record);
    assert_int_equal(mlm_record_from_json(json, &copy, NULL), 0);
    assert_string_equal(copy.dataset, "?? name ?");
    char *planned = mlm_record_row_key(&record), *stored = mlm_record_row_key(&copy);
    assert_string_equal(planned, stored); /* otherwise a run could never be resumed */
    free(planned);
    free(stored);
    mlm_record_release(&record);
    mlm_record_release(&copy);
    json_decref(json);
}

/* A value that could not be read back is not written. */
static void test_refuses_to_write(void **state)
{
    (void)state;
    struct mlm_error error;
    json_t *json = NULL;
    struct mlm_record record = sample_record("csr");
    record.readings.values[MLM_waiting_ns] = -1;
    assert_int_equal(mlm_record_to_json(&record, &json, &error), -EINVAL);
    assert_non_null(strstr(error.text, "waiting_ns"));
    record.readings.values[MLM_waiting_ns] = 1;
    free(record.time);
    record.time = NULL;
    assert_int_equal(mlm_record_to_json(&record, &json, &error), -EINVAL);
    assert_non_null(strstr(error.text, "\"time\""));
    record.time = strdup("now");
    json_decref(record.machine);
    record.machine = NULL;
    assert_int_equal(mlm_record_to_json(&record, &json, &error), -EINVAL);
    assert_non_null(strstr(error.text, "\"machine\""));
    assert_null(json);
    mlm_record_release(&record);
}

static void test_strict(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value; /* value as JSON; NULL: the key is removed */
        int code;
    } cases[] = {
        {"kind", "\"trail\"", -EBADMSG},
        {"kind", NULL, -EBADMSG},
        {"schema", "2", -EPROTO},
        {"schema", "0", -EBADMSG},
        {"schema", "\"1\"", -EBADMSG},
        {"run_id", "7", -EBADMSG},
        {"workload", NULL, -EBADMSG},
        {"suite", "null", -EBADMSG},
        {"params", "[]", -EBADMSG},
        {"params", "{\"density\": 0.01}", -EBADMSG},
        {"equal_work", "1", -EBADMSG},
        {"rate_of", "1", -EBADMSG},
        {"answer_tolerance", "-0.1", -EBADMSG},
        {"cap_bytes", NULL, -EBADMSG},
        {"cap_bytes", "-1", -EBADMSG},
        {"cap_bytes", "1.5", -EBADMSG},
        {"cap_bytes", "\"2G\"", -EBADMSG},
        {"cap_binds", "1", -EBADMSG},
        {"seed", "null", -EBADMSG},
        {"repetition", "-1", -EBADMSG},
        {"outcome", "\"fine\"", -EBADMSG},
        {"outcome", "0", -EBADMSG},
        {"progress", "1.01", -EBADMSG},
        {"progress", "-0.5", -EBADMSG},
        {"run_ns", "-5", -EBADMSG},
        {"run_ns", "1e3", -EBADMSG},
        {"peak_rss_bytes", "\"12\"", -EBADMSG},
        {"data_checksum", "12", -EBADMSG},
        {"data_checksum", "\"123\"", -EBADMSG},
        {"data_checksum", "\"00c0ffee1234567x\"", -EBADMSG},
        {"answer", "1", -EBADMSG},
        {"answer", "[\"1\"]", -EBADMSG},
        {"answer", "[1,2,3,4,5,6,7,8,9]", -EBADMSG},
        {"peak_processes", "{}", -EBADMSG},
        {"peak_processes", "[{\"anon_bytes\": 1}]", -EBADMSG},
        {"peak_processes", "[{\"name\": \"a\", \"shmem_bytes\": -1}]", -EBADMSG},
        {"marks", "\"noisy\"", -EBADMSG},
        {"marks", "[1]", -EBADMSG},
        {"command", "\"run\"", -EBADMSG},
        {"command", "[1]", -EBADMSG},
        {"machine", "\"m1\"", -EBADMSG},
        {"machine", "{\"host\":\"x\"}", -EBADMSG},
        {"machine", NULL, -EBADMSG},
    };
    struct mlm_record record = sample_record("csr");
    json_t *good = written(&record);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json = json_copy(good);
        struct mlm_record untouched = {.repetition = 77};
        struct mlm_error error = {0};
        assert_int_equal(json_object_del(json, cases[i].key), 0);
        if (cases[i].value)
            assert_int_equal(
                json_object_set_new(json, cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL)),
                0);
        if (mlm_record_from_json(json, &untouched, &error) != cases[i].code)
            fail_msg("%s = %s: code %d, %s", cases[i].key, cases[i].value, error.code, error.text);
        assert_non_null(strstr(error.text, cases[i].key));
        assert_int_equal(untouched.repetition, 77);
        json_decref(json);
    }
    assert_int_equal(mlm_record_from_json(NULL, &record, NULL), -EBADMSG);
    json_decref(good);
    mlm_record_release(&record);
}

/* A newer minor version may have more keys and marks, and an older one fewer readings. */
static void test_tolerant(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("csr"), copy;
    json_t *json = written(&record);
    assert_int_equal(json_object_set_new(json, "novelty", json_integer(1)), 0);
    assert_int_equal(json_object_set_new(json, "marks", json_pack("[s,s]", "noisy", "novel")), 0);
    assert_int_equal(json_object_del(json, "refaults"), 0);
    assert_int_equal(mlm_record_from_json(json, &copy, NULL), 0);
    assert_int_equal(copy.marks, MLM_MARK_BIT(noisy));
    assert_int_equal(copy.readings.values[MLM_refaults], MLM_NULL);
    mlm_record_release(&record);
    mlm_record_release(&copy);
    json_decref(json);
}

static void test_row_keys(void **state)
{
    (void)state;
    struct mlm_record a = sample_record("csr"), b = sample_record("csr");
    b.repetition = 2;
    free(b.run_id);
    b.run_id = strdup("another");
    char *key_a = mlm_record_row_key(&a), *key_b = mlm_record_row_key(&b);
    assert_string_equal(key_a, key_b);
    free(key_b);

    b.limits.cap_bytes = MLM_NO_LIMIT;
    b.limits.swap_limit_bytes = 0;
    key_b = mlm_record_row_key(&b);
    assert_string_not_equal(key_a, key_b);
    free(key_a);
    free(key_b);
    key_a = mlm_record_uncapped_key(&a);
    key_b = mlm_record_uncapped_key(&b);
    assert_string_equal(key_a, key_b);
    free(key_a);
    free(key_b);

    /* Texts that a careless key would confuse. */
    mlm_params_release(&a.params);
    mlm_params_release(&b.params);
    assert_int_equal(mlm_params_add(&a.params, "x=1", "2"), 0);
    assert_int_equal(mlm_params_add(&b.params, "x", "1=2"), 0);
    b.limits.cap_bytes = a.limits.cap_bytes;
    b.limits.swap_limit_bytes = a.limits.swap_limit_bytes;
    key_a = mlm_record_row_key(&a);
    key_b = mlm_record_row_key(&b);
    assert_string_not_equal(key_a, key_b);
    free(key_a);
    free(key_b);
    mlm_record_release(&a);
    mlm_record_release(&b);
}

/* mlm_record_check() is called before anything is run. */
static void test_check(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("csr");
    struct mlm_error error = {0};
    assert_int_equal(mlm_record_check(&record, &error), 0);
    record.seed = UINT64_C(1) << 63;
    assert_int_equal(mlm_record_check(&record, &error), -EINVAL);
    assert_non_null(strstr(error.text, "\"seed\""));
    record.seed = INT64_MAX;
    assert_int_equal(mlm_record_check(&record, &error), 0);
    const size_t size = 900000;
    char *words = malloc(size + 1);
    assert_non_null(words);
    (void)memset(words, 'x', size);
    words[size] = 0;
    assert_int_equal(json_array_append_new(record.command, json_string(words)), 0);
    assert_int_equal(mlm_record_check(&record, &error), 0);
    assert_int_equal(json_array_append_new(record.command, json_string(words)), 0);
    assert_int_equal(mlm_record_check(&record, &error), -E2BIG);
    assert_non_null(strstr(error.text, "put the words into a file"));
    free(words);
    mlm_record_release(&record);
}

static void test_params(void **state)
{
    (void)state;
    struct mlm_params params = {0}, copy;
    char *text = mlm_params_text(&params);
    assert_string_equal(text, "");
    free(text);
    assert_int_equal(mlm_params_add(&params, "density", "0.01"), 0);
    assert_int_equal(mlm_params_add(&params, "index", "32"), 0);
    assert_int_equal(mlm_params_add(&params, "index", "64"), -EEXIST);
    assert_int_equal(mlm_params_copy(&params, &copy), 0);
    mlm_params_release(&params);
    text = mlm_params_text(&copy);
    assert_string_equal(text, "density=0.01 index=32");
    free(text);
    mlm_params_release(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_bytes_that_are_no_text),
        cmocka_unit_test(test_refuses_to_write),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_tolerant),
        cmocka_unit_test(test_row_keys),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_params),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
