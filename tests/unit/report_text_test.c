/* Compares printed tables with golden files. After an intended change, look at what
 *
 *     MLM_GOLDEN=update build/tests/report_text_test && git diff tests/fixtures/record
 *
 * shows. */
#include "base/utf8.h"
#include "report/text/text.h"
#include "report_sample.h"

static char *columns_text_of(const struct mlm_table *table, mlm_column_set columns, bool colour, int width)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct mlm_error error = {0};
    assert_non_null(out);
    const struct mlm_text_style style = {.colour = colour, .width = width, .table_width = width};
    if (mlm_report_text(table, columns, &style, out, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *text_of(const struct mlm_table *table, bool colour, int width)
{
    return columns_text_of(table, 0, colour, width);
}

static void assert_golden(const char *records, const char *golden, bool colour, int width)
{
    char path[512];
    snprintf(path, sizeof path, MLM_FIXTURES "/record/%s", golden);
    struct sample_table sample = sample_table(records);
    char *text = text_of(sample.table, colour, width);
    const char *golden_mode = getenv("MLM_GOLDEN");
    if (golden_mode && strcmp(golden_mode, "update") == 0)
        sample_write(path, text, strlen(text));
    char *expected = sample_read(path);
    assert_non_null(expected);
    assert_string_equal(text, expected);
    free(expected);
    free(text);
    sample_table_release(&sample);
}

static void test_quick(void **state)
{
    (void)state;
    assert_golden("quick", "quick.txt", false, 0);
}

static void test_quick_on_a_terminal(void **state)
{
    (void)state;
    assert_golden("quick", "quick-80.txt", true, 80);
}

static void test_swap(void **state)
{
    (void)state;
    assert_golden("swap", "swap.txt", false, 0);
}

static void test_hostile(void **state)
{
    (void)state;
    assert_golden("hostile", "hostile-100.txt", false, 100);
    struct sample_table sample = sample_table("hostile");
    char *text = text_of(sample.table, false, 0);
    for (const char *c = text; *c; c++)
        assert_true(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
    free(text);
    sample_table_release(&sample);
}

/* No line is wider than the terminal, however narrow, and no line ends with blanks. */
static void test_any_width(void **state)
{
    (void)state;
    static const char *const files[] = {"quick", "swap", "hostile"};
    for (size_t i = 0; i < 3; i++) {
        struct sample_table sample = sample_table(files[i]);
        for (int width = 20; width < 240; width += width < 60 ? 1 : 17) {
            char *text = text_of(sample.table, false, width), *rest = text;
            for (char *line; (line = strsep(&rest, "\n"));) {
                size_t used = mlm_utf8_width(line);
                if (used > (size_t)width)
                    fail_msg("%s at %d columns: %zu in\n%s", files[i], width, used, line);
                assert_true(!used || line[strlen(line) - 1] != ' ');
            }
            free(text);
        }
        sample_table_release(&sample);
    }
}

#define MIB (INT64_C(1) << 20)

static json_t *held(const char *name, json_int_t anon_mib, json_int_t file_mib, json_int_t shmem_mib)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:n}", "name", name, "anon_bytes", anon_mib * MIB, "file_bytes",
        file_mib * MIB, "shmem_bytes", shmem_mib * MIB, "swap_bytes");
}

/* The table of one command with two processes, which needs so much. */
static char *processes_text(int64_t needs_mib, int64_t peak_rss_mib, mlm_column_set columns)
{
    struct mlm_record record = sample_record("csr");
    struct mlm_record_list list = {0};
    record.readings.values[MLM_needs_peak_bytes] = needs_mib * MIB;
    record.readings.values[MLM_peak_rss_bytes] = peak_rss_mib * MIB;
    record.peak_processes =
        json_pack("[o, o]", held("python3 big.py", 104, 50, 0), held("b\033[2J", 40, 0, 3));
    assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
    struct sample_table sample = sample_table_of(list);
    char *text = columns_text_of(sample.table, columns, false, 0);
    sample_table_release(&sample);
    return text;
}

static void assert_processes(int64_t needs_mib, const char *expected)
{
    char *text = processes_text(needs_mib, 100, 0);
    if (!strstr(text, expected))
        fail_msg("no %s in\n%s", expected, text);
    assert_non_null(strstr(text, "\nat the peak: of its own: anonymous memory"));
    free(text);
}

static void test_processes_at_the_peak(void **state)
{
    (void)state;
    assert_processes(150,
        "[a] largest at the peak: python3 big.py 104 MiB of its own, 50.0 MiB of files; b?[2J "
        "40.0 MiB of its own, 3.00 MiB shared\n");
    assert_processes(300,
        "3.00 MiB shared; the other 153 MiB: smaller processes, the kernel, files in tmpfs, or a "
        "moment between two samples\n");
    assert_processes(120, "3.00 MiB shared; pages that they share are counted in each\n");
}

/* Why needs is below peak RSS is said where both are seen, and only there. */
static void test_peak_rss_above_needs(void **state)
{
    (void)state;
    static const char why[] =
        "\npeak RSS: above needs where it counts pages of programs, libraries and mapped files";
    mlm_column_set columns = 0;
    assert_int_equal(mlm_columns_parse("needs,peak-rss", &columns, NULL), 0);
    char *above = processes_text(100, 160, columns), *unseen = processes_text(100, 160, 0);
    char *below = processes_text(160, 100, columns);
    assert_non_null(strstr(above, why));
    assert_null(strstr(unseen, why));
    assert_null(strstr(below, why));
    free(above);
    free(unseen);
    free(below);
}

/* The table of two commands that did a thousand items; `rate_of` of the second. */
static char *rated_text(const char *rate_of, mlm_column_set columns)
{
    struct mlm_record_list list = {0};
    for (int i = 0; i < 2; i++) {
        struct mlm_record record = sample_record(i ? "csc" : "csr");
        const char *of = i ? rate_of : "tokens";
        record.rate_of = of ? strdup(of) : NULL;
        record.readings.values[MLM_items] = 1000;
        assert_int_equal(mlm_record_list_add(&list, &record, NULL), 0);
    }
    struct sample_table sample = sample_table_of(list);
    char *text = columns_text_of(sample.table, columns, false, 0);
    sample_table_release(&sample);
    return text;
}

static void test_rate_where_all_are_judged_by_it(void **state)
{
    (void)state;
    mlm_column_set columns = 0;
    assert_int_equal(mlm_columns_parse("time,rate", &columns, NULL), 0);
    char *all = rated_text("tokens", 0), *one = rated_text(NULL, 0), *asked = rated_text(NULL, columns);
    assert_non_null(strstr(all, "rate"));
    assert_null(strstr(one, "rate"));
    assert_non_null(strstr(asked, "rate"));
    free(all);
    free(one);
    free(asked);
}

static void test_nothing(void **state)
{
    (void)state;
    struct sample_table sample = sample_table_of((struct mlm_record_list){0});
    char *text = text_of(sample.table, true, 80);
    assert_null(strstr(text, "workload"));
    free(text);
    sample_table_release(&sample);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct sample_table sample = sample_table("swap");
    FILE *out = fopen("/dev/full", "w");
    assert_non_null(out);
    struct mlm_error error = {0};
    assert_true(mlm_report_text(sample.table, 0, &(struct mlm_text_style){0}, out, &error) < 0);
    assert_true(error.text[0]);
    (void)fclose(out);
    sample_table_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quick),
        cmocka_unit_test(test_quick_on_a_terminal),
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_any_width),
        cmocka_unit_test(test_processes_at_the_peak),
        cmocka_unit_test(test_peak_rss_above_needs),
        cmocka_unit_test(test_rate_where_all_are_judged_by_it),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
