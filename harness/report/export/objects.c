/* Makes JSON objects of trials, rows and machines, with the same keys for all of them. */
#include "report/export/objects.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/utf8.h"
#include "record/fact.h"
#include "report/export/json_text.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *cap_text(uint64_t cap_bytes)
{
    char text[MLM_SIZE_TEXT];
    return json_string(mlm_size_spell(cap_bytes, text));
}

/* A member of a record; before `cap_bytes` stands `cap`. Says whether that went wrong. */
static bool put_member(json_t *object, const struct mlm_record *record, const char *key, json_t *value)
{
    bool cap_failed =
        strcmp(key, "cap_bytes") == 0 && mlm_json_put(object, "cap", cap_text(record->limits.cap_bytes));
    return mlm_json_put(object, key, value) || cap_failed;
}

json_t *mlm_export_trial(const struct mlm_record *record, json_t *machine)
{
    json_auto_t *whole = NULL;
    json_auto_t *trial = json_object();
    if (!trial || mlm_record_to_json(record, &whole, NULL) < 0)
        return NULL;
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        if (strcmp(key, "kind") == 0 || strcmp(key, "schema") == 0)
            continue;
        if (put_member(trial, record, key, json_incref(strcmp(key, "machine") == 0 ? machine : value)))
            return NULL;
    }
    return mlm_take_ptr(trial);
}

int mlm_export_figures(const struct mlm_row *row, enum mlm_metric metric, struct mlm_summary *ret_summary)
{
    mlm_auto_free double *numbers = calloc(row->trial_count + 1, sizeof *numbers);
    if (!numbers)
        return -ENOMEM;
    size_t count = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        int64_t value = row->trials[i]->readings.values[metric];
        if (row->trials[i]->outcome == row->outcome && value != MLM_NULL)
            numbers[count++] = (double)value;
    }
    *ret_summary = count ? mlm_summarize(numbers, count) : (struct mlm_summary){0};
    return 0;
}

static json_t *summary_object(const struct mlm_summary *summary)
{
    json_auto_t *object = json_object();
    bool had = summary->count != 0;
    if (mlm_json_put(object, "count", json_integer((json_int_t)summary->count)) ||
        mlm_json_put(object, "median", mlm_json_number(had ? summary->median : NAN)) ||
        mlm_json_put(object, "min", mlm_json_number(had ? summary->minimum : NAN)) ||
        mlm_json_put(object, "max", mlm_json_number(had ? summary->maximum : NAN)) ||
        mlm_json_put(object, "spread", mlm_json_number(summary->count > 1 ? summary->spread : NAN)))
        return NULL;
    return mlm_take_ptr(object);
}

static json_t *metric_object(const struct mlm_row *row, enum mlm_metric metric)
{
    struct mlm_summary summary = {0};
    /* A job that was cut off has no time for the whole job. */
    bool no_time = metric == MLM_run_ns && row->cut_off;
    if (!no_time && mlm_export_figures(row, metric, &summary) < 0)
        return NULL;
    return summary_object(&summary);
}

static json_t *outcomes_object(const struct mlm_row *row)
{
    json_auto_t *object = json_object();
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        if (mlm_json_put(object, mlm_outcome_name((enum mlm_outcome)i),
                json_integer((json_int_t)row->outcome_counts[i])))
            return NULL;
    return mlm_take_ptr(object);
}

static json_t *marks_array(mlm_mark_set marks)
{
    json_auto_t *array = json_array();
    for (int i = 0; i < MLM_MARK_COUNT; i++)
        if (marks >> i & 1 && json_array_append_new(array, json_string(mlm_marks[i].key)) < 0)
            return NULL;
    return mlm_take_ptr(array);
}

/* The specification is what a record holds from `suite` on, up to the repetition. Returns true on failure. */
static bool put_specification(json_t *object, const struct mlm_record *record)
{
    json_auto_t *whole = NULL;
    if (mlm_record_to_json(record, &whole, NULL) < 0)
        return true;
    bool begun = false;
    const char *key;
    json_t *value;
    json_object_foreach(whole, key, value)
    {
        if (strcmp(key, "repetition") == 0)
            break;
        begun |= strcmp(key, "suite") == 0;
        /* is_reference says it of the row. */
        bool of_trial = strcmp(key, "answer_tolerance") == 0 || strcmp(key, "cap_binds") == 0 ||
                        strcmp(key, "reference") == 0;
        if (!begun || of_trial)
            continue;
        if (put_member(object, record, key, json_incref(value)))
            return true;
    }
    return false;
}

static bool put_end(json_t *object, const struct mlm_row *row)
{
    return mlm_json_put(object, "trials", json_integer((json_int_t)row->trial_count)) ||
           mlm_json_put(object, "outcome", json_string(mlm_outcome_name(row->outcome))) ||
           mlm_json_put(object, "outcomes", outcomes_object(row)) ||
           mlm_json_put(object, "reason", text_or_null(row->reason)) ||
           mlm_json_put(object, "phase", text_or_null(row->phase)) ||
           mlm_json_put(object, "progress", mlm_json_number(row->progress)) ||
           mlm_json_put(object, "marks", marks_array(row->marks)) ||
           mlm_json_put(object, "lower_bounds", json_boolean(row->cut_off));
}

/* The ratio, and the ends of its interval. */
static bool put_ratio(json_t *object, const char *key, const struct mlm_ratio *ratio)
{
    char low[32], high[32];
    snprintf(low, sizeof low, "%s_low", key);
    snprintf(high, sizeof high, "%s_high", key);
    return mlm_json_put(object, key, mlm_json_number(ratio->ratio)) ||
           mlm_json_put(object, low, mlm_json_number(ratio->low)) ||
           mlm_json_put(object, high, mlm_json_number(ratio->high));
}

static bool put_comparisons(json_t *object, const struct mlm_row *row)
{
    const struct mlm_row *reference = row->reference;
    const struct mlm_summary *wall = reference ? &reference->times[MLM_TIME_WALL].summary : NULL;
    double uncapped_ns = wall && wall->count ? wall->median : NAN;
    double overhead_bytes = row->overhead_bytes == MLM_NULL ? NAN : (double)row->overhead_bytes;
    return mlm_json_put(object, "uncapped_run_ns", mlm_json_number(uncapped_ns)) ||
           mlm_json_put(object, "time_kind",
               row->time.count ? json_string(mlm_time_kind_name(row->time_kind)) : json_null()) ||
           put_ratio(object, "slowdown", &row->slowdown) || put_ratio(object, "of_best", &row->of_best) ||
           mlm_json_put(object, "overhead_bytes", mlm_json_number(overhead_bytes));
}

json_t *mlm_export_row(const struct mlm_row *row, const char *name, json_t *machine)
{
    json_auto_t *object = json_object();
    if (mlm_json_put(object, "name", json_string(name)) || put_specification(object, row->first) ||
        mlm_json_put(object, "is_reference", json_boolean(row->folded)) || put_end(object, row) ||
        put_comparisons(object, row))
        return NULL;
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++)
        if (mlm_json_put(object, mlm_metrics[metric].key, metric_object(row, (enum mlm_metric)metric)))
            return NULL;
    if (mlm_json_put(object, "machine", json_incref(machine)))
        return NULL;
    return mlm_take_ptr(object);
}

/* Swap of all devices; NAN: not known. */
static double swap_bytes(const json_t *devices)
{
    size_t i;
    const json_t *device;
    double bytes = json_is_array(devices) ? 0 : NAN;
    json_array_foreach(devices, i, device)
    {
        const json_t *size = json_object_get(device, "size_bytes");
        bytes += json_is_number(size) ? json_number_value(size) : NAN;
    }
    return bytes;
}

/* "partition", "zram,file"; null without any. */
static json_t *swap_kinds(const json_t *devices)
{
    char text[256] = "";
    size_t i, length = 0;
    const json_t *device;
    json_array_foreach(devices, i, device)
    {
        const char *kind = json_string_value(json_object_get(device, "kind"));
        if (length < sizeof text)
            length += (size_t)snprintf(
                text + length, sizeof text - length, "%s%s", i ? "," : "", kind ? kind : "unknown");
    }
    mlm_utf8_repair(text); /* the last may have been cut in a character */
    return *text ? json_string(text) : json_null();
}

/* "Python 3.11.2, numpy 1.24.2"; null without any. */
static json_t *software_text(const struct mlm_fact_info *fact, const json_t *software)
{
    mlm_auto_free char *text = json_object_size(software) ? mlm_fact_text(fact, software) : NULL;
    return text ? json_string(text) : json_null();
}

json_t *mlm_export_machine(const json_t *machine)
{
    const json_t *swap = json_object_get(machine, "swap");
    json_auto_t *object = json_object();
    for (const struct mlm_fact_info *fact = mlm_facts; fact->key; fact++) {
        json_t *value = json_object_get(machine, fact->key);
        /* A record may come from any source, so the value may have any type. */
        bool plain = json_is_string(value) || json_is_number(value);
        if (!fact->exported)
            continue;
        if (fact->kind == MLM_FACT_SOFTWARE) {
            if (mlm_json_put(object, fact->key, software_text(fact, value)))
                return NULL;
            continue;
        }
        if (fact->kind == MLM_FACT_SWAP
                ? mlm_json_put(object, "swap_bytes", mlm_json_number(swap_bytes(swap))) ||
                      mlm_json_put(object, "swap_kinds", swap_kinds(swap))
                : mlm_json_put(object, fact->key, plain ? json_incref(value) : json_null()))
            return NULL;
    }
    return mlm_take_ptr(object);
}
