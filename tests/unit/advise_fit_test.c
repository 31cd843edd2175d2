/* Tests the search for the smallest cap that is enough, on simulated jobs with known needs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advise/fit/search.h"
#include "advise/fit/words.h"
#include "base/size.h"

#define MIB (UINT64_C(1) << 20)

/* A simulated job, described by what a kernel would measure. */
struct job {
    double need_mib;             /* the smallest cap at which it ends well */
    double vary_mib;             /* its needs vary upwards by this much from run to run */
    double ceiling_mib;          /* its memory without a cap */
    double floor_mib;            /* its sampled anonymous memory; 0: too short to sample */
    double file_mib;             /* its file pages; 0: not sampled */
    double ease_mib, slope;      /* below this cap its time grows by `slope` times the missing share */
    double noise;                /* random share of its time */
    uint64_t fails_from, random; /* number of the trial from which on it fails by itself; 0: never */
    uint64_t untimed_every;      /* one trial in this many has no known time; 0: all have one */
    double stolen; /* other work takes up to this share of its time, and every trial is disturbed */
    uint64_t busy_from, busy_count; /* these trials take `busy` times as long, and nothing shows it */
    double busy;
};

/* Knuth's generator of the MMIX; any generator would do. */
static double chance(struct job *job)
{
    job->random = job->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(job->random >> 11) / (double)(UINT64_C(1) << 53);
}

static void job_run(struct job *job, uint64_t cap_bytes, size_t count, struct mlm_record *record)
{
    double need = (job->need_mib + job->vary_mib * chance(job)) * (double)MIB, cap = (double)cap_bytes;
    bool capped = cap_bytes != MLM_NO_LIMIT;
    mlm_record_init(record);
    record->limits.cap_bytes = cap_bytes;
    record->outcome = MLM_OUTCOME_OK;
    if (capped && cap < need)
        record->outcome = MLM_OUTCOME_OOM;
    if (job->fails_from && count + 1 >= job->fails_from)
        record->outcome = MLM_OUTCOME_CRASH;
    double lack = capped ? fmax(0, 1 - cap / (job->ease_mib * (double)MIB)) : 0;
    double time = 1e9 * (1 + job->slope * lack) * (1 + job->noise * (chance(job) - 0.5));
    if (job->stolen > 0) {
        double stolen = time * job->stolen * (0.5 + 0.5 * chance(job));
        record->readings.values[MLM_stolen_ns] = (int64_t)stolen;
        record->marks |= MLM_MARK_BIT(disturbed);
        time += stolen;
    }
    if (count >= job->busy_from && count < job->busy_from + job->busy_count)
        time *= job->busy;
    bool timed = !job->untimed_every || count % job->untimed_every;
    record->readings.values[MLM_run_ns] = timed ? (int64_t)time : MLM_NULL;
    double peak = fmax(job->ceiling_mib * (double)MIB, need);
    record->readings.values[MLM_cage_peak_bytes] = (int64_t)fmin(peak, cap);
    if (job->floor_mib > 0)
        record->readings.values[MLM_anon_peak_bytes] = (int64_t)(job->floor_mib * (double)MIB);
    if (job->file_mib > 0)
        record->readings.values[MLM_file_peak_bytes] = (int64_t)(job->file_mib * (double)MIB);
}

static const struct mlm_fit_options usual = {.tolerance = 0.02,
    .within = NAN,
    .repetitions = 3,
    .max_trials = 60,
    .least_bytes = 16 * MIB,
    .page_bytes = 4096};

static void search(struct job *job, const struct mlm_fit_options *options, struct mlm_fit *fit)
{
    mlm_fit_begin(options, fit);
    for (uint64_t cap; (cap = mlm_fit_next(fit)) != 0;) {
        struct mlm_record record;
        assert_true(cap >= options->least_bytes);
        job_run(job, cap, fit->count, &record);
        assert_int_equal(mlm_fit_tell(fit, &record), 0);
        mlm_record_release(&record);
        assert_true(fit->count <= options->max_trials);
    }
}

static void found_at(const struct mlm_fit_edge *edge, double need_mib)
{
    assert_int_equal(edge->state, MLM_FIT_FOUND);
    assert_true((double)edge->low_bytes < need_mib * (double)MIB);
    assert_true((double)edge->high_bytes >= need_mib * (double)MIB);
    assert_true((double)edge->high_bytes <= 1.02 * (double)edge->low_bytes);
}

/* Whatever is known about the job, and whatever its size: the answer is within 2 %, after a dozen trials. */
static void test_steady_needs(void **state)
{
    (void)state;
    for (int i = 0; i < 23; i++) {
        double need = 17 * pow(1.37, i);
        struct job jobs[] = {
            {.need_mib = need, .ceiling_mib = need + 0.5, .floor_mib = need - 1.3},
            {.need_mib = need, .ceiling_mib = need, .floor_mib = 0},
            {.need_mib = need, .ceiling_mib = need * 0.999, .floor_mib = need * 0.97},
            {.need_mib = need, .ceiling_mib = need * 10, .floor_mib = need * 0.98},
        };
        for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++) {
            struct mlm_fit fit;
            search(&jobs[j], &usual, &fit);
            struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
            found_at(&edge, need);
            assert_int_equal(edge.some_bytes, edge.high_bytes);
            assert_true(mlm_fit_tally(&fit, edge.high_bytes).ok == 3);
            assert_true(fit.count <= 12);
            mlm_fit_release(&fit);
        }
    }
}

/* A sampled minimum that is too low, or a cache that hides the needs: more trials, the same answer. */
static void test_poor_hints(void **state)
{
    (void)state;
    struct job jobs[] = {
        {.need_mib = 300, .ceiling_mib = 310, .floor_mib = 20},
        {.need_mib = 300, .ceiling_mib = 3000, .floor_mib = 0},
        {.need_mib = 40, .ceiling_mib = 8000, .floor_mib = 1},
    };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct mlm_fit fit;
        search(&jobs[i], &usual, &fit);
        struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
        found_at(&edge, jobs[i].need_mib);
        assert_true(fit.count <= 25);
        mlm_fit_release(&fit);
    }
}

static void test_fails_without_a_cap(void **state)
{
    (void)state;
    struct job job = {.need_mib = 100, .ceiling_mib = 100, .fails_from = 1};
    struct mlm_fit fit;
    search(&job, &usual, &fit);
    assert_int_equal(fit.count, 1);
    assert_int_equal(mlm_fit_edge(&fit, MLM_FIT_ENDS).state, MLM_FIT_NEVER);
    mlm_fit_release(&fit);
}

static void test_least(void **state)
{
    (void)state;
    struct job job = {.need_mib = 2, .ceiling_mib = 3};
    struct mlm_fit fit;
    search(&job, &usual, &fit);
    struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
    assert_int_equal(edge.state, MLM_FIT_LEAST);
    assert_int_equal(edge.high_bytes, 16 * MIB);
    assert_int_equal(fit.count, 6);
    mlm_fit_release(&fit);
}

/* Needs between 100 and 130 MiB: the answer is a cap that is not enough at times and one that was enough
 * three times, and the text says that the needs vary. */
static void test_varying_need(void **state)
{
    (void)state;
    size_t said = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct job job = {
            .need_mib = 100, .vary_mib = 30, .ceiling_mib = 100, .floor_mib = 90, .random = seed};
        struct mlm_fit fit;
        search(&job, &usual, &fit);
        struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
        assert_int_equal(edge.state, MLM_FIT_FOUND);
        assert_true(edge.high_bytes >= 100 * MIB);
        assert_true(edge.high_bytes <= 136 * MIB);
        assert_true(edge.low_bytes < 130 * MIB);
        said += edge.some_bytes < edge.low_bytes;
        mlm_fit_release(&fit);
    }
    assert_true(said > 100);
}

/* A kernel counts whole pages: no cap between two pages is tried, and with hardly any tolerance the edge is
 * one page wide. */
static void test_pages(void **state)
{
    (void)state;
    static const uint64_t pages[] = {4096, 16384, 65536};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct mlm_fit_options options = usual;
        options.page_bytes = pages[i];
        options.tolerance = 1e-6;
        options.max_trials = 400;
        struct job job = {.need_mib = 300.3, .ceiling_mib = 320, .floor_mib = 299};
        struct mlm_fit fit;
        search(&job, &options, &fit);
        struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
        assert_int_equal(edge.state, MLM_FIT_FOUND);
        assert_int_equal(edge.high_bytes - edge.low_bytes, pages[i]);
        for (size_t t = 0; t < fit.count; t++)
            assert_true(fit.trials[t].cap_bytes == MLM_NO_LIMIT || fit.trials[t].cap_bytes % pages[i] == 0);
        mlm_fit_release(&fit);
    }
}

static void test_max_trials(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.max_trials = 4;
    struct job job = {.need_mib = 300, .ceiling_mib = 3000};
    struct mlm_fit fit;
    search(&job, &options, &fit);
    struct mlm_fit_edge edge = mlm_fit_edge(&fit, MLM_FIT_ENDS);
    assert_int_equal(fit.count, 4);
    assert_int_equal(edge.state, MLM_FIT_OPEN);
    assert_true(edge.high_bytes >= 300 * MIB);
    mlm_fit_release(&fit);
}

/* The job ends from 100 MiB on. At 800 MiB it lacks a fifth of 1000 MiB, and is 10 % slower. */
static void test_within(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct job job = {.need_mib = 100,
            .ceiling_mib = 1100,
            .floor_mib = 99,
            .ease_mib = 1000,
            .slope = 0.5,
            .noise = seed % 2 ? 0 : 0.02,
            .random = seed};
        struct mlm_fit fit;
        search(&job, &options, &fit);
        struct mlm_fit_edge ends = mlm_fit_edge(&fit, MLM_FIT_ENDS), fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
        found_at(&ends, 100);
        if (seed % 2)
            found_at(&fast, 800);
        assert_int_equal(fast.state, MLM_FIT_FOUND);
        assert_true(fast.high_bytes > 750 * MIB && fast.high_bytes < 850 * MIB);
        assert_true(fabs(mlm_fit_tally(&fit, fast.high_bytes).slowdown - 1.1) < 0.03);
        /* Each trial that decides about a cap at the edge has one without a cap beside it. */
        size_t referred = mlm_fit_tally(&fit, MLM_NO_LIMIT).count;
        assert_true(seed % 2 ? referred <= 8 : referred >= 5 && referred <= 20);
        mlm_fit_release(&fit);
    }
}

/* Times that vary by 10 % from run to run, as those of short jobs do: the edge of a job that is three times
 * as slow with a tenth less is found all the same. */
static void test_within_noisy(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    size_t near = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct job job = {.need_mib = 40,
            .ceiling_mib = 441,
            .floor_mib = 39,
            .file_mib = 400,
            .ease_mib = 430,
            .slope = 20,
            .noise = 0.2,
            .random = seed};
        struct mlm_fit fit;
        search(&job, &options, &fit);
        struct mlm_fit_edge fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
        near += fast.state == MLM_FIT_FOUND && fast.high_bytes > 397 * MIB && fast.high_bytes < 485 * MIB;
        mlm_fit_release(&fit);
    }
    assert_true(near >= 95);
}

/* While others use the machine's memory, everything takes longer, and no figure of the trial shows it. Such a
 * phase moves no edge, whenever it begins. */
static void test_within_busy_phase(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    options.max_trials = 120;
    for (uint64_t from = 0; from <= 40; from++) {
        struct job job = {.need_mib = 100,
            .ceiling_mib = 1100,
            .floor_mib = 99,
            .ease_mib = 1000,
            .slope = 0.5,
            .noise = 0.01,
            .random = from,
            .busy_from = from,
            .busy_count = 6,
            .busy = 1.5};
        struct mlm_fit fit;
        search(&job, &options, &fit);
        struct mlm_fit_edge fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
        assert_int_equal(fast.state, MLM_FIT_FOUND);
        assert_true(fast.high_bytes > 750 * MIB && fast.high_bytes < 850 * MIB);
        mlm_fit_release(&fit);
    }
}

/* A job that has its full speed wherever it ends has only one edge. */
static void test_within_at_once(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    struct job job = {.need_mib = 100, .ceiling_mib = 101, .floor_mib = 99, .noise = 0.02, .random = 7};
    struct mlm_fit fit;
    search(&job, &options, &fit);
    struct mlm_fit_edge ends = mlm_fit_edge(&fit, MLM_FIT_ENDS), fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
    assert_int_equal(fast.state, MLM_FIT_FOUND);
    assert_int_equal(fast.high_bytes, ends.high_bytes);
    assert_int_equal(fast.low_bytes, ends.low_bytes);
    mlm_fit_release(&fit);
}

/* A job that is slow under every cap: the search ends and says so. */
static void test_within_nowhere(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    struct job job = {.need_mib = 100, .ceiling_mib = 101, .floor_mib = 99, .ease_mib = 1e9, .slope = 2};
    struct mlm_fit fit;
    search(&job, &options, &fit);
    struct mlm_fit_edge ends = mlm_fit_edge(&fit, MLM_FIT_ENDS), fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
    found_at(&ends, 100);
    assert_int_equal(fast.state, MLM_FIT_NEVER);
    assert_true(fit.count < 30);
    /* The search stops at twice the most that the job ever held. */
    for (size_t i = 0; i < fit.count; i++)
        assert_true(fit.trials[i].cap_bytes == MLM_NO_LIMIT || fit.trials[i].cap_bytes < 206 * MIB);
    mlm_fit_release(&fit);
}

/* A trial whose time is not known is neither fast nor slow: it is repeated. */
static void test_within_untimed(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.1;
    for (uint64_t every = 3; every <= 9; every++) {
        struct job job = {.need_mib = 100,
            .ceiling_mib = 1100,
            .floor_mib = 99,
            .ease_mib = 1000,
            .slope = 0.5,
            .untimed_every = every};
        struct mlm_fit fit;
        search(&job, &options, &fit);
        struct mlm_fit_edge ends = mlm_fit_edge(&fit, MLM_FIT_ENDS), fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
        found_at(&ends, 100);
        found_at(&fast, 800);
        mlm_fit_release(&fit);
    }
}

/* What is much slower is so even where other work disturbs every trial; how much slower is not said. */
static void test_within_disturbed(void **state)
{
    (void)state;
    struct mlm_fit_options options = usual;
    options.within = 0.5;
    struct job job = {
        .need_mib = 100, .ceiling_mib = 1100, .floor_mib = 99, .ease_mib = 800, .slope = 1000, .stolen = 0.4};
    struct mlm_fit fit;
    search(&job, &options, &fit);
    struct mlm_fit_edge fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
    found_at(&fast, 800);
    assert_true(fit.count <= 45);
    assert_true(isnan(mlm_fit_tally(&fit, fast.high_bytes).slowdown));
    mlm_fit_release(&fit);

    /* Between the bounds nothing is known: 1.3 times its time may be more than 1.1 times, or less. */
    options.within = 0.1;
    job.slope = 0.3;
    job.ease_mib = 1e9;
    search(&job, &options, &fit);
    fast = mlm_fit_edge(&fit, MLM_FIT_FAST);
    assert_int_equal(fast.state, MLM_FIT_OPEN);
    assert_true(fast.low_bytes < 100 * MIB && fast.high_bytes == 0);
    mlm_fit_release(&fit);
}

static void says(const struct mlm_fit *fit, const char *wanted, const char *unwanted)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    mlm_fit_say(out, fit, "job", fit->options.swaps ? MLM_NO_LIMIT : 0);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, wanted));
    assert_null(strstr(text, unwanted));
    free(text);
}

/* The difference between needs and ceiling is called file cache only where enough file cache was seen. */
static void test_words_of_the_ceiling(void **state)
{
    (void)state;
    struct mlm_fit_options swaps = usual;
    swaps.swaps = true;
    const struct {
        struct job job;
        const struct mlm_fit_options *options;
        const char *wanted, *unwanted;
    } cases[] = {
        {{.need_mib = 100, .ceiling_mib = 1000, .floor_mib = 99, .file_mib = 890}, &usual,
            "up to 0.98 GiB, which it can do with less of: file cache, mostly.", "swap may"},
        {{.need_mib = 100, .ceiling_mib = 1000, .floor_mib = 99, .file_mib = 20}, &usual,
            "up to 0.98 GiB, which it can do with less of.", "file cache"},
        {{.need_mib = 100, .ceiling_mib = 1000, .floor_mib = 99, .file_mib = 890}, &swaps,
            "which it can do with less of: what does not fit may go to swap.", "file cache"},
        {{.need_mib = 100, .ceiling_mib = 101, .floor_mib = 99}, &usual, "job fits into 1", "Without a cap"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct job job = cases[i].job;
        struct mlm_fit fit;
        search(&job, cases[i].options, &fit);
        assert_int_equal(mlm_fit_edge(&fit, MLM_FIT_ENDS).state, MLM_FIT_FOUND);
        says(&fit, cases[i].wanted, cases[i].unwanted);
        mlm_fit_release(&fit);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady_needs),
        cmocka_unit_test(test_poor_hints),
        cmocka_unit_test(test_fails_without_a_cap),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_varying_need),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_max_trials),
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_within_noisy),
        cmocka_unit_test(test_within_busy_phase),
        cmocka_unit_test(test_within_at_once),
        cmocka_unit_test(test_within_nowhere),
        cmocka_unit_test(test_within_untimed),
        cmocka_unit_test(test_within_disturbed),
        cmocka_unit_test(test_words_of_the_ceiling),
    };
    return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
