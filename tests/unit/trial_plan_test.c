/* Tests the plan with invented suites: rows, caps, repetitions, references, order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trial/plan.h"

#define MIB (UINT64_C(1) << 20)

struct toy_config {
    struct mlm_job job;
    double density;
    uint64_t batch;
};

static const struct mlm_param toy_params[] = {
    {.name = "density",
        .type = MLM_PARAM_REAL,
        .offset = offsetof(struct toy_config, density),
        .help = "share",
        .sweep = "0.01,0.1,0.5",
        .quick = "0.01,0.1",
        .minimum = 0.001,
        .maximum = 1,
        .equal_work = true},
    {.name = "batch",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct toy_config, batch),
        .help = "rows",
        .sweep = "64,128",
        .of_generated_data = true},
    {.name = NULL},
};

static int toy_derive(void *config, struct mlm_error *error)
{
    const struct toy_config *toy = config;
    if (toy->batch > 1000)
        return mlm_error_set(error, -EINVAL, "batch %u is too large", (unsigned)toy->batch);
    return 0;
}

static uint64_t toy_core(const void *config)
{
    const struct toy_config *toy = config;
    return (uint64_t)((double)toy->job.data_bytes * toy->density);
}

static uint64_t toy_peak(const void *config)
{
    return toy_core(config) + MIB;
}

static uint64_t toy_rough(const void *config)
{
    return toy_core(config);
}

#define TOY                                                                                                  \
    .params = toy_params, .config_size = sizeof(struct toy_config), .derive = toy_derive,                    \
    .core_bytes = toy_core, .peak_bytes = toy_peak, .rough_ns = toy_rough

static const struct mlm_workload quick = {.name = "quick", .flags = MLM_QUICK | MLM_USER_DATA, TOY};
static const struct mlm_workload slow = {.name = "slow", .max_threads = 1, TOY};
static const struct mlm_workload other = {.name = "other", .work = "elsewhere", TOY};
static const struct mlm_workload hidden = {.name = "hidden", .flags = MLM_QUICK | MLM_HIDDEN, TOY};
static const struct mlm_workload grows = {.name = "grows", .flags = MLM_GROWS, TOY};
static const struct mlm_workload *const toy_workloads[] = {&quick, &slow, &other, &hidden, &grows, NULL};
static const struct mlm_workload *const self_workloads[] = {&quick, NULL};
static const struct mlm_suite toy = {
    .contract = MLM_CONTRACT_VERSION, .name = "toy", .workloads = toy_workloads};
static const struct mlm_suite calibration = {.contract = MLM_CONTRACT_VERSION,
    .name = "calibration",
    .calibrates = true,
    .on_request = true,
    .workloads = self_workloads};
static const struct mlm_suite *suites[] = {&calibration, &toy};
static const struct mlm_catalogue catalogue = {.suites = suites, .suite_count = 2};

static const uint64_t one_cap[] = {2048 * MIB};

static struct mlm_plan_options standard(void)
{
    return (struct mlm_plan_options){
        .caps = one_cap,
        .cap_count = 1,
        .limits.swap_limit_bytes = MLM_NO_LIMIT,
        .repetitions = 3,
        .limits.timeout_ns = UINT64_C(60000000000),
        .seed = 1,
        .threads = 4,
        .available_bytes = 8192 * MIB,
    };
}

static struct mlm_plan *make(const struct mlm_plan_options *options)
{
    struct mlm_plan *plan = NULL;
    struct mlm_error error = {0};
    if (mlm_plan_make(&catalogue, options, &plan, &error) < 0)
        fail_msg("%s", error.text);
    return plan;
}

static void refused(const struct mlm_plan_options *options, const char *part)
{
    struct mlm_plan *plan = NULL;
    struct mlm_error error = {0};
    assert_int_equal(mlm_plan_make(&catalogue, options, &plan, &error), -EINVAL);
    assert_null(plan);
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in: %s", part, error.text);
}

/* The trials of the first round whose name has this part. */
static size_t count(const struct mlm_plan *plan, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->trial_count && plan->trials[i].repetition == 0; i++)
        n += strstr(plan->trials[i].name, part) ? 1 : 0;
    return n;
}

static void quick_rows_by_default(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    struct mlm_plan *plan = make(&options);
    /* Two densities, with a reference each; no other workload, no calibration. */
    assert_int_equal(plan->row_count, 2);
    assert_int_equal(count(plan, ""), 4);
    assert_int_equal(count(plan, "toy/quick/density:0.01/batch:64/cap:2G"), 1);
    assert_int_equal(count(plan, "toy/quick/density:0.1/batch:64/cap:none"), 1);
    assert_int_equal(plan->options.data_bytes, 2560 * MIB);
    mlm_plan_free(plan);
}

static void all_takes_every_combination(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.all = true;
    struct mlm_plan *plan = make(&options);
    /* quick, slow, other, grows with 3 × 2 values each. */
    assert_int_equal(plan->row_count, 24);
    assert_int_equal(count(plan, "hidden"), 0);
    /* A workload that grows until it is stopped has no reference. */
    assert_int_equal(count(plan, "grows"), 6);
    assert_int_equal(count(plan, "toy/slow"), 12);
    mlm_plan_free(plan);
    static const uint64_t no_cap[] = {MLM_NO_LIMIT};
    options.caps = no_cap;
    plan = make(&options);
    assert_int_equal(count(plan, "grows"), 0);
    assert_int_equal(count(plan, "toy/slow"), 6);
    mlm_plan_free(plan);
}

static void data_follows_the_middle_cap(void **state)
{
    (void)state;
    static const uint64_t caps[] = {MLM_NO_LIMIT, 4096 * MIB, 512 * MIB, 1024 * MIB, 2048 * MIB};
    struct mlm_plan_options options = standard();
    options.caps = caps;
    options.cap_count = 5;
    struct mlm_plan *plan = make(&options);
    assert_int_equal(plan->options.data_bytes, 1280 * MIB);
    /* The cap `none` was asked for, so there is no reference beside it. */
    assert_int_equal(count(plan, "cap:none"), 2);
    for (size_t i = 0; i < plan->trial_count; i++)
        assert_false(plan->trials[i].reference);
    mlm_plan_free(plan);
}

static void references_must_fit_in_memory(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.available_bytes = 100 * MIB;
    struct mlm_plan *plan = make(&options);
    /* 0.01 of 2560M fits, 0.1 does not. */
    assert_int_equal(count(plan, "cap:none"), 1);
    assert_int_equal(count(plan, "density:0.01/batch:64/cap:none"), 1);
    options.limits.background_bytes = 80 * MIB;
    mlm_plan_free(plan);
    plan = make(&options);
    assert_int_equal(count(plan, "cap:none"), 0);
    mlm_plan_free(plan);
}

/* All trials of a round stand together, and each row has one in each. */
static void rounds_follow_each_other(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    struct mlm_plan *plan = make(&options);
    assert_int_equal(plan->certain_rounds, 3);
    assert_int_equal(plan->most_rounds, 3);
    assert_int_equal(plan->trial_count, 3 * 4);
    for (size_t i = 0; i < plan->trial_count; i++)
        assert_int_equal(plan->trials[i].repetition, i / 4);
    for (size_t i = 0; i < plan->trial_count; i++)
        for (size_t k = i - i % 4; k < i; k++)
            assert_true(plan->trials[k].cell != plan->trials[i].cell);
    /* A row's reference comes right beside it, in the first round behind it: only then is it known whether it
     * is needed. */
    for (size_t i = 0; i < plan->trial_count; i += 2)
        assert_int_equal(plan->trials[i].row, plan->trials[i + 1].row);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(plan->trials[i].reference, i % 2);
    mlm_plan_free(plan);
    options.repetitions = 0;
    plan = make(&options);
    assert_int_equal(plan->certain_rounds, MLM_ROUNDS_LEAST);
    assert_int_equal(plan->most_rounds, MLM_ROUNDS_MOST);
    /* There are more, for trials that other work disturbs. */
    assert_int_equal(plan->trial_count, 4 * (MLM_ROUNDS_MOST + MLM_ROUNDS_AGAIN));
    /* A reference is certain only where its row comes near the cap, and nothing is in later rounds. */
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct mlm_plan_trial *trial = &plan->trials[i];
        bool first = trial->repetition < MLM_ROUNDS_LEAST;
        assert_int_equal(mlm_plan_is_certain(plan, trial), first && !trial->reference);
    }
    mlm_plan_free(plan);
}

static char *order(const struct mlm_plan *plan)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; i < plan->trial_count; i++)
        fprintf(out, "%s %u\n", plan->trials[i].name, (unsigned)plan->trials[i].repetition);
    (void)fclose(out);
    return text;
}

static void order_is_a_seeded_shuffle(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.all = true;
    struct mlm_plan *plan = make(&options);
    char *first = order(plan);
    mlm_plan_free(plan);
    plan = make(&options);
    char *same = order(plan);
    mlm_plan_free(plan);
    options.seed = 2;
    plan = make(&options);
    char *another = order(plan);
    /* Repetitions of one row must not be adjacent. */
    size_t neighbours = 0;
    for (size_t i = 1; i < plan->trial_count; i++)
        neighbours += strcmp(plan->trials[i].name, plan->trials[i - 1].name) == 0 ? 1 : 0;
    assert_true(neighbours < plan->trial_count / 10);
    /* What is compared lies side by side: the caps of a row in a round, and its reference. */
    for (size_t i = 1; i + 1 < plan->trial_count; i++)
        for (size_t k = i + 1;
             k < plan->trial_count && plan->trials[k].repetition == plan->trials[i].repetition; k++)
            if (plan->trials[k].row == plan->trials[i].row)
                assert_int_equal(plan->trials[k - 1].row, plan->trials[i].row);
    mlm_plan_free(plan);
    assert_string_equal(first, same);
    assert_string_not_equal(first, another);
    free(first);
    free(same);
    free(another);
}

/* All parts together are the plan; none has a trial of another, and rows that do equal work are in one part.
 */
static void shards_are_whole_groups(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.all = true;
    struct mlm_plan *whole = make(&options);
    size_t trials = 0, rows[3] = {0};
    uint64_t *of = calloc(whole->row_count, sizeof *of);
    for (uint64_t part = 0; part < 3; part++) {
        options.shard = (struct mlm_shard){part, 3};
        struct mlm_plan *plan = make(&options);
        trials += plan->trial_count;
        for (size_t i = 0; i < plan->row_count; i++) {
            if (!plan->rows[i].wanted)
                continue;
            assert_int_equal(of[i], 0);
            of[i] = part + 1;
            rows[part]++;
        }
        mlm_plan_free(plan);
    }
    assert_int_equal(trials, whole->trial_count);
    for (size_t i = 0; i < whole->row_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(whole->rows[i].equal_work, whole->rows[k].equal_work) == 0)
                assert_int_equal(of[i], of[k]);
    for (int part = 0; part < 3; part++)
        assert_true(rows[part] > 0);
    free(of);
    mlm_plan_free(whole);
    options.shard = (struct mlm_shard){999, 1000};
    refused(&options, "--shard 1000/1000: no row is left for this part");
}

static void equal_work_is_the_job_and_what_decides_it(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.all = true;
    struct mlm_plan *plan = make(&options);
    const char *of[3] = {NULL, NULL, NULL};
    for (size_t i = 0; i < plan->row_count; i++) {
        const struct mlm_plan_row *row = &plan->rows[i];
        const struct toy_config *config = row->config;
        if (config->density != 0.1)
            continue;
        size_t k = row->workload == &quick ? 0 : row->workload == &slow ? 1 : row->workload == &other ? 2 : 3;
        /* Batch sizes differ within a group and are compared. */
        if (k < 3 && of[k])
            assert_string_equal(of[k], row->equal_work);
        if (k < 3)
            of[k] = row->equal_work;
    }
    assert_string_equal(of[0], "toy data=2560M seed=1 density=0.1");
    assert_string_equal(of[0], of[1]);
    assert_string_equal(of[2], "toy elsewhere data=2560M seed=1 density=0.1");
    mlm_plan_free(plan);
}

static void sweeps_and_filters(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    assert_int_equal(mlm_params_add(&options.sweeps, "density", "0.2"), 0);
    assert_int_equal(mlm_params_add(&options.sweeps, "batch", "1,2,4096"), 0);
    struct mlm_plan *plan = make(&options);
    assert_int_equal(plan->row_count, 3);
    /* An impossible combination stays as one trial, which will give the reason. */
    assert_int_equal(count(plan, "batch:4096"), 1);
    assert_true(plan->rows[2].refused);
    assert_string_equal(plan->rows[2].reason, "batch 4096 is too large");
    mlm_plan_free(plan);
    options.filter = "batch:[12]/";
    plan = make(&options);
    assert_int_equal(count(plan, ""), 4);
    mlm_plan_free(plan);
    options.filter = "-cap:none";
    plan = make(&options);
    assert_int_equal(count(plan, ""), 3);
    mlm_plan_free(plan);
    options.filter = "all";
    plan = make(&options);
    assert_int_equal(count(plan, ""), 5);
    mlm_plan_free(plan);
    options.filter = "[";
    refused(&options, "--filter '['");
    options.filter = "nothing like it";
    refused(&options, "leaves no trial");
    mlm_params_release(&options.sweeps);
    /* A value that only rows without a trial do not take is no error. */
    assert_int_equal(mlm_params_add(&options.sweeps, "density", "0.2,7"), 0);
    options.filter = "density:0.2/";
    plan = make(&options);
    assert_true(count(plan, "") > 0);
    mlm_plan_free(plan);
    options.filter = "density:7/";
    refused(&options, "toy/quick: density=7 is out of range");
    mlm_params_release(&options.sweeps);
}

static void a_users_file_has_its_own_shape(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.all = true;
    options.dataset = "/somewhere/own.csv";
    struct mlm_plan *plan = make(&options);
    /* Three densities each of quick, slow, other and grows; parameters of generated data are left out for a
     * user's file. */
    assert_int_equal(plan->row_count, 12);
    assert_int_equal(count(plan, "batch:"), 0);
    for (size_t i = 0; i < plan->row_count; i++) {
        assert_int_equal(plan->rows[i].refused, !(plan->rows[i].workload->flags & MLM_USER_DATA));
        assert_non_null(strstr(plan->rows[i].equal_work, "dataset=/somewhere/own.csv seed="));
    }
    mlm_plan_free(plan);
    options.dataset_reading.separator = MLM_SEPARATOR_TAB;
    plan = make(&options);
    assert_non_null(strstr(plan->rows[0].equal_work, "dataset=/somewhere/own.csv separator=tab seed="));
    mlm_plan_free(plan);
}

/* The amount of data is what trials read: the file, or its plain copy. */
static void a_users_file_has_its_own_size(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    options.dataset = "/somewhere/own.csv.gz";
    options.data_bytes = 5 * MIB;
    options.dataset_shape.file.size_bytes = 100;
    struct mlm_plan *plan = make(&options);
    assert_int_equal(plan->options.data_bytes, 100);
    mlm_plan_free(plan);
    options.dataset_shape.plain_bytes = 300;
    plan = make(&options);
    assert_int_equal(plan->options.data_bytes, 300);
    mlm_plan_free(plan);
}

static void what_does_not_exist_is_named(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    static const char *const nonsense[] = {"nonsense"};
    options.suites = nonsense;
    options.suite_count = 1;
    refused(&options, "calibration, toy");
    options = standard();
    assert_int_equal(mlm_params_add(&options.sweeps, "colour", "red"), 0);
    refused(&options, "colour");
    mlm_params_release(&options.sweeps);
    assert_int_equal(mlm_params_add(&options.sweeps, "density", "7"), 0);
    refused(&options, "density=7 is out of range");
    mlm_params_release(&options.sweeps);
}

static void specifications_reach_the_record(void **state)
{
    (void)state;
    struct mlm_plan_options options = standard();
    static const char *const chosen[] = {"toy"};
    options.suites = chosen;
    options.suite_count = 1;
    options.all = true;
    options.filter = "toy/slow/density:0.5/batch:128/cap:2G";
    options.repetitions = 1;
    options.limits.swap_limit_bytes = 7 * MIB;
    options.limits.background_bytes = 5 * MIB;
    options.limits.background_active = true;
    struct mlm_plan *plan = make(&options);
    assert_int_equal(count(plan, ""), 1);
    struct mlm_record record;
    mlm_record_init(&record);
    assert_int_equal(mlm_plan_describe(plan, &plan->trials[0], &record), 0);
    assert_string_equal(record.suite, "toy");
    assert_string_equal(record.workload, "toy/slow");
    assert_int_equal(record.params.count, 2);
    assert_string_equal(record.params.items[0].value, "0.5");
    assert_int_equal(record.limits.cap_bytes, 2048 * MIB);
    assert_int_equal(record.limits.swap_limit_bytes, 7 * MIB);
    assert_int_equal(record.limits.background_bytes, 5 * MIB);
    assert_string_equal(mlm_background_mode(&record.limits), "active");
    /* Four threads were asked for; the workload can use one, and the record says one. */
    assert_int_equal(record.threads, 1);
    assert_int_equal(record.readings.values[MLM_core_bytes], 1280 * MIB);
    assert_int_equal(record.readings.values[MLM_predicted_peak_bytes], 1281 * MIB);
    assert_true(record.readings.values[MLM_run_ns] == MLM_NULL);
    mlm_record_release(&record);
    mlm_plan_free(plan);
}

static void estimates_know_swap(void **state)
{
    (void)state;
    static const uint64_t caps[] = {64 * MIB};
    struct mlm_plan_options options = standard();
    options.caps = caps;
    options.data_bytes = 1000 * MIB;
    options.filter = "density:0.1/.*cap:64M";
    options.repetitions = 1;
    struct mlm_plan *plan = make(&options);
    uint64_t without = plan->rough_ns;
    mlm_plan_free(plan);
    options.machine_swap_bytes = 4096 * MIB;
    plan = make(&options);
    uint64_t with = plan->rough_ns;
    mlm_plan_free(plan);
    assert_true(without < UINT64_C(1000000000));
    assert_true(with >= options.limits.timeout_ns);
    options.limits.swap_limit_bytes = 0;
    plan = make(&options);
    assert_int_equal(plan->rough_ns, without);
    mlm_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quick_rows_by_default),
        cmocka_unit_test(all_takes_every_combination),
        cmocka_unit_test(data_follows_the_middle_cap),
        cmocka_unit_test(references_must_fit_in_memory),
        cmocka_unit_test(rounds_follow_each_other),
        cmocka_unit_test(order_is_a_seeded_shuffle),
        cmocka_unit_test(shards_are_whole_groups),
        cmocka_unit_test(equal_work_is_the_job_and_what_decides_it),
        cmocka_unit_test(sweeps_and_filters),
        cmocka_unit_test(a_users_file_has_its_own_shape),
        cmocka_unit_test(a_users_file_has_its_own_size),
        cmocka_unit_test(what_does_not_exist_is_named),
        cmocka_unit_test(specifications_reach_the_record),
        cmocka_unit_test(estimates_know_swap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
