/* Fuzzes reading with a store of any content: reads, judges, summarizes and shows it. The output must be
 * lines that control no terminal, and a record that was read can be written and is then the same. */
#include <string.h>

#include "printable.h"
#include "record/judge.h"
#include "report/text/text.h"

static void complain(void *context, const char *text)
{
    size_t *count = context;
    ++*count;
    fuzz_assert(strncmp(text, "/proc/self/fd/", 14) == 0);
    check_line(text, strlen(text));
}

static void check_round_trip(const struct mlm_record *record)
{
    struct mlm_error error = {0};
    json_t *json = NULL, *again = NULL;
    struct mlm_record copy;
    fuzz_assert(mlm_record_to_json(record, &json, &error) == 0);
    fuzz_assert(mlm_record_from_json(json, &copy, &error) == 0);
    fuzz_assert(mlm_record_to_json(&copy, &again, &error) == 0);
    fuzz_assert(json_equal(json, again));
    char *key = mlm_record_row_key(record), *copied_key = mlm_record_row_key(&copy);
    fuzz_assert(key && copied_key && strcmp(key, copied_key) == 0);
    free(key);
    free(copied_key);
    mlm_record_release(&copy);
    json_decref(json);
    json_decref(again);
}

static void check_timeline(const struct mlm_record_list *list, const struct mlm_record *record)
{
    struct mlm_timeline timeline = {0};
    struct mlm_error error = {0};
    int r = mlm_timeline_read(list, record, &timeline, &error);
    if (r < 0) {
        fuzz_assert(error.text[0]);
        return;
    }
    fuzz_assert(timeline.count <= MLM_TIMELINE_MAX);
    for (size_t i = 0; i < timeline.count; i++)
        fuzz_assert(timeline.points[i].at_ns >= 0);
}

static void check_shown(const struct mlm_record_list *list, int width)
{
    struct mlm_error error = {0};
    struct mlm_table *table = NULL;
    struct mlm_text_style style = {.width = width, .table_width = width};
    char *text = NULL;
    size_t size = 0, trials = 0;
    fuzz_assert(mlm_table_make(list, &table, &error) == 0);
    for (size_t i = 0; i < table->row_count; i++)
        trials += table->rows[i].trial_count;
    fuzz_assert(trials == list->count);
    FILE *out = open_memstream(&text, &size);
    fuzz_assert(out);
    fuzz_assert(mlm_report_text(table, 0, &style, out, &error) == 0);
    fuzz_assert(fclose(out) == 0);
    check_text(text, size);
    free(text);
    mlm_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int widths[] = {0, 40, 80};
    struct mlm_record_list list = {0};
    struct mlm_error error = {0};
    size_t complaints = 0, lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || i + 1 == size;
    fuzz_assert(mlm_store_read(fuzz_file(data, size), &list, complain, &complaints, &error) == 0);
    fuzz_assert(list.count + complaints <= lines);
    for (size_t i = 0; i < list.count; i++) {
        check_round_trip(&list.items[i]);
        check_timeline(&list, &list.items[i]);
    }
    if (list.count) {
        fuzz_assert(mlm_judge(&list, &error) >= 0);
        check_shown(&list, widths[size % 3]);
    }
    mlm_record_list_release(&list);
    return 0;
}
