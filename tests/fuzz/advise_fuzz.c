/* Fuzzes `advise` with a store of any content: sweeps, fields, recommendations and commands. The output must
 * be lines that control no terminal, and the same each time. */
#include "advise/advice/advice.h"
#include "advise/advice/job.h"
#include "cli/rerun.h"
#include "printable.h"
#include "record/judge.h"

static char *advice_make(const struct mlm_table *table, int width, size_t *ret_size)
{
    const struct mlm_text_style style = {.width = width};
    struct mlm_error error = {0};
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);
    fuzz_assert(out);
    fuzz_assert(mlm_advise(table, NULL, &style, mlm_rerun_put, out, &error) == 0);
    fuzz_assert(fclose(out) == 0);
    return text;
}

/* Every sweep must have its caps in order, and belong to one field and one job of it. */
static void check_fields(const struct mlm_table *table)
{
    struct mlm_error error = {0};
    struct mlm_sweeps sweeps = {0};
    struct mlm_fields fields = {0};
    size_t in_fields = 0;
    fuzz_assert(mlm_sweeps_make(table, &sweeps, &error) == 0);
    fuzz_assert(mlm_fields_make(&sweeps, &fields) == 0);
    for (size_t i = 0; i < sweeps.count; i++)
        for (size_t p = 1; p < sweeps.items[i].cap_count; p++)
            fuzz_assert(sweeps.items[i].points[p - 1].cap_bytes < sweeps.items[i].points[p].cap_bytes);
    for (size_t f = 0; f < fields.count; f++) {
        size_t in_jobs = 0;
        for (size_t j = 0; j < fields.items[f].job_count; j++)
            in_jobs += fields.items[f].jobs[j].count;
        fuzz_assert(in_jobs == fields.items[f].sweep_count);
        in_fields += in_jobs;
    }
    fuzz_assert(in_fields == sweeps.count);
    mlm_fields_release(&fields);
    mlm_sweeps_release(&sweeps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mlm_record_list list = {0};
    struct mlm_table *table = NULL;
    struct mlm_error error = {0};
    fuzz_assert(mlm_store_read(fuzz_file(data, size), &list, NULL, NULL, &error) == 0);
    if (list.count) {
        size_t length = 0, again = 0;
        int width = size % 2 ? 40 : 100;
        fuzz_assert(mlm_judge(&list, &error) >= 0);
        fuzz_assert(mlm_table_make(&list, &table, &error) == 0);
        check_fields(table);
        char *text = advice_make(table, width, &length);
        char *same = advice_make(table, width, &again);
        fuzz_assert(length && length == again && memcmp(text, same, length) == 0);
        check_text(text, length);
        free(text);
        free(same);
        mlm_table_free(table);
    }
    mlm_record_list_release(&list);
    return 0;
}
