/* Fuzzes the exports with a store of any content: every format, HTML, and a comparison machine by machine.
 * The output must be lines that control no terminal, and valid JSON where JSON is written. */
#include "printable.h"
#include "record/judge.h"
#include "report/compare/compare.h"
#include "report/export/export.h"
#include "report/html/html.h"

static void check_written(const char *format, char *text, size_t size)
{
    for (char *at = text; strcmp(format, "tsv") == 0 && (at = strchr(at, '\t'));)
        *at = ' ';
    check_text(text, size);
    bool is_json = strcmp(format, "json") == 0 || strstr(format, "bench");
    if (is_json) {
        json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
        fuzz_assert(json);
        json_decref(json);
    }
    free(text);
}

static void check_formats(const struct mlm_table *table, const struct mlm_record_list *list, bool rows)
{
    for (size_t i = 0; mlm_export_formats[i].name; i++) {
        const struct mlm_export export = {.table = table, .list = list, .rows = rows};
        struct mlm_error error = {0};
        char *text = NULL;
        size_t size = 0, left_out = 0;
        FILE *out = open_memstream(&text, &size);
        fuzz_assert(out);
        fuzz_assert(mlm_export_formats[i].write(&export, out, &left_out, &error) == 0);
        fuzz_assert(fclose(out) == 0 && left_out <= table->row_count);
        check_written(mlm_export_formats[i].name, text, size);
    }
}

static void check_html(const struct mlm_table *table)
{
    struct mlm_error error = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fuzz_assert(out);
    for (size_t begin = 0, end; begin < table->section_count; begin = end) {
        end = mlm_table_suite_end(table, begin);
        fuzz_assert(mlm_html_suite(out, table, begin, end, &error) == 0);
    }
    fuzz_assert(fclose(out) == 0);
    check_written("html", text, size);
}

static void check_row_name(const struct mlm_row *row)
{
    char *name = mlm_row_name(row, true);
    fuzz_assert(name);
    check_line(name, strlen(name));
    free(name);
}

static void check_comparison(const struct mlm_table *table, bool mix_data)
{
    struct mlm_error error = {0};
    struct mlm_side *sides = NULL;
    size_t count = 0;
    fuzz_assert(mlm_sides_by_machine(table, &sides, &count, &error) == 0);
    const struct mlm_compare_options options = {.mix_data = mix_data};
    struct mlm_comparison *comparison = NULL;
    if (count >= 2) {
        fuzz_assert(mlm_compare(sides, count, &options, &comparison, &error) == 0);
        for (size_t i = 0; i < comparison->pairing_count; i++) {
            const struct mlm_pairing *pairing = &comparison->pairings[i];
            fuzz_assert(pairing->pair_count + pairing->old_alone_count == sides[0].count);
            for (size_t j = 0; j < pairing->pair_count; j++)
                check_row_name(pairing->pairs[j].old_row);
        }
        mlm_comparison_free(comparison);
    }
    mlm_sides_free(sides, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mlm_record_list list = {0};
    struct mlm_table *table = NULL;
    struct mlm_error error = {0};
    fuzz_assert(mlm_store_read(fuzz_file(data, size), &list, NULL, NULL, &error) == 0);
    if (list.count) {
        fuzz_assert(mlm_judge(&list, &error) >= 0);
        fuzz_assert(mlm_table_make(&list, &table, &error) == 0);
        check_formats(table, &list, size % 2);
        check_html(table);
        check_comparison(table, size / 2 % 2);
        mlm_table_free(table);
    }
    mlm_record_list_release(&list);
    return 0;
}
