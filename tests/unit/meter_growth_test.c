/* Tests the growth over the second half of a run: slope and interval as computed by hand, and cases without
 * growth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "meter/meter.h"

#define BLOCKS 16
#define SAMPLES_PER_BLOCK 10
#define SECOND_NS INT64_C(1000000000)

struct job {
    enum mlm_phase phase;
    const double *mib; /* of each block of the second half */
    double first_half; /* begins with this share of the first block, and grows to it evenly */
    int64_t block_ns;
    bool killed;
    bool maps_again; /* what grows was in memory already, and is only mapped again */
};

static void job_run(const struct job *job, struct mlm_readings *readings)
{
    const double *mib = job->mib;
    const struct mlm_meter *meter = &mlm_meter_growth;
    void *state = calloc(1, meter->state_size);
    assert_non_null(state);
    struct mlm_scoreboard scoreboard = {.phase = job->phase};
    scoreboard.phases[MLM_PHASE_RUN].complete = !job->killed;
    struct mlm_trial_view view = {.tree = true, .scoreboard = &scoreboard};
    struct mlm_meter_result result = {.readings = readings};
    for (int i = 0; i < MLM_METRIC_COUNT; i++)
        readings->values[i] = MLM_NULL;
    meter->begin(state, &view);
    const int half = BLOCKS * SAMPLES_PER_BLOCK;
    for (int i = 0; i <= 2 * half; i++) {
        int block = i < half ? -1 : (i - half) / SAMPLES_PER_BLOCK;
        view.sample.at_ns = i * (job->block_ns / SAMPLES_PER_BLOCK);
        double share = job->first_half * i / half;
        view.sample.anon_bytes =
            (int64_t)((block < 0 ? share * mib[0] : mib[block < BLOCKS ? block : BLOCKS - 1]) * 1048576.0);
        view.sample.shmem_bytes = view.sample.swap_bytes = MLM_NULL;
        view.sample.swap_backed_bytes = job->maps_again ? INT64_C(500) << 20 : MLM_NULL;
        meter->tick(state, &view);
    }
    meter->finish(state, &view, &result);
    free(state);
}

/* A first half that holds nothing, then blocks of one second each. */
static void run(enum mlm_phase phase, const double mib[static BLOCKS], struct mlm_readings *readings)
{
    job_run(&(struct job){.phase = phase, .mib = mib, .block_ns = SECOND_NS}, readings);
}

static double mib_of(int64_t bytes)
{
    return (double)bytes / 1048576.0;
}

static const double growing[BLOCKS] = {100, 109.3, 111.1, 117.9, 145.2, 147.7, 162.4, 161.3, 185.8, 182.1,
    207, 203.6, 215.9, 240.4, 233.8, 251.5};

/* 16 blocks have 120 slopes. The interval is the 38th from below and from above, because with z = 1.96
 * Kendall's S stays within 43.5 (Hollander and Wolfe, Nonparametric Statistical Methods, 9.3). */
static void slope_and_interval(void **state)
{
    (void)state;
    struct mlm_readings readings;
    run(MLM_PHASE_RUN, growing, &readings);
    assert_true(fabs(mib_of(readings.values[MLM_growth_bytes_per_s]) - 10.368571) < 1e-3);
    assert_true(fabs(mib_of(readings.values[MLM_growth_low_bytes_per_s]) - 9.418182) < 1e-3);
    assert_true(fabs(mib_of(readings.values[MLM_growth_high_bytes_per_s]) - 10.928571) < 1e-3);
}

static void no_growth(void **state)
{
    (void)state;
    static const double none[][BLOCKS] = {
        {100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100},
        {100, 100, 100, 100, 100, 100, 100, 100, 900, 900, 900, 900, 900, 900, 900, 900}, /* one step */
        {100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 100, 300, 100, 300}, /* up and down */
        {900, 850, 800, 750, 700, 650, 600, 550, 500, 450, 400, 350, 300, 250, 200, 150},
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct mlm_readings readings;
        run(MLM_PHASE_RUN, none[i], &readings);
        assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
        assert_true(readings.values[MLM_growth_low_bytes_per_s] == MLM_NULL);
        assert_true(readings.values[MLM_growth_high_bytes_per_s] == MLM_NULL);
    }
}

static void making_data_is_no_leak(void **state)
{
    (void)state;
    struct mlm_readings readings;
    run(MLM_PHASE_PREPARE, growing, &readings);
    assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
}

/* A quarter of a second a block: the whole run takes 8 s. */
static void a_short_run_is_not_judged(void **state)
{
    (void)state;
    struct mlm_readings readings;
    job_run(&(struct job){.phase = MLM_PHASE_RUN, .mib = growing, .block_ns = SECOND_NS / 4}, &readings);
    assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
}

static void a_killed_job_has_no_leak(void **state)
{
    (void)state;
    struct mlm_readings readings;
    job_run(&(struct job){.phase = MLM_PHASE_RUN, .mib = growing, .block_ns = SECOND_NS, .killed = true},
        &readings);
    assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
}

/* It loads its data at one pace until it ends. */
static void loading_is_no_leak(void **state)
{
    (void)state;
    double mib[BLOCKS];
    struct mlm_readings readings;
    for (int i = 0; i < BLOCKS; i++)
        mib[i] = 160 + 10 * i;
    job_run(
        &(struct job){.phase = MLM_PHASE_RUN, .mib = mib, .first_half = 1, .block_ns = SECOND_NS}, &readings);
    assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
    /* The same growth on top of a model is one. */
    for (int i = 0; i < BLOCKS; i++)
        mib[i] = 1000 + 10 * i;
    job_run(
        &(struct job){.phase = MLM_PHASE_RUN, .mib = mib, .first_half = 1, .block_ns = SECOND_NS}, &readings);
    assert_true(fabs(mib_of(readings.values[MLM_growth_bytes_per_s]) - 10) < 0.1);
}

static void reading_swap_again_is_no_leak(void **state)
{
    (void)state;
    struct mlm_readings readings;
    job_run(&(struct job){.phase = MLM_PHASE_RUN, .mib = growing, .block_ns = SECOND_NS, .maps_again = true},
        &readings);
    assert_true(readings.values[MLM_growth_bytes_per_s] == MLM_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slope_and_interval), cmocka_unit_test(no_growth),
        cmocka_unit_test(making_data_is_no_leak), cmocka_unit_test(a_short_run_is_not_judged),
        cmocka_unit_test(a_killed_job_has_no_leak), cmocka_unit_test(loading_is_no_leak),
        cmocka_unit_test(reading_swap_again_is_no_leak)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
