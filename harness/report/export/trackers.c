/* Formats of services that follow benchmarks from commit to commit. They expect names with numbers, where a
 * smaller number is better. Exported are the table's rows, with figures of the trials that ended ok. The
 * number of trials that did not end ok is a measure of its own, so that a row that no longer fits is visible,
 * and never looks like a better time or peak. */
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
    const char *slug; /* for Bencher, in nanoseconds or bytes; `latency` is a measure that Bencher defines, in
                         nanoseconds */
} measures[] = {
    {MLM_run_ns, "time", "ms", 1e6, "latency"},
    {MLM_own_ns, "own time", "ms", 1e6, "own-latency"},
    {MLM_needs_peak_bytes, "peak", "MiB", 1048576, "peak-memory"},
    {MLM_swap_peak_bytes, "swap", "MiB", 1048576, "swap"},
};

#define MEASURE_COUNT (sizeof measures / sizeof *measures)

static size_t failed_count(const struct mlm_row *row)
{
    return row->trial_count - row->outcome_counts[MLM_OUTCOME_OK];
}

/* Summarizes a row's figures by measure; count 0: the row has none. */
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

/* A row with the figures that are exported. */
struct tracked {
    const struct mlm_row *row;
    const char *name;
    struct mlm_summary summaries[MEASURE_COUNT]; /* count 0: no figure */
};

/* Both formats consist of entries for each row that is in a section and has run. This function adds the
 * entries of one row; it returns true on failure. */
typedef bool row_adder(json_t *entries, const struct tracked *tracked);

static int rows_add(const struct mlm_table *table, row_adder *add, json_t *entries, size_t *ret_left_out,
    struct mlm_error *error)
{
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    size_t left_out = 0;
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        struct tracked tracked = {.row = table->order[i]};
        if (tracked.row->folded)
            continue;
        if (!mlm_row_ran(tracked.row)) { /* has no figures */
            left_out++;
            continue;
        }
        tracked.name = mlm_row_name_of(&names, table, tracked.row);
        r = figures(tracked.row, tracked.summaries);
        if (r == 0 && add(entries, &tracked))
            r = -ENOMEM;
    }
    if (r < 0)
        return mlm_error_errno(error, r, "exporting measures");
    *ret_left_out = left_out;
    return 0;
}

/* Fills and prints the container of entries, one entry on each line, and releases it. */
static int export_rows(const struct mlm_export *export, FILE *out, json_t *taken, row_adder *add,
    size_t *ret_left_out, struct mlm_error *error)
{
    json_auto_t *entries = taken;
    int r = rows_add(export->table, add, entries, ret_left_out, error);
    if (r < 0)
        return r;
    mlm_json_write_lines(out, entries, 2);
    fputc('\n', out);
    return 0;
}

/* {"name": "storage/csr/… time", "unit": "ms", "value": 24.8, "range": "± 0.4", "extra": "ok"} */
static bool add_entry(json_t *entries, const struct tracked *tracked, const char *title, const char *unit,
    double value, double range)
{
    char outcome[MLM_OUTCOME_TEXT], number[MLM_NUMBER_TEXT];
    json_auto_t *entry = json_object();
    return mlm_json_put(entry, "name", json_sprintf("%s %s", tracked->name, title)) ||
           mlm_json_put(entry, "unit", json_string(unit)) ||
           mlm_json_put(entry, "value", mlm_json_number(value)) ||
           (!isnan(range) &&
               mlm_json_put(entry, "range", json_sprintf("± %s", mlm_number_text(range, number)))) ||
           mlm_json_put(entry, "extra", json_string(mlm_row_outcome_text(tracked->row, false, outcome))) ||
           json_array_append(entries, entry) < 0;
}

static bool github_row(json_t *entries, const struct tracked *tracked)
{
    bool failed = false;
    for (size_t i = 0; i < MEASURE_COUNT && !failed; i++) {
        const struct mlm_summary *summary = &tracked->summaries[i];
        const struct measure *measure = &measures[i];
        double range = summary->count > 1 ? (summary->maximum - summary->minimum) / 2 : NAN;
        failed = summary->count && add_entry(entries, tracked, measure->title, measure->unit,
                                       summary->median / measure->unit_size, range / measure->unit_size);
    }
    return failed || add_entry(entries, tracked, "failed", "trials", (double)failed_count(tracked->row), NAN);
}

int mlm_export_github_action(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    return export_rows(export, out, json_array(), github_row, ret_left_out, error);
}

static json_t *bencher_measure(const struct mlm_summary *summary)
{
    json_auto_t *measure = json_object();
    if (mlm_json_put(measure, "value", mlm_json_number(summary->median)) ||
        (summary->count > 1 && (mlm_json_put(measure, "lower_value", mlm_json_number(summary->minimum)) ||
                                   mlm_json_put(measure, "upper_value", mlm_json_number(summary->maximum)))))
        return NULL;
    return mlm_take_ptr(measure);
}

static bool bencher_row(json_t *entries, const struct tracked *tracked)
{
    json_auto_t *entry = json_object();
    bool failed = false;
    for (size_t i = 0; i < MEASURE_COUNT && !failed; i++)
        failed = tracked->summaries[i].count &&
                 mlm_json_put(entry, measures[i].slug, bencher_measure(&tracked->summaries[i]));
    const struct mlm_summary failures = {.count = 1, .median = (double)failed_count(tracked->row)};
    return failed || mlm_json_put(entry, "failed-trials", bencher_measure(&failures)) ||
           json_object_set(entries, tracked->name, entry) < 0;
}

int mlm_export_bencher(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    return export_rows(export, out, json_object(), bencher_row, ret_left_out, error);
}
