/* Tests HTML: text from a record never becomes markup, and the tables show the rows. */
#include "report/html/html.h"
#include "report/table/repetitions.h"
#include "report_sample.h"

static char *escaped(const char *text)
{
    char *html = NULL;
    size_t size;
    FILE *out = open_memstream(&html, &size);
    assert_non_null(out);
    mlm_html_text(out, text);
    assert_int_equal(fclose(out), 0);
    return html;
}

static void assert_escaped(const char *text, const char *html)
{
    char *got = escaped(text);
    assert_string_equal(got, html);
    free(got);
}

static void test_text(void **state)
{
    (void)state;
    assert_escaped("", "");
    assert_escaped("plain データ", "plain データ");
    assert_escaped("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;");
    assert_escaped("&lt;", "&amp;lt;");
    assert_escaped("\033[31m\r\n\t\x7f", "?[31m????");
    assert_escaped("a\xff\xc3", "a??");
    assert_escaped("\u202e\u202c\u2028", "???"); /* right to left, and back; line separator */
}

/* Returns the suite that begins at that section. */
static char *suite_of(const struct mlm_table *table, size_t begin)
{
    char *html = NULL;
    size_t size;
    struct mlm_error error = {0};
    FILE *out = open_memstream(&html, &size);
    assert_non_null(out);
    if (mlm_html_suite(out, table, begin, mlm_table_suite_end(table, begin), &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(fclose(out), 0);
    return html;
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        count++;
    return count;
}

static void test_figures(void **state)
{
    (void)state;
    struct sample_table sample = sample_table("swap");
    char *html = suite_of(sample.table, 0);
    assert_int_equal(count_of(html, "<table"), 2); /* two caps; the references are folded */
    assert_int_equal(count_of(html, "<tr>"), 2 * (1 + 3));
    assert_int_equal(count_of(html, "<div class=\"mlm-part\" data-cap=\"512M\">"), 1);
    assert_int_equal(
        count_of(html, "<td class=\"text prime outcome timeout\">timeout at 37 % of run [a,b]</td>"), 1);
    assert_non_null(
        strstr(html, "<caption><span>storage, cap 512M, data 2.50 GiB, density=0.05</span></caption>"));
    const struct mlm_row *row = sample.table->sections[0].rows[0];
    char cell[128];
    snprintf(cell, sizeof cell, "data-value=\"%.17g\">", (double)row->readings.values[MLM_needs_peak_bytes]);
    assert_non_null(strstr(html, cell));
    assert_non_null(strstr(html, "<td class=\"figure prime time\" data-value=\"\">-</td>"));
    assert_null(strstr(html, "nan"));
    assert_null(strstr(html, ">stall<")); /* without readings there is no column */
    free(html);
    sample_table_release(&sample);
}

/* The most important columns come first; the repetitions and their intervals are there, too. */
static void test_columns(void **state)
{
    (void)state;
    struct sample_table sample = sample_table("quick");
    char *html = suite_of(sample.table, 0);
    static const char *const order[] = {">workload<", ">outcome<", ">time<", ">needs<", ">slowdown<",
        ">each time<", ">time, 95 % interval<", ">each needs<", ">peak RSS<"};
    const char *at = html;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const char *found = strstr(at, order[i]);
        assert_non_null(found);
        at = found;
    }
    free(html);
    sample_table_release(&sample);
}

static struct mlm_row *row_of_times(struct mlm_row *row, struct mlm_record *records,
    const struct mlm_record **trials, const int64_t *needs, size_t count)
{
    double numbers[4];
    for (size_t i = 0; i < count; i++) {
        for (int m = 0; m < MLM_METRIC_COUNT; m++)
            records[i].readings.values[m] = MLM_NULL;
        records[i].readings.values[MLM_run_ns] = (int64_t)(10 + i) * 1000000;
        records[i].readings.values[MLM_needs_peak_bytes] = needs[i];
        trials[i] = &records[i];
        numbers[i] = (double)(10 + i) * 1e6;
    }
    *row = (struct mlm_row){
        .trials = trials, .trial_count = count, .time_kind = MLM_TIME_WALL, .time_margin = 0.25};
    row->readings.values[MLM_needs_peak_bytes] = needs[0];
    row->time = mlm_summarize(numbers, count);
    return row;
}

static void assert_repetitions(const struct mlm_row *row, size_t column, const char *text)
{
    char cell[MLM_CELL_SIZE];
    mlm_repetition_columns[column].write(row, cell);
    assert_string_equal(cell, text);
}

static void test_repetitions(void **state)
{
    (void)state;
    static const int64_t needs[] = {4 << 20, 4 << 20, 5 << 20};
    struct mlm_record records[3] = {0};
    const struct mlm_record *trials[3];
    struct mlm_row row;
    row_of_times(&row, records, trials, needs, 3);
    assert_repetitions(&row, 0, "10.0 ms, 11.0 ms, 12.0 ms");
    assert_repetitions(&row, 1, "8.80 ms to 13.8 ms"); /* the median, 11 ms, and 25 % */
    assert_repetitions(&row, 2, "2 × 4.00 MiB, 5.00 MiB");
    assert_repetitions(&row, 3, ""); /* without logarithms there is no interval */
    records[1].outcome = MLM_OUTCOME_OOM;
    assert_repetitions(&row, 0, "10.0 ms, oom, 12.0 ms");
    row.time_margin = 30; /* too wide to say anything */
    assert_repetitions(&row, 1, "");
    /* A job that was cut off has no time, and its needs are lower bounds. */
    row_of_times(&row, records, trials, needs, 3);
    for (size_t i = 0; i < 3; i++)
        records[i].outcome = row.outcome = MLM_OUTCOME_OOM;
    row.cut_off = true;
    row.time.count = 0;
    assert_repetitions(&row, 0, "");
    assert_repetitions(&row, 2, "2 × > 4.00 MiB, > 5.00 MiB");
}

/* Each suite has footnotes of its own, which begin with [a]. */
static void test_notes(void **state)
{
    (void)state;
    struct sample_table sample = sample_table("quick");
    size_t suites = 0;
    for (size_t begin = 0, end; begin < sample.table->section_count; begin = end, suites++) {
        end = mlm_table_suite_end(sample.table, begin);
        char *html = suite_of(sample.table, begin);
        bool lettered = strstr(html, " [a") != NULL;
        assert_int_equal(count_of(html, "<dt>[a]</dt>"), lettered ? 1 : 0);
        assert_int_equal(count_of(html, "<dt>&gt;</dt>"), strstr(html, "&gt; ") ? 1 : 0);
        free(html);
    }
    assert_int_equal(suites, 4);
    sample_table_release(&sample);
}

static void test_hostile(void **state)
{
    (void)state;
    struct sample_table sample = sample_table("hostile");
    char *html = suite_of(sample.table, 0);
    assert_non_null(strstr(html, "| &lt; &amp; ?"));
    assert_null(strstr(html, "| <"));
    assert_null(strchr(html, '\033'));
    assert_null(strchr(html, '\007'));
    free(html);
    sample_table_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_repetitions),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
