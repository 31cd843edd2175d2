/* Tests findings: their sentences follow from the rows, and change with them. */
#include "report/table/finding.h"
#include "report_sample.h"

struct fixture {
    struct mlm_record_list list;
    struct sample_table sample;
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    sample_table_release(&fixture->sample);
    free(fixture);
    return 0;
}

#define MIB (INT64_C(1) << 20)
#define CAP (UINT64_C(2) << 30)

/* Adds a trial of loading/NAME; milliseconds 0: killed for lack of memory. */
static struct mlm_record *add(
    struct fixture *fixture, const char *name, uint64_t cap_bytes, int64_t milliseconds, int64_t needs_bytes)
{
    struct mlm_record record = sample_record(name);
    mlm_params_release(&record.params);
    record.limits.cap_bytes = cap_bytes;
    record.readings.values[MLM_run_ns] = milliseconds ? milliseconds * 1000000 : MLM_NULL;
    record.readings.values[MLM_needs_peak_bytes] = needs_bytes;
    record.readings.values[MLM_swap_peak_bytes] = 0;
    if (!milliseconds) {
        record.outcome = MLM_OUTCOME_OOM;
        free(record.phase);
        record.phase = strdup("prepare");
        record.progress = 0.5;
    }
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

static void assert_finding(struct fixture *fixture, const char *expected)
{
    char *text = NULL;
    fixture->sample = sample_table_of(fixture->list);
    assert_int_equal(mlm_finding(&fixture->sample.table->sections[0], &text, NULL), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void test_one_fits(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add(fixture, "csr", CAP, 100, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense was killed at 2G with 50 % of prepare done.");
}

static void test_one_fits_and_what_the_other_needs(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "dense", CAP, 0, 2048 * MIB);
    add(fixture, "dense", MLM_NO_LIMIT, 400, 2560 * MIB);
    add(fixture, "csr", CAP, 100, 41 * MIB);
    assert_finding(fixture, "csr needs 41.0 MiB. dense needs 2.50 GiB and was killed at 2G; without a cap it "
                            "takes 4 × the time of csr.");
}

/* Streaming does not always win. */
static void test_lean_is_slow(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "full", CAP, 100, 1024 * MIB);
    add(fixture, "stream", CAP, 150, 16 * MIB);
    assert_finding(fixture, "All 2 rows fit in 2G. 2 rows fit and do equal work. Of these, full is the "
                            "fastest (100 ms, 1.00 GiB); stream needs the least memory, 16.0 MiB, and takes "
                            "1.5 × as long.");
}

static void test_lean_is_fast(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "full", CAP, 150, 1024 * MIB);
    add(fixture, "stream", CAP, 100, 16 * MIB);
    assert_finding(fixture, "All 2 rows fit in 2G. 2 rows fit and do equal work. Of these, stream is the "
                            "fastest and needs the least memory: 100 ms and 16.0 MiB; full takes 1.5 × the "
                            "time and 64 × the memory.");
}

static void test_memory_is_alike(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", CAP, 150, 16 * MIB);
    add(fixture, "b", CAP, 100, 17 * MIB);
    assert_finding(fixture, "All 2 rows fit in 2G. 2 rows fit and do equal work. Of these, b is the fastest; "
                            "all need about 17.0 MiB, and a takes 1.5 × as long.");
}

static void test_none_fits(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", CAP, 0, 2048 * MIB);
    add(fixture, "b", CAP, 0, 2048 * MIB);
    add(fixture, "a", MLM_NO_LIMIT, 100, 4096 * MIB);
    add(fixture, "b", MLM_NO_LIMIT, 100, 3072 * MIB);
    assert_finding(fixture, "2 rows do the work of a; none of them fits in 2G. The least that one of them "
                            "needs is 3.00 GiB, by b.");
}

static void test_cost_of_the_cap(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", CAP, 700, 3072 * MIB)->readings.values[MLM_swap_peak_bytes] = 1024 * MIB;
    add(fixture, "a", MLM_NO_LIMIT, 100, 3072 * MIB);
    assert_finding(fixture,
        "It fits in 2G. a is slowed down most by the cap: it takes 7 × its time without a cap, with "
        "1.00 GiB in swap.");
}

static void test_cap_not_felt(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", CAP, 101, 30 * MIB);
    add(fixture, "a", MLM_NO_LIMIT, 100, 30 * MIB);
    assert_finding(fixture, "It fits in 2G, and is not noticeably slower than without a cap.");
}

/* A row with a wrong answer is never named as the fastest. */
static void test_wrong_takes_no_part(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", CAP, 200, 64 * MIB);
    add(fixture, "b", CAP, 100, 32 * MIB);
    add(fixture, "liar", CAP, 1, MIB)->answer[0] = 7;
    assert_finding(fixture, "2 rows fit and do equal work. Of these, b is the fastest and needs the least "
                            "memory: 100 ms and 32.0 MiB; a takes 2 × the time and 2 × the memory.");
}

static void test_parameters_tell_apart(void **state)
{
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        struct mlm_record *record = add(fixture, i ? i == 1 ? "b" : "c" : "a", CAP, i ? 0 : 100, 2048 * MIB);
        free(record->equal_work);
        record->equal_work = NULL;
    }
    assert_finding(fixture, "2 of 3 rows do not fit in 2G. b was killed at 2G with 50 % of prepare done.");
}

int main(void)
{
#define FINDING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FINDING_TEST(test_one_fits),
        FINDING_TEST(test_one_fits_and_what_the_other_needs),
        FINDING_TEST(test_lean_is_slow),
        FINDING_TEST(test_lean_is_fast),
        FINDING_TEST(test_memory_is_alike),
        FINDING_TEST(test_none_fits),
        FINDING_TEST(test_cost_of_the_cap),
        FINDING_TEST(test_cap_not_felt),
        FINDING_TEST(test_wrong_takes_no_part),
        FINDING_TEST(test_parameters_tell_apart),
        FINDING_TEST(test_several_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
