/* Tests the judgement of sweeps: which cap is enough, what steps gain, and what must not be claimed. */
#include "advise/advice/sweep.h"
#include "report_sample.h"

#define MIB (INT64_C(1) << 20)

struct fixture {
    struct mlm_record_list list;
    struct sample_table sample;
    struct mlm_sweeps sweeps;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mlm_sweeps_release(&fixture->sweeps);
    sample_table_release(&fixture->sample);
    free(fixture);
    return 0;
}

/* Description of a trial to add. */
struct trial {
    uint64_t cap_mib; /* 0: no cap */
    int64_t ms;       /* 0: killed for lack of memory */
    int64_t cage_mib, needs_mib, swap_mib, waiting_ms, read_mib;
    mlm_mark_set marks;
};

static struct mlm_record *add(struct fixture *fixture, const struct trial *trial)
{
    struct mlm_record record = sample_record("job");
    int64_t *values = record.readings.values;
    record.limits.cap_bytes = trial->cap_mib ? trial->cap_mib << 20 : MLM_NO_LIMIT;
    record.marks = trial->marks;
    values[MLM_run_ns] = trial->ms ? trial->ms * 1000000 : MLM_NULL;
    values[MLM_waiting_ns] = trial->waiting_ms * 1000000;
    values[MLM_run_cpu_user_ns] = (trial->ms - trial->waiting_ms) * 1000000;
    values[MLM_run_cpu_system_ns] = 0;
    values[MLM_cage_peak_bytes] = trial->cage_mib * MIB;
    values[MLM_needs_peak_bytes] = trial->needs_mib * MIB;
    values[MLM_swap_peak_bytes] = trial->swap_mib * MIB;
    values[MLM_read_bytes] = trial->read_mib * MIB;
    if (!trial->ms)
        record.outcome = MLM_OUTCOME_OOM;
    for (size_t i = 0; i < fixture->list.count; i++)
        record.repetition += fixture->list.items[i].limits.cap_bytes == record.limits.cap_bytes;
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

/* Adds three repetitions, 1 % apart. */
static void add_three(struct fixture *fixture, struct trial trial)
{
    int64_t ms = trial.ms;
    for (int i = 0; i < 3; i++) {
        trial.ms = ms ? ms * (99 + i) / 100 : 0;
        add(fixture, &trial);
    }
}

static const struct mlm_sweep *the_sweep(struct fixture *fixture)
{
    fixture->sample = sample_table_of(fixture->list);
    assert_int_equal(mlm_sweeps_make(fixture->sample.table, &fixture->sweeps, NULL), 0);
    assert_int_equal(fixture->sweeps.count, 1);
    return &fixture->sweeps.items[0];
}

#define FITTING(cap, time)                                                                                   \
    {                                                                                                        \
        .cap_mib = (cap), .ms = (time), .cage_mib = 100, .needs_mib = 100                                    \
    }
#define SWAPPING(cap, time)                                                                                  \
    {                                                                                                        \
        .cap_mib = (cap), .ms = (time), .cage_mib = (cap), .needs_mib = 600, .swap_mib = 600 - (cap)         \
    }

static void test_swap_then_room(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial)SWAPPING(512, 5000));
    add_three(fixture, (struct trial){.cap_mib = 1024, .ms = 1000, .cage_mib = 600, .needs_mib = 600});
    add(fixture, &(struct trial){.ms = 1010, .cage_mib = 600, .needs_mib = 600});
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->cap_count, 2);
    assert_true(sweep->has_reference);
    assert_int_equal(sweep->points[0].felt, MLM_FELT_SHORT);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_MEMORY);
    assert_int_equal(sweep->points[1].felt, MLM_FELT_NOTHING);
    assert_int_equal(sweep->points[1].spent, MLM_SPENT_COMPUTING);
    assert_int_equal(sweep->enough, 1);
    assert_true(sweep->sure);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_FASTER);
    assert_true(sweep->steps[0].speedup.low > 4.8 && sweep->steps[0].speedup.high < 5.2);
    assert_int_equal(sweep->steps[1].gain, MLM_GAIN_NONE);
    assert_true(sweep->needs_bytes > 599.0 * MIB && sweep->needs_bytes < 601.0 * MIB);
}

/* A cap that was never reached cannot explain a difference in time, however large. */
static void test_never_reached(void **state)
{
    struct fixture *fixture = *state;
    static const int64_t ms[] = {1500, 2000, 2500};
    for (int i = 0; i < 3; i++) {
        add(fixture, &(struct trial)FITTING(512, ms[i]));
        add(fixture, &(struct trial)FITTING(1024, ms[i] / 2));
    }
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->enough, 0);
    assert_true(sweep->sure);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_NONE);
}

static void test_failure_is_an_infinite_time(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial){.cap_mib = 512, .cage_mib = 512, .needs_mib = 512});
    add_three(fixture, (struct trial){.cap_mib = 1024, .cage_mib = 1024, .needs_mib = 1024});
    add_three(fixture, (struct trial){.cap_mib = 2048, .ms = 900, .cage_mib = 1500, .needs_mib = 1500});
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_NO_FIT);
    assert_int_equal(sweep->steps[1].gain, MLM_GAIN_FITS);
    assert_int_equal(sweep->enough, 2);
    assert_true(sweep->sure);
    assert_false(sweep->has_reference);
}

static void test_two_of_three_is_not_ok(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, &(struct trial)FITTING(512, 1000));
    add(fixture, &(struct trial)FITTING(512, 1000));
    add(fixture, &(struct trial)FITTING(512, 0));
    add_three(fixture, (struct trial)FITTING(1024, 1000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].end, MLM_END_FAILED);
    assert_int_equal(sweep->enough, 1);
}

/* A crash says nothing of memory. */
static void test_a_crash_is_no_figure(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial)FITTING(512, 1000));
    fixture->list.items[1].outcome = MLM_OUTCOME_CRASH;
    add_three(fixture, (struct trial)FITTING(1024, 1000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].end, MLM_END_UNKNOWN);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_UNKNOWN);
    assert_int_equal(sweep->enough, 1);
}

/* The machine was the limit, not the cap: the failure says nothing about the cap. */
static void test_another_limit(void **state)
{
    struct fixture *fixture = *state;
    struct trial trial = FITTING(4096, 0);
    trial.marks = MLM_MARK_BIT(machine_binds_first);
    add_three(fixture, (struct trial)FITTING(2048, 0));
    add_three(fixture, trial);
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].end, MLM_END_FAILED);
    assert_int_equal(sweep->points[1].end, MLM_END_UNKNOWN);
    assert_int_equal(sweep->enough, MLM_NOT_ENOUGH);
}

/* The job fits at a small cap by luck, and not at a larger one. */
static void test_luck(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial)FITTING(512, 1000));
    add_three(fixture, (struct trial)FITTING(1024, 0));
    add_three(fixture, (struct trial)FITTING(2048, 1000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_LOST);
    assert_int_equal(sweep->enough, 2);
}

static void test_one_repetition_shows_no_difference(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, &(struct trial)SWAPPING(512, 1300));
    add(fixture, &(struct trial){.cap_mib = 1024, .ms = 1000, .cage_mib = 600, .needs_mib = 600});
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_UNCLEAR);
    assert_false(sweep->sure);
}

static void add_timeout(struct fixture *fixture, struct trial trial)
{
    trial.ms = 0;
    add(fixture, &trial)->outcome = MLM_OUTCOME_TIMEOUT;
}

/* A job that merely takes long runs into its time limit under any cap. */
static void test_a_time_limit_is_no_lack(void **state)
{
    struct fixture *fixture = *state;
    add_timeout(fixture, (struct trial)FITTING(512, 0));
    add_timeout(fixture, (struct trial){.cap_mib = 1024, .cage_mib = 1024, .needs_mib = 100}); /* cache */
    add_timeout(fixture, (struct trial)FITTING(0, 0));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sweep->points[i].end, MLM_END_UNKNOWN);
    assert_true(mlm_sweep_cut_off(sweep));
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_UNKNOWN);
    assert_false(mlm_sweep_lacks_at(sweep, UINT64_C(512) << 20));
}

/* A job lacked memory if it swapped until its time was over, or if it read its files again and again, but not
 * with more memory. */
static void test_a_time_limit_for_lack(void **state)
{
    struct fixture *fixture = *state;
    add_timeout(fixture, (struct trial)SWAPPING(256, 0));
    add_timeout(fixture, (struct trial){.cap_mib = 512, .cage_mib = 512, .needs_mib = 5});
    add_three(fixture, (struct trial)FITTING(1024, 1000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].end, MLM_END_FAILED);
    assert_int_equal(sweep->points[1].end, MLM_END_FAILED);
    assert_int_equal(sweep->steps[1].gain, MLM_GAIN_FITS);
    assert_int_equal(sweep->enough, 2);
    assert_true(sweep->sure);
    assert_false(mlm_sweep_cut_off(sweep));
}

/* The better of two bad times is not a good one. */
static void test_swapping_everywhere(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial)SWAPPING(256, 9000));
    add_three(fixture, (struct trial)SWAPPING(512, 5000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_FASTER);
    assert_int_equal(sweep->enough, MLM_NOT_ENOUGH);
    assert_false(sweep->sure);
}

/* The machine was short of memory although the cap was not reached. */
static void test_swapped_below_the_cap(void **state)
{
    struct fixture *fixture = *state;
    struct trial small = FITTING(512, 3000);
    small.swap_mib = 50;
    add_three(fixture, small);
    add_three(fixture, (struct trial)FITTING(1024, 1000));
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].felt, MLM_FELT_SHORT);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_MEMORY);
}

/* The median is slower, but one repetition is as fast. */
static void test_spread_over_difference(void **state)
{
    struct fixture *fixture = *state;
    static const int64_t ms[] = {900, 1300, 1400};
    for (int i = 0; i < 3; i++)
        add(fixture, &(struct trial)SWAPPING(512, ms[i]));
    add_three(fixture, (struct trial){.cap_mib = 1024, .ms = 1000, .cage_mib = 600, .needs_mib = 600});
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_UNCLEAR);
    assert_int_equal(sweep->enough, 1);
    assert_false(sweep->sure);
}

/* Page cache fills any cap; that is no lack of memory. */
static void test_cache(void **state)
{
    struct fixture *fixture = *state;
    struct trial small = {
        .cap_mib = 512, .ms = 1000, .cage_mib = 512, .needs_mib = 5, .waiting_ms = 600, .read_mib = 2000};
    struct trial large = small;
    large.cap_mib = 1024;
    large.cage_mib = 1024;
    add_three(fixture, small);
    add_three(fixture, large);
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].felt, MLM_FELT_CACHE);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_DISK);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_EVEN);
    assert_int_equal(sweep->enough, 0);
    assert_true(sweep->sure);
}

/* It is a lack if the file has to be read again because the cache is too small. */
static void test_cache_too_small(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial){.cap_mib = 512,
                           .ms = 4000,
                           .cage_mib = 512,
                           .needs_mib = 5,
                           .waiting_ms = 3000,
                           .read_mib = 4000});
    add_three(fixture, (struct trial){.cap_mib = 2048,
                           .ms = 1000,
                           .cage_mib = 1100,
                           .needs_mib = 5,
                           .waiting_ms = 300,
                           .read_mib = 1000});
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_MEMORY);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_FASTER);
    assert_int_equal(sweep->enough, 1);
}

/* Other programs used the CPU: a difference that only page cache would explain is not claimed. */
static void test_noisy(void **state)
{
    struct fixture *fixture = *state;
    struct trial small = {.cap_mib = 512,
        .ms = 2000,
        .cage_mib = 512,
        .needs_mib = 5,
        .waiting_ms = 1500,
        .read_mib = 2000,
        .marks = MLM_MARK_BIT(noisy)};
    struct trial large = {
        .cap_mib = 1024, .ms = 1000, .cage_mib = 1024, .needs_mib = 5, .waiting_ms = 500, .read_mib = 2000};
    add_three(fixture, small);
    add_three(fixture, large);
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_UNKNOWN);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_UNCLEAR);
    assert_false(sweep->sure);
}

/* The opposite is not claimed either: that more memory made the job slower. */
static void test_noisy_with_more(void **state)
{
    struct fixture *fixture = *state;
    struct trial small = {.cap_mib = 512, .ms = 1000, .cage_mib = 512, .needs_mib = 5};
    struct trial large = {
        .cap_mib = 1024, .ms = 2000, .cage_mib = 1024, .needs_mib = 5, .marks = MLM_MARK_BIT(noisy)};
    add_three(fixture, small);
    add_three(fixture, large);
    assert_int_equal(the_sweep(fixture)->steps[0].gain, MLM_GAIN_UNCLEAR);
}

/* A missing reading must not count as 0. */
static void test_unknown_readings(void **state)
{
    struct fixture *fixture = *state;
    add_three(fixture, (struct trial)FITTING(512, 1000));
    add_three(fixture, (struct trial)FITTING(1024, 1000));
    for (size_t i = 0; i < fixture->list.count; i++) {
        int64_t *values = fixture->list.items[i].readings.values;
        values[MLM_cage_peak_bytes] = values[MLM_swap_peak_bytes] = values[MLM_needs_peak_bytes] = MLM_NULL;
        values[MLM_waiting_ns] = values[MLM_run_cpu_user_ns] = MLM_NULL;
    }
    const struct mlm_sweep *sweep = the_sweep(fixture);
    assert_int_equal(sweep->points[0].felt, MLM_FELT_UNKNOWN);
    assert_int_equal(sweep->points[0].spent, MLM_SPENT_UNKNOWN);
    assert_true(sweep->needs_bytes != sweep->needs_bytes);
    assert_int_equal(sweep->steps[0].gain, MLM_GAIN_EVEN);
}

/* Other data, swap limits and backgrounds form other sweeps; an uncapped row that is only a reference of
 * others forms none. */
static void test_what_is_apart(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, &(struct trial)FITTING(512, 1000));
    add(fixture, &(struct trial)FITTING(512, 1000))->data_bytes++;
    add(fixture, &(struct trial)FITTING(512, 1000))->limits.swap_limit_bytes = 0;
    add(fixture, &(struct trial)FITTING(512, 1000))->limits.background_bytes = 5;
    add(fixture, &(struct trial)FITTING(0, 1000));
    fixture->sample = sample_table_of(fixture->list);
    assert_int_equal(mlm_sweeps_make(fixture->sample.table, &fixture->sweeps, NULL), 0);
    assert_int_equal(fixture->sweeps.count, 4);
    size_t with_reference = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(fixture->sweeps.items[i].cap_count, 1);
        with_reference += fixture->sweeps.items[i].has_reference;
        for (size_t k = 0; k < i; k++)
            assert_false(mlm_sweep_same_field(&fixture->sweeps.items[i], &fixture->sweeps.items[k]));
    }
    assert_int_equal(with_reference, 2); /* without a cap there is no swap limit */
}

int main(void)
{
#define SWEEP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SWEEP_TEST(test_swap_then_room),
        SWEEP_TEST(test_never_reached),
        SWEEP_TEST(test_failure_is_an_infinite_time),
        SWEEP_TEST(test_two_of_three_is_not_ok),
        SWEEP_TEST(test_a_crash_is_no_figure),
        SWEEP_TEST(test_another_limit),
        SWEEP_TEST(test_luck),
        SWEEP_TEST(test_one_repetition_shows_no_difference),
        SWEEP_TEST(test_a_time_limit_is_no_lack),
        SWEEP_TEST(test_a_time_limit_for_lack),
        SWEEP_TEST(test_swapping_everywhere),
        SWEEP_TEST(test_swapped_below_the_cap),
        SWEEP_TEST(test_spread_over_difference),
        SWEEP_TEST(test_cache),
        SWEEP_TEST(test_cache_too_small),
        SWEEP_TEST(test_noisy),
        SWEEP_TEST(test_noisy_with_more),
        SWEEP_TEST(test_unknown_readings),
        SWEEP_TEST(test_what_is_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
