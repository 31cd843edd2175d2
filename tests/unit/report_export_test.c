/* Tests exports of small tables: names, types, escapes, failures, and rows that are left out. */
#include <math.h>

#include "record/store.h"
#include "report/export/export.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report_sample.h"

static struct mlm_record_list list_of(struct mlm_record *records, size_t count)
{
    struct mlm_record_list list = {0};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mlm_record_list_add(&list, &records[i], NULL), 0);
    return list;
}

static void text_set(char **text, const char *value)
{
    free(*text);
    *text = strdup(value);
    assert_non_null(*text);
}

static void param_set(struct mlm_record *record, const char *name, const char *value)
{
    for (size_t i = 0; i < record->params.count; i++)
        if (strcmp(record->params.items[i].name, name) == 0)
            text_set(&record->params.items[i].value, value);
}

/* The caller frees it. */
static char *export_rows(const struct sample_table *sample, const char *name, bool rows, size_t *ret_left_out)
{
    const struct mlm_export_format *format = mlm_export_formats;
    while (format->name && strcmp(format->name, name) != 0)
        format++;
    assert_non_null(format->name);
    char *text = NULL;
    size_t size, left_out = 0;
    struct mlm_error error = {0};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    struct mlm_export export = {.table = sample->table, .list = &sample->list, .rows = rows};
    if (format->write(&export, out, &left_out, &error) < 0)
        fail_msg("%s: %s", name, error.text);
    assert_int_equal(fclose(out), 0);
    if (ret_left_out)
        *ret_left_out = left_out;
    return text;
}

static void assert_has(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("no '%s' in\n%s", wanted, text);
}

static void assert_has_not(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        fail_msg("'%s' in\n%s", unwanted, text);
}

static void assert_number(double number, const char *wanted)
{
    char text[MLM_NUMBER_TEXT];
    assert_string_equal(mlm_number_text(number, text), wanted);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_number(0, "0");
    assert_number(-0.0, "0");
    assert_number(0.1, "0.1");
    assert_number(24.8, "24.8");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(0.1 + 0.2, "0.30000000000000004");
    assert_number(9007199254740992.0, "9007199254740992");
    assert_number(1e300, "1e+300");
    assert_number(-2684354560.0, "-2684354560");
    for (int i = 1; i < 1000; i++) {
        char text[MLM_NUMBER_TEXT];
        double number = sqrt(i) * pow(10, i % 40 - 20);
        double again = strtod(mlm_number_text(number, text), NULL);
        assert_true(again >= number && again <= number);
    }
}

static void assert_json_text(const char *text, const char *wanted)
{
    char *json = NULL;
    size_t size;
    FILE *out = open_memstream(&json, &size);
    assert_non_null(out);
    mlm_json_write_text(out, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(json, wanted);
    free(json);
}

static void test_json_text(void **state)
{
    (void)state;
    assert_json_text("データ", "\"データ\"");
    assert_json_text("a\"b\\c\n\033", "\"a\\\"b\\\\c\\u000a\\u001b\"");
    assert_json_text(
        "\u202e\u202c\xc2\x9b", "\"\\u202e\\u202c\\u009b\""); /* right to left, and back; an escape code */
    assert_json_text("\xff", "\"?\"");
}

static void test_names(void **state)
{
    (void)state;
    struct mlm_record records[8];
    for (size_t i = 0; i < 8; i++)
        records[i] = sample_record("csr");
    records[1].limits.swap_limit_bytes = 0;
    records[2].limits.swap_limit_bytes = UINT64_C(1) << 30;
    records[2].limits.background_bytes = UINT64_C(512) << 20;
    records[3].threads = 2;
    records[4].seed = 7;
    records[5].limits.cap_bytes = MLM_NO_LIMIT;
    records[6].dataset = strdup("my data.csv");
    records[7].data_bytes++;
    struct sample_table sample = sample_table_of(list_of(records, 8));
    struct mlm_row_names names = {0};
    assert_int_equal(mlm_row_names_make(sample.table, &names, NULL), 0);
    static const char *const wanted[] = {
        "storage/csr/density:0.01/a:z/data:2560M/cap:2G",
        "storage/csr/density:0.01/a:z/data:2560M/swap:0/cap:2G",
        "storage/csr/density:0.01/a:z/data:2560M/swap:1G/background:512M:idle/cap:2G",
        "storage/csr/density:0.01/a:z/data:2560M/threads:2/cap:2G",
        "storage/csr/density:0.01/a:z/data:2560M/seed:7/cap:2G",
        "storage/csr/density:0.01/a:z/data:2560M/cap:none",
        "storage/csr/density:0.01/a:z/dataset:my data.csv/cap:2G",
        "storage/csr/density:0.01/a:z/data:2684354561/cap:2G",
    };
    assert_int_equal(sample.table->row_count, 8);
    for (size_t i = 0; i < 8; i++) /* rows stand in the order of the records */
        assert_string_equal(mlm_row_name_of(&names, sample.table, &sample.table->rows[i]), wanted[i]);
    mlm_row_names_release(&names);
    sample_table_release(&sample);
}

/* Names that become equal when they are cleaned or cut are still different. */
static void test_names_differ(void **state)
{
    (void)state;
    static char long_name[3000];
    memset(long_name, 'x', sizeof long_name - 2);
    struct mlm_record records[5];
    for (size_t i = 0; i < 5; i++)
        records[i] = sample_record("csr");
    param_set(&records[1], "a", "\001");
    param_set(&records[2], "a", "\002");
    param_set(&records[3], "a", long_name);
    long_name[sizeof long_name - 2] = 'y';
    param_set(&records[4], "a", long_name);
    struct sample_table sample = sample_table_of(list_of(records, 5));
    struct mlm_row_names names = {0};
    assert_int_equal(mlm_row_names_make(sample.table, &names, NULL), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_true(strlen(names.items[i]) <= 1024);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names.items[i], names.items[k]);
    }
    mlm_row_names_release(&names);
    sample_table_release(&sample);
}

static void test_several_machines(void **state)
{
    (void)state;
    struct mlm_record records[2] = {sample_record("csr"), sample_record("csr")};
    json_decref(records[1].machine);
    records[1].machine = sample_machine("m2");
    struct sample_table sample = sample_table_of(list_of(records, 2));
    char *text = export_rows(&sample, "bencher", false, NULL);
    assert_has(text, "/cap:2G/machine:m1\": {");
    assert_has(text, "/cap:2G/machine:m2\": {");
    free(text);
    text = export_rows(&sample, "openmetrics", false, NULL);
    assert_has(text, "mlmembench_machine_info{machine=\"m1\",host=\"a \\\"host\\\"\",cores=\"2\"} 1\n");
    assert_has(text, "mlmembench_machine_info{machine=\"m2\",");
    free(text);
    sample_table_release(&sample);
}

static void test_csv_types(void **state)
{
    (void)state;
    struct mlm_record record = sample_record("=1+1");
    param_set(&record, "a", "-1");
    text_set(&record.suite, "NA");
    text_set(&record.equal_work, "say \"a,b\"");
    record.dataset = strdup("1e5");
    record.reason = strdup("two\nlines");
    record.data_checksum = UINT64_C(0x1234567890123456);
    struct sample_table sample = sample_table_of(list_of(&record, 1));
    char *text = export_rows(&sample, "csv", false, NULL);
    assert_has(
        text, "\nm1-20260301T101500Z,2026-03-01T10:15:00Z,'NA,storage/=1+1,density=0.01 a=-1,0.01,-1,");
    assert_has(text, ",\"say \"\"a,b\"\"\",,0,2G,2147483648,");
    assert_has(text, ",'1e5,1,");
    assert_has(text, ",ok,two?lines,done,,");
    /* Texts with ';' are quoted as well, for readers that separate by it. */
    assert_has(text, ",'1234567890123456,\"0.1;42\",,,,,,,mlmembench run,m1,");
    free(text);
    text = export_rows(&sample, "tsv", false, NULL);
    assert_has(text, "\t\"say \"\"a,b\"\"\"\t"); /* quoted because of its quotes */
    free(text);
    sample_table_release(&sample);
}

static void test_csv_columns_of_all(void **state)
{
    (void)state;
    struct mlm_record records[2] = {sample_record("csr"), sample_record("dense")};
    assert_int_equal(mlm_params_add(&records[1].params, "value", "f16"), 0);
    param_set(&records[1], "a", "@SUM(1)");
    struct sample_table sample = sample_table_of(list_of(records, 2));
    char *text = export_rows(&sample, "csv", false, NULL);
    assert_has(text, ",params,param_density,param_a,param_value,equal_work,");
    assert_has(text, ",storage/csr,density=0.01 a=z,0.01,z,,");
    assert_has(text, ",storage/dense,density=0.01 a=@SUM(1) value=f16,0.01,'@SUM(1),f16,");
    free(text);
    text = export_rows(&sample, "csv", true, NULL);
    assert_has(text, ",outcomes_ok,outcomes_oom,");
    assert_has(text, ",run_ns_count,run_ns_median,run_ns_min,run_ns_max,run_ns_spread,");
    free(text);
    sample_table_release(&sample);
}

static void test_markdown(void **state)
{
    (void)state;
    struct mlm_record records[2] = {sample_record("- x|y"), sample_record("www.x.org @me")};
    param_set(&records[0], "a", "**<b>**");
    param_set(&records[1], "a", "http://x.org");
    assert_int_equal(json_object_set_new(records[0].machine, "host", json_string("1. - # host")), 0);
    struct sample_table sample = sample_table_of(list_of(records, 2));
    char *text = export_rows(&sample, "markdown", false, NULL);
    assert_has(text, "| - x&#124;y | a=\\*\\*&lt;b&gt;\\*\\* | ok |");
    assert_has(text, "| www&#46;x.org ＠me | a=http&#58;//x.org | ok |");
    assert_has(text, "\n1\\. - # host, 2 cores\n"); /* not a list */
    free(text);
    sample_table_release(&sample);
}

static struct mlm_record ended(const char *name, enum mlm_outcome outcome, const char *reason)
{
    struct mlm_record record = sample_record(name);
    record.outcome = outcome;
    record.reason = reason ? strdup(reason) : NULL;
    free(record.equal_work);
    record.equal_work = NULL;
    return record;
}

static struct sample_table outcomes_sample(void)
{
    struct mlm_record records[] = {
        ended("fine", MLM_OUTCOME_OK, NULL),
        ended("flaky", MLM_OUTCOME_OK, NULL),
        ended("flaky", MLM_OUTCOME_CRASH, "signal 11"),
        ended("wrong", MLM_OUTCOME_WRONG, "answers <1> where 2"),
        ended("oom", MLM_OUTCOME_OOM, NULL),
        ended("slow", MLM_OUTCOME_TIMEOUT, NULL),
        ended("missing", MLM_OUTCOME_SKIPPED, "no library\001"),
        ended("refused", MLM_OUTCOME_REFUSED, "no cap"),
    };
    records[2].repetition = 1;
    return sample_table_of(list_of(records, sizeof records / sizeof *records));
}

static void test_junit(void **state)
{
    (void)state;
    struct sample_table sample = outcomes_sample();
    char *text = export_rows(&sample, "junit", false, NULL);
    assert_has(text, " tests=\"7\" failures=\"2\" errors=\"0\" skipped=\"2\"");
    assert_has(text, "<failure message=\"signal 11\" type=\"crash\"/>");
    assert_has(text, "<failure message=\"answers &lt;1&gt; where 2\" type=\"wrong\"/>");
    assert_has(text, "<skipped message=\"no library?\"/>");
    assert_has(text, "<skipped message=\"no cap\"/>");
    assert_has(text, "/cap:2G\">\n      <system-out>outcome: oom"); /* no time, but no failure */
    free(text);
    sample_table_release(&sample);
}

static void test_trackers(void **state)
{
    (void)state;
    struct sample_table sample = outcomes_sample();
    size_t left_out = 0;
    char *text = export_rows(&sample, "github-action-benchmark", false, &left_out);
    assert_int_equal(left_out, 2);
    assert_has(text, "storage/fine/density:0.01/a:z/data:2560M/cap:2G time\", \"unit\": \"ms\", ");
    assert_has(text,
        "storage/flaky/density:0.01/a:z/data:2560M/cap:2G failed\", \"unit\": \"trials\", \"value\": 1, ");
    assert_has(text, "\"extra\": \"ok 1 of 2, crash\"}");
    assert_has_not(text, "storage/wrong/density:0.01/a:z/data:2560M/cap:2G time");
    assert_has_not(text, "storage/oom/density:0.01/a:z/data:2560M/cap:2G peak");
    assert_has_not(text, "storage/missing");
    free(text);
    text = export_rows(&sample, "bencher", false, &left_out);
    assert_int_equal(left_out, 2);
    assert_has(
        text, "\"storage/oom/density:0.01/a:z/data:2560M/cap:2G\": {\"failed-trials\": {\"value\": 1}}");
    free(text);
    text = export_rows(&sample, "google-benchmark", false, &left_out);
    assert_int_equal(left_out, 6);
    assert_has(text, "storage/flaky/density:0.01/a:z/data:2560M/cap:2G: ok 1 of 2, crash\"");
    assert_has_not(text, "\"name\": \"storage/flaky");
    free(text);
    sample_table_release(&sample);
}

/* A job without any time cannot be compared by time. */
static void test_no_time(void **state)
{
    (void)state;
    struct mlm_record records[3] = {sample_record("csr"), sample_record("csc"), sample_record("coo")};
    records[1].readings.values[MLM_run_ns] = 0;
    records[2].readings.values[MLM_run_cpu_user_ns] = MLM_NULL;
    struct sample_table sample = sample_table_of(list_of(records, 3));
    size_t left_out = 0;
    char *text = export_rows(&sample, "google-benchmark", false, &left_out);
    assert_int_equal(left_out, 2);
    assert_has(text, "storage/csc/density:0.01/a:z/data:2560M/cap:2G: no time above zero\"");
    assert_has(text, "\"name\": \"storage/csr/density:0.01/a:z/data:2560M/cap:2G\"");
    free(text);
    sample_table_release(&sample);
}

/* Every format with a table without rows, and with records that have as little as possible. */
static void test_little(void **state)
{
    (void)state;
    struct mlm_record bare;
    mlm_record_init(&bare);
    bare.run_id = strdup("");
    bare.time = strdup("");
    bare.suite = strdup("");
    bare.workload = strdup("");
    bare.machine =
        json_pack("{s:s, s:[i,{s:s}], s:b, s:{}}", "id", "", "swap", 1, "size_bytes", "x", "cpu", 1, "host");
    assert_non_null(bare.machine);
    struct sample_table tables[2] = {
        sample_table_of((struct mlm_record_list){0}), sample_table_of(list_of(&bare, 1))};
    for (size_t i = 0; mlm_export_formats[i].name; i++)
        for (size_t t = 0; t < 2; t++)
            for (int rows = 0; rows < 2; rows++) {
                char *text = export_rows(&tables[t], mlm_export_formats[i].name, rows, NULL);
                assert_has_not(text, "nan");
                free(text);
            }
    sample_table_release(&tables[0]);
    sample_table_release(&tables[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_differ),
        cmocka_unit_test(test_several_machines),
        cmocka_unit_test(test_csv_types),
        cmocka_unit_test(test_csv_columns_of_all),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_trackers),
        cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
