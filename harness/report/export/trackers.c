/* Formats of services that follow benchmarks from commit to commit; they want names and numbers of which
 * smaller is better. Exported are the table's rows, with figures of the trials that ended ok. The number of
 * trials that did not end ok is a measure of its own, so that a row that no longer fits is visible, and never
 * looks like a better time or peak. */
#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/export/objects.h"

static const struct measure {
    enum mlm_metric metric;
    const char *title, *unit; /* for github-action-benchmark */
    double unit_size;
    const char *slug; /* for Bencher, in nanoseconds or bytes: `latency` is its own, in nanoseconds */
} measures[] = {
    {MLM_run_ns, "time", "ms", 1e6, "latency"},
    {MLM_needs_peak_bytes, "peak", "MiB", 1048576, "peak-memory"},
    {MLM_swap_peak_bytes, "swap", "MiB", 1048576, "swap"},
};

#define MEASURE_COUNT (sizeof measures / sizeof *measures)

static size_t failed_count(const struct mlm_row *row)
{
    return row->trial_count - row->outcome_counts[MLM_OUTCOME_OK];
}

/* A row's figures by measure; count 0: nothing to tell. */
static int figures(const struct mlm_row *row, struct mlm_summary summaries[static MEASURE_COUNT])
{
    int r = 0;
    for (size_t i = 0; i < MEASURE_COUNT && r == 0; i++) {
        summaries[i] = (struct mlm_summary){0};
        if (row->outcome == MLM_OUTCOME_OK)
            r = mlm_export_figures(row, measures[i].metric, &summaries[i]);
    }
    return r;
}

static void put_number(FILE *out, double number)
{
    char text[MLM_NUMBER_TEXT];
    fputs(mlm_number_text(number, text), out);
}

/* What both formats are: entries for each row that is in a section and has run. */
typedef int row_writer(FILE *out, const struct mlm_row *row, const char *name,
    const struct mlm_summary summaries[static MEASURE_COUNT], bool *begun);

static int each_row(const struct mlm_export *export, FILE *out, row_writer *write, size_t *ret_left_out,
    struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    size_t left_out = 0;
    bool begun = false;
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        const struct mlm_row *row = table->order[i];
        if (row->folded)
            continue;
        if (!mlm_row_ran(row)) { /* says nothing */
            left_out++;
            continue;
        }
        struct mlm_summary summaries[MEASURE_COUNT];
        r = figures(row, summaries);
        if (r == 0)
            r = write(out, row, mlm_row_name_of(&names, table, row), summaries, &begun);
    }
    if (r < 0)
        return mlm_error_errno(error, r, "exporting measures");
    *ret_left_out = left_out;
    return 0;
}

/* {"name": "storage/csr/… time", "unit": "ms", "value": 24.8 */
static int entry_begin(
    FILE *out, const char *name, const char *title, const char *unit, double value, bool *begun)
{
    mlm_auto_free char *full_name = NULL;
    if (asprintf(&full_name, "%s %s", name, title) < 0) {
        full_name = NULL;
        return -ENOMEM;
    }
    fputs(*begun ? ",\n  {\"name\": " : "\n  {\"name\": ", out);
    mlm_json_write_text(out, full_name);
    fprintf(out, ", \"unit\": \"%s\", \"value\": ", unit);
    put_number(out, value);
    *begun = true;
    return 0;
}

static void entry_end(FILE *out, const struct mlm_row *row)
{
    char outcome[MLM_OUTCOME_TEXT];
    fputs(", \"extra\": ", out);
    mlm_json_write_text(out, mlm_row_outcome_text(row, false, outcome));
    fputc('}', out);
}

static int github_row(FILE *out, const struct mlm_row *row, const char *name,
    const struct mlm_summary summaries[static MEASURE_COUNT], bool *begun)
{
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        const struct mlm_summary *summary = &summaries[i];
        if (!summary->count)
            continue;
        double size = measures[i].unit_size;
        int r = entry_begin(out, name, measures[i].title, measures[i].unit, summary->median / size, begun);
        if (r < 0)
            return r;
        if (summary->count > 1) {
            fputs(", \"range\": \"± ", out);
            put_number(out, (summary->maximum - summary->minimum) / 2 / size);
            fputc('"', out);
        }
        entry_end(out, row);
    }
    int r = entry_begin(out, name, "failed", "trials", (double)failed_count(row), begun);
    if (r == 0)
        entry_end(out, row);
    return r;
}

int mlm_export_github_action(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    fputc('[', out);
    int r = each_row(export, out, github_row, ret_left_out, error);
    fputs("\n]\n", out);
    return r;
}

static int bencher_row(FILE *out, const struct mlm_row *row, const char *name,
    const struct mlm_summary summaries[static MEASURE_COUNT], bool *begun)
{
    fputs(*begun ? ",\n  " : "\n  ", out);
    *begun = true;
    mlm_json_write_text(out, name);
    fputs(": {", out);
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        const struct mlm_summary *summary = &summaries[i];
        if (!summary->count)
            continue;
        fprintf(out, "\"%s\": {\"value\": ", measures[i].slug);
        put_number(out, summary->median);
        if (summary->count > 1) {
            fputs(", \"lower_value\": ", out);
            put_number(out, summary->minimum);
            fputs(", \"upper_value\": ", out);
            put_number(out, summary->maximum);
        }
        fputs("}, ", out);
    }
    fprintf(out, "\"failed-trials\": {\"value\": %zu}}", failed_count(row));
    return 0;
}

int mlm_export_bencher(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    fputc('{', out);
    int r = each_row(export, out, bencher_row, ret_left_out, error);
    fputs("\n}\n", out);
    return r;
}
