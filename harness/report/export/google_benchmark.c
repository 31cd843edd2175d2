/* Google Benchmark's JSON as version 1.7.1 writes it: an entry for each repetition, and aggregates where a
 * row has several. Its compare.py takes the geometric mean over all entries, which an entry of zero time
 * would ruin, and averages the entries that exist. Therefore a row is exported only if all its trials ended
 * ok with times above zero. The context names the rows that are left out. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"

/* A figure of a trial; NAN: not measured. */
static double metric_of(const struct mlm_record *trial, enum mlm_metric metric)
{
    int64_t value = trial->readings.values[metric];
    return value == MLM_NULL ? NAN : (double)value;
}

static double real_ms(const struct mlm_record *trial)
{
    return metric_of(trial, MLM_run_ns) / 1e6;
}

static double cpu_ms(const struct mlm_record *trial)
{
    return (metric_of(trial, MLM_run_cpu_user_ns) + metric_of(trial, MLM_run_cpu_system_ns)) / 1e6;
}

static bool is_told(const struct mlm_row *row)
{
    for (size_t i = 0; i < row->trial_count; i++)
        if (!(real_ms(row->trials[i]) > 0) || !(cpu_ms(row->trials[i]) > 0))
            return false;
    return mlm_row_all_ok(row);
}

/* Data for the entries of one row. */
struct family {
    const struct mlm_row *row;
    const char *name;
    size_t index;
    double *numbers; /* room for one figure of all trials */
};

static json_t *entry_make(const struct family *family, const char *name, const char *run_type)
{
    json_auto_t *entry = json_object();
    if (mlm_json_put(entry, "name", json_string(name)) ||
        mlm_json_put(entry, "family_index", json_integer((json_int_t)family->index)) ||
        mlm_json_put(entry, "per_family_instance_index", json_integer(0)) ||
        mlm_json_put(entry, "run_name", json_string(family->name)) ||
        mlm_json_put(entry, "run_type", json_string(run_type)) ||
        mlm_json_put(entry, "repetitions", json_integer((json_int_t)family->row->trial_count)))
        return NULL;
    return mlm_take_ptr(entry);
}

static json_t *repetition_entry(const struct family *family, size_t index)
{
    const struct mlm_record *trial = family->row->trials[index];
    json_auto_t *entry = entry_make(family, family->name, "iteration");
    if (mlm_json_put(entry, "repetition_index", json_integer((json_int_t)index)) ||
        mlm_json_put(entry, "threads", json_integer((json_int_t)trial->threads)) ||
        mlm_json_put(entry, "iterations", json_integer(1)) ||
        mlm_json_put(entry, "real_time", mlm_json_number(real_ms(trial))) ||
        mlm_json_put(entry, "cpu_time", mlm_json_number(cpu_ms(trial))) ||
        mlm_json_put(entry, "time_unit", json_string("ms")))
        return NULL;
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++) {
        int64_t value = trial->readings.values[metric];
        if (value != MLM_NULL && mlm_json_put(entry, mlm_metrics[metric].key, json_integer(value)))
            return NULL;
    }
    return mlm_take_ptr(entry);
}

static double mean(double *numbers, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    return sum / (double)count;
}

/* Standard deviation of a sample, as Google Benchmark computes it. */
static double deviation(double *numbers, size_t count)
{
    double middle = mean(numbers, count), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (numbers[i] - middle) * (numbers[i] - middle);
    return sqrt(sum / (double)(count - 1));
}

static double variation(double *numbers, size_t count)
{
    return deviation(numbers, count) / mean(numbers, count);
}

static const struct aggregate {
    const char *name, *unit;
    double (*of)(double *numbers, size_t count);
} aggregates[] = {
    {"mean", "time", mean},
    {"median", "time", mlm_median},
    {"stddev", "time", deviation},
    {"cv", "percentage", variation},
};

#define AGGREGATE_COUNT (sizeof aggregates / sizeof *aggregates)

static json_t *time_aggregate(const struct family *family, const struct aggregate *aggregate,
    double (*figure)(const struct mlm_record *trial))
{
    for (size_t i = 0; i < family->row->trial_count; i++)
        family->numbers[i] = figure(family->row->trials[i]);
    return mlm_json_number(aggregate->of(family->numbers, family->row->trial_count));
}

/* Written only if all trials have a value; the variation of zeros is left out. Returns true on failure. */
static bool put_metric_aggregate(
    json_t *entry, const struct family *family, const struct aggregate *aggregate, enum mlm_metric metric)
{
    const struct mlm_row *row = family->row;
    for (size_t i = 0; i < row->trial_count; i++) {
        family->numbers[i] = metric_of(row->trials[i], metric);
        if (isnan(family->numbers[i]))
            return false;
    }
    double figure = aggregate->of(family->numbers, row->trial_count);
    return !isnan(figure) && mlm_json_put(entry, mlm_metrics[metric].key, mlm_json_number(figure));
}

static json_t *aggregate_entry(const struct family *family, const struct aggregate *aggregate)
{
    const struct mlm_row *row = family->row;
    mlm_auto_free char *name = mlm_text_of("%s_%s", family->name, aggregate->name);
    if (!name)
        return NULL;
    json_auto_t *entry = entry_make(family, name, "aggregate");
    if (mlm_json_put(entry, "threads", json_integer((json_int_t)row->first->threads)) ||
        mlm_json_put(entry, "aggregate_name", json_string(aggregate->name)) ||
        mlm_json_put(entry, "aggregate_unit", json_string(aggregate->unit)) ||
        mlm_json_put(entry, "iterations", json_integer((json_int_t)row->trial_count)) ||
        mlm_json_put(entry, "real_time", time_aggregate(family, aggregate, real_ms)) ||
        mlm_json_put(entry, "cpu_time", time_aggregate(family, aggregate, cpu_ms)) ||
        mlm_json_put(entry, "time_unit", json_string("ms")))
        return NULL;
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++)
        if (put_metric_aggregate(entry, family, aggregate, (enum mlm_metric)metric))
            return NULL;
    return mlm_take_ptr(entry);
}

static int family_add(json_t *entries, const struct family *family)
{
    size_t count = family->row->trial_count;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = json_array_append_new(entries, repetition_entry(family, i));
    for (size_t i = 0; i < AGGREGATE_COUNT && count > 1 && r == 0; i++)
        r = json_array_append_new(entries, aggregate_entry(family, &aggregates[i]));
    return r < 0 ? -ENOMEM : 0;
}

static json_t *left_out_array(const struct mlm_table *table, const struct mlm_row_names *names)
{
    json_auto_t *array = json_array();
    for (size_t i = 0; i < table->row_count; i++) {
        const struct mlm_row *row = table->order[i];
        char outcome[MLM_OUTCOME_TEXT];
        if (is_told(row))
            continue;
        const char *why =
            mlm_row_all_ok(row) ? "no time above zero" : mlm_row_outcome_text(row, true, outcome);
        if (json_array_append_new(array, json_sprintf("%s: %s", mlm_row_name_of(names, table, row), why)) < 0)
            return NULL;
    }
    return mlm_take_ptr(array);
}

/* Only facts from the records: they may be from another machine. */
static json_t *context_make(const struct mlm_table *table, json_t *left_out)
{
    json_auto_t *context = json_object();
    const struct mlm_record *record = table->row_count ? table->order[0]->first : NULL;
    const json_t *host = record ? json_object_get(record->machine, "host") : NULL;
    const json_t *cores = record ? json_object_get(record->machine, "cores") : NULL;
    if ((record && mlm_json_put(context, "date", json_string(record->time))) ||
        (json_is_string(host) && mlm_json_put(context, "host_name", json_string(json_string_value(host)))) ||
        mlm_json_put(context, "executable", json_string("mlmembench")) ||
        (json_is_integer(cores) &&
            mlm_json_put(context, "num_cpus", json_integer(json_integer_value(cores)))) ||
        mlm_json_put(context, "library_build_type", json_string("release")) ||
        mlm_json_put(context, "mlmembench_left_out", json_incref(left_out)))
        return NULL;
    return mlm_take_ptr(context);
}

int mlm_export_google_benchmark(
    const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    mlm_auto_free double *numbers = calloc(export->list->count + 1, sizeof *numbers);
    if (!numbers)
        return mlm_error_errno(error, -ENOMEM, "exporting benchmarks");
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    json_auto_t *left_out = left_out_array(table, &names);
    json_auto_t *context = context_make(table, left_out);
    json_auto_t *entries = json_array();
    r = context && entries ? 0 : -ENOMEM;
    size_t index = 0;
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        const struct mlm_row *row = table->order[i];
        struct family family = {row, mlm_row_name_of(&names, table, row), index, numbers};
        if (!is_told(row))
            continue;
        r = family_add(entries, &family);
        index++;
    }
    if (r < 0)
        return mlm_error_errno(error, r, "exporting benchmarks");
    fputs("{\n  \"context\": ", out);
    mlm_json_write(out, context);
    fputs(",\n  \"benchmarks\": ", out);
    mlm_json_write_lines(out, entries, 4);
    fputs("\n}\n", out);
    *ret_left_out = json_array_size(left_out);
    return 0;
}
