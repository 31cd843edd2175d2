/* Summarizes one row: the repetitions of one specification. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "report/table/felt.h"
#include "report/table/heading.h"
#include "report/table/ratio.h"
#include "report/table/table_parts.h"

bool mlm_row_all_ok(const struct mlm_row *row)
{
    return row->outcome_counts[MLM_OUTCOME_OK] == row->trial_count;
}

bool mlm_row_ran(const struct mlm_row *row)
{
    return mlm_outcome_ran(row->outcome);
}

bool mlm_row_failed(const struct mlm_row *row)
{
    return row->outcome == MLM_OUTCOME_OOM || row->outcome == MLM_OUTCOME_TIMEOUT ||
           row->outcome == MLM_OUTCOME_KILLED;
}

const char *mlm_machine_id(const struct mlm_record *record)
{
    const char *id = json_string_value(json_object_get(record->machine, "id"));
    return id ? id : "";
}

const char *mlm_row_outcome_text(const struct mlm_row *row, bool brief, char text[static MLM_OUTCOME_TEXT])
{
    size_t most = row->outcome_counts[row->outcome];
    char *end = stpcpy(text, mlm_outcome_name(row->outcome));
    if (most < row->trial_count)
        end += snprintf(end, 64, " %zu of %zu", most, row->trial_count);
    if (row->phase && !brief && !isnan(row->progress))
        /* A job that was cut off never shows 100 %. */
        end += snprintf(end, 64, " at %.0f %% of %.24s", fmin(100 * row->progress, 99), row->phase);
    else if (row->phase && !brief)
        end += snprintf(end, 64, " in %.24s", row->phase);
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        if (row->outcome_counts[i] && i != (int)row->outcome)
            end = stpcpy(stpcpy(end, ", "), mlm_outcome_name((enum mlm_outcome)i));
    mlm_utf8_tame(text);
    return text;
}

const char *mlm_row_param(const struct mlm_row *row, const char *name)
{
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return params->items[i].value;
    return NULL;
}

bool mlm_same_machine(const struct mlm_record *a, const struct mlm_record *b)
{
    return a->machine == b->machine || strcmp(mlm_machine_id(a), mlm_machine_id(b)) == 0;
}

bool mlm_row_same_suite(const struct mlm_row *a, const struct mlm_row *b)
{
    return strcmp(a->first->suite, b->first->suite) == 0 && mlm_same_machine(a->first, b->first);
}

bool mlm_section_same_family(const struct mlm_section *a, const struct mlm_section *b)
{
    const struct mlm_record *x = a->rows[0]->first, *y = b->rows[0]->first;
    return mlm_row_same_suite(a->rows[0], b->rows[0]) && mlm_record_same_field(x, y);
}

bool mlm_row_same_group(const struct mlm_row *a, const struct mlm_row *b)
{
    return a->first->equal_work && b->first->equal_work &&
           strcmp(a->first->equal_work, b->first->equal_work) == 0;
}

static void outcome_find(struct mlm_row *row)
{
    for (size_t i = 0; i < row->trial_count; i++) {
        row->outcome_counts[row->trials[i]->outcome]++;
        row->marks |= row->trials[i]->marks;
    }
    for (int i = 0; i < MLM_OUTCOME_COUNT; i++)
        if (row->outcome_counts[i] > row->outcome_counts[row->outcome])
            row->outcome = (enum mlm_outcome)i;
    if (row->outcome_counts[MLM_OUTCOME_OK])
        row->outcome = MLM_OUTCOME_OK;
    for (size_t i = 0; i < row->trial_count && !row->reason; i++)
        row->reason = row->trials[i]->reason;
    /* They would speak of a worker that found something missing, and not of the job. */
    if (!mlm_row_ran(row))
        row->marks = 0;
}

/* Converts to a whole number, clamped: a file may contain numbers that int64_t cannot represent. */
static int64_t whole(double figure)
{
    return figure >= 0x1p63 ? INT64_MAX : figure <= -0x1p63 ? -INT64_MAX : llround(figure);
}

/* Collects a metric of the trials that ended as the row did, where it is known; returns its count. */
static size_t collect(const struct mlm_row *row, enum mlm_metric metric, double *numbers)
{
    size_t count = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        int64_t value = row->trials[i]->readings.values[metric];
        if (row->trials[i]->outcome == row->outcome && value != MLM_NULL)
            numbers[count++] = (double)value;
    }
    return count;
}

/* Summarizes the readings of the trials that ended as the row did. `numbers` has room for all of them. What a
 * job that did not run needs in theory is known all the same. */
static void readings_sum_up(struct mlm_row *row, double *numbers)
{
    bool ran = mlm_row_ran(row);
    row->cut_off = ran && row->outcome != MLM_OUTCOME_OK && row->outcome != MLM_OUTCOME_WRONG;
    for (int metric = 0; metric < MLM_METRIC_COUNT; metric++) {
        bool counts = ran || metric == MLM_core_bytes;
        size_t count = counts ? collect(row, (enum mlm_metric)metric, numbers) : 0;
        int64_t *figure = &row->readings.values[metric];
        *figure = MLM_NULL;
        if (!count)
            continue;
        struct mlm_summary summary = mlm_summarize(numbers, count);
        *figure = whole(row->cut_off ? summary.maximum : summary.median);
    }
}

/* Logarithms need figures above 0. */
static struct mlm_log_mean log_of(const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(numbers[i] > 0))
            return (struct mlm_log_mean){.count = 0};
    return count ? mlm_log_mean(&(struct mlm_values){numbers, count}) : (struct mlm_log_mean){.count = 0};
}

static void times_find(struct mlm_row *row, double *numbers)
{
    row->time_margin = NAN;
    row->time_kind = MLM_TIME_WALL;
    if (row->cut_off || !mlm_row_ran(row))
        return;
    for (int kind = 0; kind < MLM_TIME_KIND_COUNT; kind++) {
        size_t count = collect(row, mlm_time_metric((enum mlm_time_kind)kind), numbers);
        if (!count)
            continue;
        row->times[kind].log = log_of(numbers, count);
        row->times[kind].summary = mlm_summarize(numbers, count);
    }
    /* Own times of some trials beside wall times of others would be no sample. */
    if (row->times[MLM_TIME_OWN].summary.count < row->times[MLM_TIME_WALL].summary.count)
        row->times[MLM_TIME_OWN] = (struct mlm_row_times){.summary.count = 0};
    if (row->times[MLM_TIME_OWN].summary.count)
        row->time_kind = MLM_TIME_OWN;
    row->time = row->times[row->time_kind].summary;
    if (row->times[row->time_kind].log.count)
        row->time_margin = mlm_log_mean_margin(&row->times[row->time_kind].log, MLM_RATIO_CONFIDENCE);
    size_t needs_count = collect(row, MLM_needs_peak_bytes, numbers);
    row->needs_log = log_of(numbers, needs_count);
}

static void end_find(struct mlm_row *row, double *numbers)
{
    row->progress = NAN;
    if (row->outcome == MLM_OUTCOME_OK)
        return;
    size_t count = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        const struct mlm_record *trial = row->trials[i];
        if (trial->outcome != row->outcome)
            continue;
        /* Progress refers to one phase: that of the first trial. */
        if (!row->phase)
            row->phase = trial->phase;
        if (row->phase && trial->phase && strcmp(trial->phase, row->phase) == 0 && !isnan(trial->progress))
            numbers[count++] = trial->progress;
    }
    if (row->phase && (!mlm_row_ran(row) || strcmp(row->phase, "done") == 0))
        row->phase = NULL;
    else if (count && row->outcome != MLM_OUTCOME_WRONG)
        row->progress = mlm_median(numbers, count);
}

char *mlm_params_show(const struct mlm_params *params, uint64_t threads)
{
    mlm_auto_free char *text = mlm_params_text(params);
    char *with_threads = NULL;
    if (!text ||
        (threads > 1 && asprintf(&with_threads, "%s%sthreads=%" PRIu64, text, *text ? " " : "", threads) < 0))
        return NULL;
    if (!with_threads)
        with_threads = mlm_take_ptr(text);
    mlm_utf8_tame(with_threads);
    return with_threads;
}

static int name_find(struct mlm_row *row)
{
    const char *name = row->first->workload;
    size_t length = strlen(row->first->suite);
    if (strncmp(name, row->first->suite, length) == 0 && name[length] == '/' && name[length + 1])
        name += length + 1;
    row->workload = strdup(name);
    row->params = mlm_params_show(&row->first->params, row->first->threads);
    if (!row->workload || !row->params)
        return -ENOMEM;
    mlm_utf8_tame(row->workload);
    return 0;
}

int mlm_row_sum_up(struct mlm_row *row, double *numbers)
{
    row->first = row->trials[0];
    row->slowdown = row->of_best = (struct mlm_ratio){NAN, NAN, NAN, NAN};
    row->overhead_bytes = MLM_NULL;
    int r = name_find(row);
    if (r < 0)
        return r;
    outcome_find(row);
    readings_sum_up(row, numbers);
    end_find(row, numbers);
    times_find(row, numbers);
    row->felt = mlm_row_felt(row);
    const int64_t *values = row->readings.values;
    if (!row->cut_off && values[MLM_needs_peak_bytes] != MLM_NULL && values[MLM_core_bytes] != MLM_NULL)
        row->overhead_bytes = whole((double)values[MLM_needs_peak_bytes] - (double)values[MLM_core_bytes] -
                                    (double)row->first->limits.background_bytes);
    return 0;
}
