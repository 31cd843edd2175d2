/* Compares printed tables with golden files. After an intended change, look at what
 *
 *     MLM_GOLDEN=update build/tests/report_text_test && git diff tests/fixtures/record
 *
 * shows. */
#include "base/utf8.h"
#include "report/text/text.h"
#include "report_sample.h"

static char *text_of(const struct mlm_table *table, bool colour, int width)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct mlm_error error = {0};
    assert_non_null(out);
    const struct mlm_text_style style = {.colour = colour, .width = width, .table_width = width};
    if (mlm_report_text(table, 0, &style, out, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(fclose(out), 0);
    return text;
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
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
