/* Tests HTML: text from a record never becomes markup, and the tables show the rows. */
#include "report/html/html.h"
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
    assert_int_equal(
        count_of(html, "<td class=\"text outcome timeout\">timeout at 37 % of run [a,b]</td>"), 1);
    assert_non_null(
        strstr(html, "<caption><span>storage, cap 512M, data 2.50 GiB, density=0.05</span></caption>"));
    const struct mlm_row *row = sample.table->sections[0].rows[0];
    char cell[128];
    snprintf(cell, sizeof cell, "data-value=\"%.17g\">", (double)row->readings.values[MLM_needs_peak_bytes]);
    assert_non_null(strstr(html, cell));
    assert_non_null(strstr(html, "<td class=\"figure\" data-value=\"\">-</td>"));
    assert_null(strstr(html, "nan"));
    assert_null(strstr(html, ">stall<")); /* without readings there is no column */
    free(html);
    sample_table_release(&sample);
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
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
