/* Tests findings: their sentences follow from the rows, and change with them. */
#include "report/table/finding.h"
#include "report_sample.h"

#define MIB (INT64_C(1) << 20)
#define CAP (UINT64_C(2) << 30)

/* Adds a trial of loading/NAME; milliseconds 0: killed for lack of memory. */
static struct mlm_record *add(struct sample_fixture *fixture, const char *name, uint64_t cap_bytes,
    int64_t milliseconds, int64_t needs_bytes)
{
    struct mlm_record record = sample_record(name);
    mlm_params_release(&record.params);
    record.limits.cap_bytes = cap_bytes;
    record.readings.values[MLM_run_ns] = milliseconds ? milliseconds * 1000000 : MLM_NULL;
    record.readings.values[MLM_needs_peak_bytes] = needs_bytes;
    record.readings.values[MLM_swap_peak_bytes] = 0;
    record.readings.values[MLM_cage_peak_bytes] =
        needs_bytes < (int64_t)cap_bytes ? needs_bytes : (int64_t)cap_bytes;
    if (!milliseconds) {
        record.outcome = MLM_OUTCOME_OOM;
        free(record.phase);
        record.phase = strdup("prepare");
        record.progress = 0.5;
    }
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

/* Five rounds whose times are within 2 %, and which are slow or fast for all rows alike. */
static void add_five(struct sample_fixture *fixture, const char *name, uint64_t cap_bytes,
    int64_t milliseconds, int64_t needs_bytes)
{
    for (int64_t i = 0; i < 5; i++)
        add(fixture, name, cap_bytes, milliseconds * (99 + i % 3) / 100, needs_bytes)->repetition =
            (uint64_t)i;
}

static void assert_finding(struct sample_fixture *fixture, const char *expected)
{
    char *text = NULL;
    fixture->sample = sample_table_of(fixture->list);
    assert_int_equal(mlm_finding(&fixture->sample.table->sections[0], &text, NULL), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void test_one_fits(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add(fixture, "csr", CAP, 100, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense was killed at 2G with 50 % of prepare done.");
}

static void test_one_fits_and_what_the_other_needs(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add_five(fixture, "dense", MLM_NO_LIMIT, 400, 2560 * MIB);
    add_five(fixture, "csr", CAP, 100, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense needs 2.50 GiB and was killed at 2G; "
                            "without a cap it takes 4.00 × the time of csr.");
}

static void test_one_trial_gives_no_ratio_of_times(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add(fixture, "dense", MLM_NO_LIMIT, 400, 2560 * MIB);
    add(fixture, "csr", CAP, 100, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense needs 2.50 GiB and was killed at 2G.");
}

/* Streaming does not always win. */
static void test_lean_is_slow(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "full", CAP, 100, 1024 * MIB);
    add_five(fixture, "stream", CAP, 150, 16 * MIB);
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. full is the fastest: 100 ms, 1.00 GiB. "
        "stream needs the least memory, 16.0 MiB, and takes 1.49 to 1.50 × the time of full.");
}

/* Five repetitions that map a file of this size, of which so much (-1: not known) was in the page cache. */
static void add_five_with_file(struct sample_fixture *fixture, const char *name, int64_t milliseconds,
    int64_t needs_bytes, int64_t file_bytes, int64_t cached_bytes)
{
    for (int64_t i = 0; i < 5; i++) {
        struct mlm_record *record = add(fixture, name, CAP, milliseconds * (99 + i % 3) / 100, needs_bytes);
        record->repetition = (uint64_t)i;
        record->readings.values[MLM_mapped_bytes] = file_bytes;
        record->readings.values[MLM_at_speed_bytes] = needs_bytes + file_bytes;
        record->readings.values[MLM_cached_before_bytes] = cached_bytes < 0 ? MLM_NULL : cached_bytes;
        record->data_files = json_pack("[{s:s, s:I, s:b, s:b, s:o}]", "path", "/data/model.bin", "bytes",
            (json_int_t)file_bytes, "mapped", true, "reread", false, "cached_bytes",
            cached_bytes < 0 ? json_null() : json_integer(cached_bytes));
        assert_non_null(record->data_files);
    }
}

/* What maps its file needs the least, and is no leaner at speed. */
static void test_lean_with_a_file(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "read", CAP, 100, 441 * MIB);
    add_five_with_file(fixture, "map", 150, 41 * MIB, 400 * MIB, 0);
    assert_finding(fixture, "All 2 rows fit in 2G from a cold start, and none is slower than without a cap. "
                            "2 rows fit and do equal work. read is the fastest: 100 ms, 441 MiB. "
                            "map needs 41.0 MiB to finish, and at most 441 MiB to run at speed.");
}

/* One that needs about as little, and no file, is the leanest. */
static void test_lean_beside_a_file(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five_with_file(fixture, "map", 150, 300 * MIB / 100, 400 * MIB, 400 * MIB);
    add_five(fixture, "stream", CAP, 200, 302 * MIB / 100);
    add_five(fixture, "full", CAP, 100, 441 * MIB);
    assert_finding(fixture, "All 3 rows fit in 2G from a warm start, and none is slower than without a cap. "
                            "3 rows fit and do equal work. full is the fastest: 100 ms, 441 MiB. "
                            "stream needs the least memory, 3.02 MiB, and takes 2.00 × the time of full.");
}

/* Of rows that take about the same time, the leanest is named for all, not the one with the smallest median.
 */
static void test_choice_is_no_chance(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "full", CAP, 0, 2048 * MIB);
    add_five_with_file(fixture, "map", 100, 3 * MIB, 400 * MIB, 0);
    add_five(fixture, "stream", CAP, 101, 2 * MIB);
    assert_finding(fixture, "stream needs 2.00 MiB. full was killed at 2G with 50 % of prepare done. "
                            "2 rows fit and do equal work. All take about the same time. "
                            "stream needs the least memory, 2.00 MiB.");
}

static void test_start_is_not_known(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five_with_file(fixture, "map", 150, 41 * MIB, 400 * MIB, -1);
    assert_finding(fixture, "It fits in 2G, though some of its files may have been in the page cache before, "
                            "and is not slower than without a cap.");
}

static void test_lean_is_fast(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "full", CAP, 150, 1024 * MIB);
    add_five(fixture, "stream", CAP, 100, 16 * MIB);
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. stream is the fastest and needs the least memory: 100 ms and 16.0 MiB. "
        "full needs 1.00 GiB and takes 1.49 to 1.50 × the time of stream.");
}

static void test_memory_is_alike(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "a", CAP, 150, 1000 * MIB);
    add_five(fixture, "b", CAP, 100, 1005 * MIB);
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. b is the fastest: 100 ms, 0.98 GiB. All need about 0.98 GiB. a takes 1.49 to 1.50 × the time of b.");
}

/* Two rows that are equally fast share the first place. */
static void test_several_are_fastest(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "csr", CAP, 100, 64 * MIB);
    add_five(fixture, "csc", CAP, 101, 64 * MIB);
    add_five(fixture, "coo", CAP, 200, 96 * MIB);
    assert_finding(fixture,
        "All 3 rows fit in 2G, and none is slower than without a cap. "
        "3 rows fit and do equal work. csc and csr are the fastest; they cannot be told apart. "
        "They need the least memory, too: about 64.0 MiB. coo needs 96.0 MiB and takes 2.00 × the time of csr.");
}

static void test_all_are_alike(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "csr", CAP, 1000, 64 * MIB);
    add_five(fixture, "csc", CAP, 1001, 64 * MIB);
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. All take about the same time. All need about 64.0 MiB.");
}

static void test_noise_names_no_winner(void **state)
{
    struct sample_fixture *fixture = *state;
    static const int64_t ms[] = {100, 180, 90, 150, 120};
    for (int i = 0; i < 5; i++) {
        add(fixture, "csr", CAP, ms[i], 64 * MIB)->repetition = (uint64_t)i;
        add(fixture, "csc", CAP, ms[4 - i] + 20, 64 * MIB)->repetition = (uint64_t)i;
    }
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. Their times cannot be told apart. All need about 64.0 MiB.");
}

static void test_once_is_no_comparison(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "full", CAP, 100, 1024 * MIB);
    add(fixture, "stream", CAP, 150, 16 * MIB);
    assert_finding(fixture,
        "All 2 rows fit in 2G, and none is slower than without a cap. "
        "2 rows fit and do equal work. Each was run once, so their times are not compared. "
        "stream needs the least memory, 16.0 MiB.");
}

static void test_none_fits(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "a", CAP, 0, 2048 * MIB);
    add(fixture, "b", CAP, 0, 2048 * MIB);
    add(fixture, "a", MLM_NO_LIMIT, 100, 4096 * MIB);
    add(fixture, "b", MLM_NO_LIMIT, 100, 3072 * MIB);
    assert_finding(fixture, "2 rows do the work of a; none of them fits in 2G. The least that one of them "
                            "needs is 3.00 GiB, by b.");
}

static void test_cost_of_the_cap(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "a", CAP, 700, 3072 * MIB);
    for (size_t i = 0; i < 5; i++)
        fixture->list.items[i].readings.values[MLM_swap_peak_bytes] = 1024 * MIB;
    add_five(fixture, "a", MLM_NO_LIMIT, 100, 3072 * MIB);
    assert_finding(fixture, "It ends well in 2G with 1.00 GiB in swap. a is slowed down most by the cap: "
                            "it takes 7.00 × its time without a cap.");
}

static void test_cap_not_felt(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "a", CAP, 180, 30 * MIB);
    add(fixture, "a", MLM_NO_LIMIT, 100, 30 * MIB);
    assert_finding(fixture, "It fits in 2G, and is not slower than without a cap.");
}

/* A job that crawls: its ratio has no exponent. */
static void test_cost_beyond_a_thousand(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "a", CAP, 2200000, 3072 * MIB);
    for (size_t i = 0; i < 5; i++)
        fixture->list.items[i].readings.values[MLM_swap_peak_bytes] = 1024 * MIB;
    add_five(fixture, "a", MLM_NO_LIMIT, 1000, 3072 * MIB);
    assert_finding(fixture, "It ends well in 2G with 1.00 GiB in swap. a is slowed down most by the cap: "
                            "it takes 2200 × its time without a cap.");
}

/* Less time is said as a speed, which a person need not turn round. */
static void test_killed_is_faster_without_a_cap(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add_five(fixture, "dense", MLM_NO_LIMIT, 100, 2560 * MIB);
    add_five(fixture, "csr", CAP, 200, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense needs 2.50 GiB and was killed at 2G; "
                            "without a cap it is 2.00 × as fast as csr.");
}

/* A row with a wrong answer is never named as the fastest. */
static void test_wrong_takes_no_part(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "a", CAP, 200, 64 * MIB);
    add_five(fixture, "b", CAP, 100, 32 * MIB);
    add(fixture, "liar", CAP, 1, MIB)->answer[0] = 7;
    assert_finding(fixture,
        "2 rows fit and do equal work. b is the fastest and needs the least memory: 100 ms and 32.0 MiB. "
        "a needs 64.0 MiB and takes 2.00 × the time of b.");
}

/* Two rows that ran once each were never compared, so they are not among those that cannot be told apart. */
static void test_some_ran_once(void **state)
{
    struct sample_fixture *fixture = *state;
    add_five(fixture, "csc", CAP, 103, 53 * MIB);
    add(fixture, "csr", CAP, 83, 53 * MIB);
    add(fixture, "dense", CAP, 1110, 1280 * MIB);
    assert_finding(fixture,
        "All 3 rows fit in 2G, and none is slower than without a cap. "
        "3 rows fit and do equal work. Some of them ran only once, so it is not known which is the fastest. "
        "csc and csr need the least memory, about 53.0 MiB. dense needs 1.25 GiB.");
}

static void test_parameters_tell_apart(void **state)
{
    struct sample_fixture *fixture = *state;
    static const char *const batches[] = {"1024", "4096"};
    for (int i = 0; i < 2; i++) {
        struct mlm_record *record = add(fixture, "mlp", CAP, i ? 0 : 100, i ? 2048 * MIB : 900 * MIB);
        assert_int_equal(mlm_params_add(&record->params, "batch", batches[i]), 0);
        assert_int_equal(mlm_params_add(&record->params, "optimizer", "sgd"), 0);
    }
    assert_finding(
        fixture, "mlp at batch=1024 needs 900 MiB. batch=4096 was killed at 2G with 50 % of prepare done.");
}

static void test_several_alone(void **state)
{
    struct sample_fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        struct mlm_record *record = add(fixture, i ? i == 1 ? "b" : "c" : "a", CAP, i ? 0 : 100, 2048 * MIB);
        free(record->equal_work);
        record->equal_work = NULL;
    }
    assert_finding(fixture, "2 of 3 rows do not fit in 2G. b was killed at 2G with 50 % of prepare done.");
}

int main(void)
{
#define FINDING_TEST(name) cmocka_unit_test_setup_teardown(name, sample_set_up, sample_tear_down)
    const struct CMUnitTest tests[] = {
        FINDING_TEST(test_one_fits),
        FINDING_TEST(test_one_fits_and_what_the_other_needs),
        FINDING_TEST(test_lean_is_slow),
        FINDING_TEST(test_lean_with_a_file),
        FINDING_TEST(test_lean_beside_a_file),
        FINDING_TEST(test_choice_is_no_chance),
        FINDING_TEST(test_start_is_not_known),
        FINDING_TEST(test_lean_is_fast),
        FINDING_TEST(test_memory_is_alike),
        FINDING_TEST(test_one_trial_gives_no_ratio_of_times),
        FINDING_TEST(test_several_are_fastest),
        FINDING_TEST(test_all_are_alike),
        FINDING_TEST(test_noise_names_no_winner),
        FINDING_TEST(test_once_is_no_comparison),
        FINDING_TEST(test_none_fits),
        FINDING_TEST(test_cost_of_the_cap),
        FINDING_TEST(test_cost_beyond_a_thousand),
        FINDING_TEST(test_killed_is_faster_without_a_cap),
        FINDING_TEST(test_cap_not_felt),
        FINDING_TEST(test_wrong_takes_no_part),
        FINDING_TEST(test_some_ran_once),
        FINDING_TEST(test_parameters_tell_apart),
        FINDING_TEST(test_several_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
