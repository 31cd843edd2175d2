/* Makes the rows (all combinations of parameters), then the trials (rows × caps, round by round), chooses and
 * shuffles them. Nothing here runs anything. */
#include "trial/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/text.h"
#include "machine/memory.h"
#include "trial/plan_trials.h"

/* Rough time for starting, measuring and cleaning up a trial. */
#define TRIAL_OVERHEAD_NS 10000000u
/* Guess for workloads without a formula: other allocators keep up to four times the live memory. */
#define UNKNOWN_PEAK_FACTOR 4u

/* A larger plan would never end, and would fill the memory; it comes from a typing error. */
#define TRIALS_MAX 1000000

static int too_many(struct mlm_error *error)
{
    return mlm_error_set(error, -EINVAL,
        "the plan has more than %d trials; give fewer values, caps or --repetitions", TRIALS_MAX);
}

static void row_release(struct mlm_plan_row *row)
{
    mlm_params_release(&row->params);
    free(row->config);
    free(row->equal_work);
    free(row->reason);
}

void mlm_plan_free(struct mlm_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->row_count; i++)
        row_release(&plan->rows[i]);
    for (size_t i = 0; i < plan->trial_count; i++)
        free(plan->trials[i].name);
    free(plan->rows);
    free(plan->trials);
    free(plan);
}

static void plan_free_p(struct mlm_plan **plan)
{
    mlm_plan_free(*plan);
}

static int compare_caps(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* 1.25 × the middle cap (the lower one of two), so that workloads that hold all data exceed the cap, and
 * streaming ones fit. Without any finite cap, a size that fits everywhere. */
static uint64_t default_data(const struct mlm_plan_options *options)
{
    uint64_t finite[64];
    size_t count = 0;
    for (size_t i = 0; i < options->cap_count && count < 64; i++)
        if (options->caps[i] != MLM_NO_LIMIT)
            finite[count++] = options->caps[i];
    if (!count)
        return UINT64_C(256) << 20;
    qsort(finite, count, sizeof *finite, compare_caps);
    uint64_t middle = finite[(count - 1) / 2];
    return middle + middle / 4;
}

/* Gives the values that one parameter takes in this plan. */
static const char *sweep_of(
    const struct mlm_plan_options *options, const struct mlm_param *param, char first[static 64])
{
    for (size_t i = 0; i < options->sweeps.count; i++)
        if (strcmp(options->sweeps.items[i].name, param->name) == 0)
            return options->sweeps.items[i].value;
    if (options->all)
        return param->sweep;
    if (param->quick && !options->defaults)
        return param->quick;
    snprintf(first, 64, "%.*s", (int)strcspn(param->sweep, ","), param->sweep);
    return first;
}

static int config_make(
    struct mlm_plan_row *row, const struct mlm_plan_options *options, struct mlm_error *error)
{
    const struct mlm_job job = {
        .data_bytes = options->data_bytes,
        .seed = options->seed,
        .threads = row->threads,
        .dataset = options->dataset,
        .rows = options->dataset_shape.rows,
        .columns = options->dataset_shape.columns,
        .nonzeros = options->dataset_shape.nonzeros,
        .widest_row = options->dataset_shape.widest_row,
    };
    mlm_auto_free const char **settings = calloc(2 * row->params.count + 1, sizeof *settings);
    if (!settings)
        return mlm_error_errno(error, -ENOMEM, "plan");
    for (size_t i = 0; i < row->params.count; i++) {
        settings[2 * i] = row->params.items[i].name;
        settings[2 * i + 1] = row->params.items[i].value;
    }
    return mlm_config_make(row->workload, &job, settings, &row->config, error);
}

/* Makes the name of the row's group. Rows of one group do the same work: same suite, job, data, and values of
 * the parameters that decide the work. */
static int equal_work_make(struct mlm_plan_row *row, const struct mlm_plan_options *options)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return -ENOMEM;
    const char *work = row->workload->work;
    char data[MLM_SIZE_TEXT];
    fprintf(out, "%s%s%s", row->suite->name, work ? " " : "", work ? work : "");
    const uint32_t separator = options->dataset_reading.separator;
    if (options->dataset)
        fprintf(out, " dataset=%s%s%s", options->dataset, separator ? " separator=" : "",
            separator ? mlm_separator_words[separator] : "");
    else
        fprintf(out, " data=%s", mlm_size_spell(options->data_bytes, data));
    fprintf(out, " seed=%llu", (unsigned long long)options->seed);
    for (size_t i = 0; i < row->params.count; i++) {
        const struct mlm_param *param = mlm_param_find(row->workload, row->params.items[i].name);
        if (param->equal_work)
            fprintf(out, " %s=%s", row->params.items[i].name, row->params.items[i].value);
    }
    row->equal_work = mlm_text_end(&text);
    return row->equal_work ? 0 : -ENOMEM;
}

static uint64_t formula(uint64_t (*function)(const void *), const void *config)
{
    return function ? function(config) : 0;
}

/* Adds the row of one combination of values. A combination that is not possible stays in the plan as refused,
 * so that the user sees why it is not there. */
static int row_add(struct mlm_plan *plan, const struct mlm_suite *suite, const struct mlm_workload *workload,
    const struct mlm_params *params, struct mlm_error *error)
{
    const struct mlm_plan_options *options = &plan->options;
    if (plan->row_count == TRIALS_MAX)
        return too_many(error);
    if (mlm_grow(&plan->rows, plan->row_count, &plan->row_capacity, sizeof *plan->rows) < 0)
        return mlm_error_errno(error, -ENOMEM, "plan");
    struct mlm_plan_row *row = &plan->rows[plan->row_count];
    *row = (struct mlm_plan_row){.suite = suite, .workload = workload, .threads = options->threads};
    plan->row_count++;
    if (workload->max_threads && row->threads > workload->max_threads)
        row->threads = workload->max_threads;
    if (mlm_params_copy(params, &row->params) < 0)
        return mlm_error_errno(error, -ENOMEM, "plan");
    struct mlm_error why = {0};
    int r = config_make(row, options, &why);
    if (r == -ENOMEM)
        return mlm_error_errno(error, -ENOMEM, "plan");
    row->misused = r < 0;
    if (r == 0)
        r = mlm_config_derive(row->config, &why);
    if (r == 0 && options->dataset && !(workload->flags & MLM_USER_DATA))
        r = mlm_error_set(&why, -ENOTSUP, "does not run on a user's dataset");
    if (r < 0) {
        row->refused = true;
        row->reason = strdup(why.text);
    } else {
        row->core_bytes = formula(workload->core_bytes, row->config);
        row->peak_bytes = formula(workload->peak_bytes, row->config);
        row->rough_ns = formula(workload->rough_ns, row->config);
    }
    if (equal_work_make(row, options) < 0 || (row->refused && !row->reason))
        return mlm_error_errno(error, -ENOMEM, "plan");
    return 0;
}

/* Adds all combinations; the last parameter changes fastest. */
static int rows_add(struct mlm_plan *plan, const struct mlm_suite *suite, const struct mlm_workload *workload,
    const struct mlm_param *param, struct mlm_params *chosen, struct mlm_error *error)
{
    if (!param || !param->name)
        return row_add(plan, suite, workload, chosen, error);
    if (plan->options.dataset && param->of_generated_data)
        return rows_add(plan, suite, workload, param + 1, chosen, error);
    char first[64];
    mlm_auto_free char *values = strdup(sweep_of(&plan->options, param, first));
    if (!values)
        return mlm_error_errno(error, -ENOMEM, "plan");
    char *rest = values;
    for (char *value; (value = strsep(&rest, ","));) {
        if (mlm_params_add(chosen, param->name, value) < 0)
            return mlm_error_errno(error, -ENOMEM, "plan");
        int r = rows_add(plan, suite, workload, param + 1, chosen, error);
        mlm_params_drop(chosen);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool suite_chosen(const struct mlm_plan_options *options, const struct mlm_suite *suite)
{
    for (size_t i = 0; i < options->suite_count; i++)
        if (strcmp(options->suites[i], suite->name) == 0)
            return true;
    return options->suite_count == 0 && !suite->on_request;
}

static int suites_check(
    const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options, struct mlm_error *error)
{
    for (size_t i = 0; i < options->suite_count; i++) {
        if (mlm_catalogue_suite(catalogue, options->suites[i]))
            continue;
        const char *broken = mlm_catalogue_broken(catalogue, options->suites[i]);
        if (broken)
            return mlm_error_set(error, -ENOEXEC, "%s", broken);
        char known[512] = "";
        size_t length = 0;
        for (size_t k = 0; k < catalogue->suite_count && length < sizeof known; k++)
            length += (size_t)snprintf(
                known + length, sizeof known - length, "%s%s", k ? ", " : "", catalogue->suites[k]->name);
        return mlm_error_set(
            error, -EINVAL, "there is no suite '%s'; there are %s", options->suites[i], known);
    }
    return 0;
}

/* A sweep of a parameter that no chosen workload has is an error, because it would have no effect. */
static int sweeps_check(
    const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options, struct mlm_error *error)
{
    for (size_t i = 0; i < options->sweeps.count; i++) {
        bool known = false;
        for (size_t k = 0; k < catalogue->suite_count; k++)
            for (const struct mlm_workload *const *w = catalogue->suites[k]->workloads; *w; w++)
                known |= suite_chosen(options, catalogue->suites[k]) &&
                         mlm_param_find(*w, options->sweeps.items[i].name);
        if (!known)
            return mlm_error_set(error, -EINVAL,
                "no workload here has a parameter '%s'; `mlmembench list` shows them all",
                options->sweeps.items[i].name);
    }
    return 0;
}

static int rows_make(struct mlm_plan *plan, const struct mlm_catalogue *catalogue, struct mlm_error *error)
{
    for (size_t i = 0; i < catalogue->suite_count; i++) {
        const struct mlm_suite *suite = catalogue->suites[i];
        for (const struct mlm_workload *const *w = suite->workloads; *w; w++) {
            if (!suite_chosen(&plan->options, suite) || (*w)->flags & MLM_HIDDEN)
                continue;
            if (!plan->options.all && !plan->options.defaults && !((*w)->flags & MLM_QUICK))
                continue;
            if (plan->options.workload && strcmp(plan->options.workload, (*w)->name) != 0)
                continue;
            struct mlm_params chosen = {0};
            int r = rows_add(plan, suite, *w, (*w)->params, &chosen, error);
            mlm_params_release(&chosen);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* Values of --param are for all chosen workloads, and a filter chooses among them, too. */
static int values_check(const struct mlm_plan *plan, struct mlm_error *error)
{
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct mlm_plan_row *row = &plan->rows[plan->trials[i].row];
        if (row->misused)
            return mlm_error_set(
                error, -EINVAL, "%s/%s: %s", row->suite->name, row->workload->name, row->reason);
    }
    return 0;
}

static char *trial_name(const struct mlm_plan_row *row, uint64_t cap_bytes)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    char cap[MLM_SIZE_TEXT];
    fprintf(out, "%s/%s", row->suite->name, row->workload->name);
    for (size_t i = 0; i < row->params.count; i++)
        fprintf(out, "/%s:%s", row->params.items[i].name, row->params.items[i].value);
    fprintf(out, "/cap:%s", mlm_size_spell(cap_bytes, cap));
    return mlm_text_end(&text);
}

static uint64_t likely_peak(const struct mlm_plan_row *row)
{
    return row->peak_bytes ? row->peak_bytes : row->core_bytes * UNKNOWN_PEAK_FACTOR + MLM_BASELINE_BYTES;
}

/* A job that fits into neither memory nor swap ends early; a job that must swap probably runs into its time
 * limit. */
static uint64_t trial_rough_ns(
    const struct mlm_plan *plan, const struct mlm_plan_row *row, uint64_t cap_bytes)
{
    const struct mlm_plan_options *options = &plan->options;
    if (row->refused)
        return 0;
    double ns = (double)row->rough_ns, timeout_ns = (double)options->limits.timeout_ns;
    double peak = (double)likely_peak(row) + (double)options->limits.background_bytes;
    double cap = (double)cap_bytes;
    double swap = fmin((double)options->limits.swap_limit_bytes, (double)options->machine_swap_bytes);
    if (cap_bytes != MLM_NO_LIMIT && peak > cap)
        ns = peak > cap + swap ? ns * cap / peak : timeout_ns;
    return (uint64_t)fmin(ns, timeout_ns) + TRIAL_OVERHEAD_NS;
}

/* The caps of a row are cells, and so is its reference. */
static int trial_add(struct mlm_plan *plan, size_t row, size_t cap, uint64_t round, struct mlm_error *error)
{
    const bool reference = cap == plan->options.cap_count;
    const uint64_t cap_bytes = reference ? MLM_NO_LIMIT : plan->options.caps[cap];
    if (plan->trial_count == TRIALS_MAX)
        return too_many(error);
    char *name = trial_name(&plan->rows[row], cap_bytes);
    if (!name ||
        mlm_grow(&plan->trials, plan->trial_count, &plan->trial_capacity, sizeof *plan->trials) < 0) {
        free(name);
        return mlm_error_errno(error, -ENOMEM, "plan");
    }
    plan->trials[plan->trial_count++] = (struct mlm_plan_trial){
        .row = row,
        .cell = row * (plan->options.cap_count + 1) + cap,
        .limits = plan->options.limits,
        .repetition = round,
        .reference = reference,
        .name = name,
        .rough_ns = trial_rough_ns(plan, &plan->rows[row], cap_bytes),
    };
    plan->trials[plan->trial_count - 1].limits.cap_bytes = cap_bytes;
    return 0;
}

static bool wants_reference(const struct mlm_plan *plan, const struct mlm_plan_row *row)
{
    const struct mlm_plan_options *options = &plan->options;
    for (size_t i = 0; i < options->cap_count; i++)
        if (options->caps[i] == MLM_NO_LIMIT)
            return false;
    if (row->refused || row->suite->calibrates || row->workload->flags & MLM_GROWS)
        return false;
    /* The machine must not swap because of a reference. */
    uint64_t peak = likely_peak(row) + options->limits.background_bytes;
    return peak < mlm_memory_usable_bytes(options->available_bytes);
}

static int round_make(struct mlm_plan *plan, uint64_t round, struct mlm_error *error)
{
    const struct mlm_plan_options *options = &plan->options;
    int r = 0;
    for (size_t i = 0; i < plan->row_count && r == 0; i++) {
        const struct mlm_plan_row *row = &plan->rows[i];
        for (size_t c = 0; r == 0 && c < options->cap_count && !(row->refused && round > 0); c++)
            if (!(row->workload->flags & MLM_GROWS && options->caps[c] == MLM_NO_LIMIT))
                r = trial_add(plan, i, c, round, error); /* else it would fill the machine */
        if (r == 0 && wants_reference(plan, row))
            r = trial_add(plan, i, options->cap_count, round, error);
    }
    return r;
}

static int rounds_make(struct mlm_plan *plan, struct mlm_error *error)
{
    const uint64_t repetitions = plan->options.repetitions;
    plan->certain_rounds = repetitions ? repetitions : MLM_ROUNDS_LEAST;
    plan->most_rounds = repetitions ? repetitions : MLM_ROUNDS_MOST;
    plan->cell_count = plan->row_count * (plan->options.cap_count + 1);
    uint64_t again = repetitions ? 0 : MLM_ROUNDS_AGAIN;
    int r = 0;
    for (uint64_t round = 0; round < plan->most_rounds + again && r == 0; round++)
        r = round_make(plan, round, error);
    return r;
}

bool mlm_plan_is_certain(const struct mlm_plan *plan, const struct mlm_plan_trial *trial)
{
    const struct mlm_plan_row *row = &plan->rows[trial->row];
    if (trial->repetition >= plan->certain_rounds)
        return false;
    double peak = (double)likely_peak(row) + (double)plan->options.limits.background_bytes;
    bool near = false;
    for (size_t c = 0; c < plan->options.cap_count; c++)
        near |= peak > MLM_NEAR_CAP * (double)plan->options.caps[c];
    return !trial->reference || near;
}

int mlm_plan_make(const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options,
    struct mlm_plan **ret_plan, struct mlm_error *error)
{
    mlm_cleanup(plan_free_p) struct mlm_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return mlm_error_errno(error, -ENOMEM, "plan");
    plan->options = *options;
    const struct mlm_dataset_shape *shape = &options->dataset_shape;
    if (options->dataset)
        plan->options.data_bytes = shape->plain_bytes ? shape->plain_bytes : shape->file.size_bytes;
    else if (!options->data_bytes)
        plan->options.data_bytes = default_data(options);
    if (options->limits.processors && options->threads > options->limits.processors)
        return mlm_error_set(error, -EINVAL,
            "--threads %" PRIu64 " needs as many processors; give --cpus %" PRIu64 " or more",
            options->threads, options->threads);
    int r = suites_check(catalogue, options, error);
    if (r == 0)
        r = sweeps_check(catalogue, options, error);
    if (r == 0)
        r = rows_make(plan, catalogue, error);
    if (r == 0)
        r = rounds_make(plan, error);
    if (r == 0)
        r = mlm_plan_filter(plan, error);
    if (r == 0)
        r = values_check(plan, error);
    if (r == 0 && !plan->trial_count)
        r = mlm_error_set(error, -EINVAL, "no row to run; rows that are not quick need --all");
    if (r == 0)
        r = mlm_plan_shard(plan, error);
    if (r == 0)
        r = mlm_plan_shuffle(plan, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < plan->trial_count; i++) {
        if (mlm_plan_is_certain(plan, &plan->trials[i]))
            plan->rough_ns += plan->trials[i].rough_ns;
        plan->rows[plan->trials[i].row].wanted = true;
    }
    *ret_plan = mlm_take_ptr(plan);
    return 0;
}

static int64_t or_null(uint64_t bytes)
{
    return bytes ? (int64_t)bytes : MLM_NULL;
}

int mlm_plan_describe(
    const struct mlm_plan *plan, const struct mlm_plan_trial *trial, struct mlm_record *record)
{
    const struct mlm_plan_options *options = &plan->options;
    const struct mlm_plan_row *row = &plan->rows[trial->row];
    record->suite = strdup(row->suite->name);
    record->workload = mlm_text_of("%s/%s", row->suite->name, row->workload->name);
    record->equal_work = strdup(row->equal_work);
    record->rate_of = row->workload->rate_of ? strdup(row->workload->rate_of) : NULL;
    record->dataset = options->dataset ? strdup(options->dataset) : NULL;
    if (!record->suite || !record->workload || !record->equal_work ||
        mlm_params_copy(&row->params, &record->params) < 0)
        return -ENOMEM;
    record->answer_tolerance = row->workload->answer_tolerance;
    record->limits = trial->limits;
    record->data_bytes = options->data_bytes;
    record->seed = options->seed;
    record->threads = row->threads;
    record->repetition = trial->repetition;
    record->reference = trial->reference;
    if (!row->refused && row->workload->core_bytes)
        record->readings.values[MLM_core_bytes] = (int64_t)row->core_bytes;
    record->readings.values[MLM_predicted_peak_bytes] = or_null(row->peak_bytes);
    return 0;
}
