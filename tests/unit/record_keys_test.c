/* Tests that the schema and the page about results name exactly the keys and marks that are written. */
#include "record/store.h"
#include "record_sample.h"

#define RESULTS MLM_FIXTURES "/../../results"

static json_t *schema_of(const char *kind)
{
    json_t *schema = json_load_file(RESULTS "/schema.json", 0, NULL);
    assert_non_null(schema);
    json_t *part = json_object_get(json_object_get(schema, "$defs"), kind);
    assert_non_null(part);
    json_incref(part);
    json_decref(schema);
    return part;
}

/* Returns both lines of a file that the store wrote. */
static void lines_written(json_t **ret_trial, json_t **ret_timeline)
{
    char folder[SAMPLE_PATH], path[SAMPLE_PATH + 16];
    sample_folder(folder);
    snprintf(path, sizeof path, "%s/run.jsonl", folder);
    struct mlm_store *store = NULL;
    struct mlm_record record = sample_record("csr");
    struct mlm_timeline timeline = {.count = 1};
    assert_int_equal(mlm_store_open(path, &store, NULL), 0);
    assert_int_equal(mlm_store_append(store, &record, &timeline, NULL), 0);
    mlm_store_close(store);
    mlm_record_release(&record);
    char *text = sample_read(path), *rest = text;
    *ret_trial = json_loads(strsep(&rest, "\n"), 0, NULL);
    *ret_timeline = json_loads(strsep(&rest, "\n"), 0, NULL);
    assert_non_null(*ret_trial);
    assert_non_null(*ret_timeline);
    free(text);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void assert_same_keys(const char *kind, json_t *line)
{
    json_t *schema = schema_of(kind), *properties = json_object_get(schema, "properties");
    const char *key;
    json_t *value;
    json_object_foreach(line, key, value) if (!json_object_get(properties, key))
        fail_msg("%s: \"%s\" is written but not in the schema", kind, key);
    json_object_foreach(properties, key, value) if (!json_object_get(line, key))
        fail_msg("%s: \"%s\" is in the schema but not written", kind, key);
    size_t i;
    json_array_foreach(json_object_get(schema, "required"), i, value)
        assert_non_null(json_object_get(line, json_string_value(value)));
    /* Keys that were added since the first version may be missing in a file. */
    assert_true(i <= json_object_size(line) && i + 34 > json_object_size(line));
    json_decref(schema);
}

/* A page that explains every key, and the characters around a name on it. */
static const struct page {
    const char *path, *before, *after;
} pages[] = {
    {RESULTS "/README.md", "`", "`"},
    {RESULTS "/../man/mlmembench-results.5", "\\fB", "\\fR"},
};

static void assert_documented(const struct page *page, const char *text, const char *name)
{
    char set[128];
    snprintf(set, sizeof set, "%s%s%s", page->before, name, page->after);
    if (!strstr(text, set))
        fail_msg("%s says nothing of %s", page->path, name);
}

static void test_schema(void **state)
{
    (void)state;
    json_t *trial, *timeline;
    lines_written(&trial, &timeline);
    assert_same_keys("trial", trial);
    assert_same_keys("timeline", timeline);
    json_decref(trial);
    json_decref(timeline);
}

static void test_page(const struct page *page, json_t *trial, json_t *timeline)
{
    const char *key;
    json_t *value;
    char *text = sample_read(page->path);
    assert_non_null(text);
    json_object_foreach(trial, key, value) assert_documented(page, text, key);
    json_object_foreach(timeline, key, value) assert_documented(page, text, key);
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        assert_documented(page, text, mlm_outcome_name((enum mlm_outcome)i));
    for (int i = 0; i < MLM_MARK_COUNT; i++)
        assert_documented(page, text, mlm_marks[i].key);
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        assert_documented(page, text, mlm_metrics[i].key);
    free(text);
}

static void test_pages(void **state)
{
    (void)state;
    json_t *trial, *timeline;
    lines_written(&trial, &timeline);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        test_page(&pages[i], trial, timeline);
    json_decref(trial);
    json_decref(timeline);
    /* The README uses the words of the tables. */
    char *text = sample_read(pages[0].path);
    assert_non_null(text);
    for (int i = 0; i < MLM_MARK_COUNT; i++)
        assert_non_null(strstr(text, mlm_marks[i].help));
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        assert_non_null(strstr(text, mlm_metrics[i].help));
    free(text);
}

/* A mark that the schema does not name would pass as a newer version's. */
static void test_marks_in_schema(void **state)
{
    (void)state;
    char *text = sample_read(RESULTS "/schema.json");
    assert_non_null(text);
    for (int i = 0; i < MLM_MARK_COUNT; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", mlm_marks[i].key);
        if (!strstr(text, quoted))
            fail_msg("results/schema.json lacks the mark %s", quoted);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema), cmocka_unit_test(test_pages), cmocka_unit_test(test_marks_in_schema)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
