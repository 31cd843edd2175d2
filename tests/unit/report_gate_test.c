/* Tests when a gate fails, and when it does not. */
#include <math.h>

#include "compare_sample.h"
#include "report/compare/gate.h"
#include "report/compare/words.h"

#define BOTH                                                                                                 \
    {                                                                                                        \
        true, true                                                                                           \
    }

static size_t trips_of(struct fixture *fixture, const struct mlm_gate *gate, struct mlm_trip *ret_first)
{
    struct mlm_trips trips = {0};
    struct mlm_error error = {0};
    assert_int_equal(mlm_gate_try(gate, compare(fixture, 2, false), &trips, &error), 0);
    if (trips.count && ret_first)
        *ret_first = trips.items[0];
    free(trips.items);
    return trips.count;
}

/* Adds times of a row to both sides, in ms. */
static void add_times(struct fixture *fixture, size_t count, const int *old, const int *new)
{
    for (size_t i = 0; i < count; i++) {
        add(fixture, 0, "csr", old[i] * INT64_C(1000000), 5000000);
        add(fixture, 1, "csr", new[i] * INT64_C(1000000), 5000000);
    }
}

/* The median is 20 % above, but the interval begins at 8 %. */
static void test_whole_interval(void **state)
{
    add_times(*state, 5, (const int[]){100, 101, 102, 103, 104}, (const int[]){110, 118, 122, 123, 124});
    const struct mlm_comparison *comparison = compare(*state, 2, false);
    const struct mlm_contrast *time = &comparison->pairings[0].pairs[0].contrasts[MLM_FIGURE_TIME];
    assert_true(time->ratio > 1.19 && time->low > 1.06 && time->low < 1.1);
    struct mlm_trip trip = {0};
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.1, .figures = BOTH}, NULL), 0);
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.06, .figures = BOTH}, &trip), 1);
    assert_true(trip.figures[MLM_FIGURE_TIME] && !trip.figures[MLM_FIGURE_NEEDS] && !trip.outcome);
    assert_int_equal(
        trips_of(*state, &(struct mlm_gate){.above = 0.06, .figures = {[MLM_FIGURE_NEEDS] = true}}, NULL), 0);
}

/* With four repetitions, every new one must be above every old one. */
static void test_every_repetition(void **state)
{
    add_times(*state, 4, (const int[]){100, 100, 100, 110}, (const int[]){122, 130, 130, 130});
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.1, .figures = BOTH}, NULL), 1);
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.11, .figures = BOTH}, NULL), 0);
}

/* Few repetitions on one side count as few. */
static void test_few_on_one_side(void **state)
{
    add_times(*state, 4, (const int[]){100, 100, 100, 100}, (const int[]){130, 130, 130, 105});
    for (int i = 0; i < 3; i++)
        add(*state, 1, "csr", INT64_C(130000000), 5000000);
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.1, .figures = BOTH}, NULL), 0);
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.04, .figures = BOTH}, NULL), 1);
}

static void test_outcomes(void **state)
{
    static const struct {
        const char *name;
        enum mlm_outcome old_ends, new_ends;
        bool trips;
    } rows[] = {
        {"a", MLM_OUTCOME_OK, MLM_OUTCOME_OOM, true},
        {"b", MLM_OUTCOME_OK, MLM_OUTCOME_TIMEOUT, true},
        {"c", MLM_OUTCOME_OK, MLM_OUTCOME_CRASH, true},
        {"d", MLM_OUTCOME_OK, MLM_OUTCOME_WRONG, true},
        {"e", MLM_OUTCOME_OK, MLM_OUTCOME_KILLED, true},
        {"f", MLM_OUTCOME_OK, MLM_OUTCOME_SKIPPED, false},
        {"g", MLM_OUTCOME_OK, MLM_OUTCOME_REFUSED, false},
        {"h", MLM_OUTCOME_OOM, MLM_OUTCOME_OOM, false},
        {"i", MLM_OUTCOME_OOM, MLM_OUTCOME_OK, false},
        {"j", MLM_OUTCOME_OK, MLM_OUTCOME_OK, false},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        add(fixture, 0, rows[i].name, 1000, 1000)->outcome = rows[i].old_ends;
        add(fixture, 1, rows[i].name, 1000, 1000)->outcome = rows[i].new_ends;
    }
    struct mlm_trips trips = {0};
    size_t at = 0;
    const struct mlm_gate gate = {.above = 10}; /* no figure is checked */
    assert_int_equal(mlm_gate_try(&gate, compare(fixture, 2, false), &trips, NULL), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].trips)
            continue;
        assert_true(at < trips.count);
        assert_string_equal(trips.items[at].pair->new_row->workload, rows[i].name);
        assert_true(trips.items[at++].outcome);
    }
    assert_int_equal(at, trips.count);
    free(trips.items);
}

/* Missing rows that were ok fail the gate, if it asks for them. */
static void test_missing(void **state)
{
    struct fixture *fixture = *state;
    add_row(fixture, 0, "csr", 2, 1);
    add_row(fixture, 0, "gone", 2, 1);
    add_row(fixture, 0, "never", 2, 1);
    fixture->lists[0].items[5].outcome = MLM_OUTCOME_OOM;
    add_row(fixture, 1, "csr", 2, 1);
    add_row(fixture, 1, "new", 2, 1);
    struct mlm_trip trip = {0};
    assert_int_equal(trips_of(fixture, &(struct mlm_gate){.above = 0.1}, NULL), 0);
    assert_int_equal(trips_of(fixture, &(struct mlm_gate){.above = 0.1, .missing = true}, &trip), 1);
    assert_null(trip.pair);
    assert_true(trip.missing && strcmp(trip.missing->workload, "gone") == 0);
}

/* One of two repetitions is no longer ok. */
static void test_partly(void **state)
{
    struct fixture *fixture = *state;
    add_row(fixture, 0, "csr", 2, 1);
    add_row(fixture, 1, "csr", 2, 1);
    fixture->lists[1].items[1].outcome = MLM_OUTCOME_OOM;
    struct mlm_trip trip = {0};
    assert_int_equal(trips_of(fixture, &(struct mlm_gate){.above = 0.1}, &trip), 1);
    assert_true(trip.outcome);
    char text[MLM_WORDS_SIZE];
    assert_string_equal(mlm_change_text(trip.pair, true, text), "ok → ok 1 of 2, oom");
    assert_string_equal(mlm_verdict_text(trip.pair, true, text), "worse");
}

/* The words for pairs that differ in one figure, in both, or very little. */
static void test_words(void **state)
{
    static const struct {
        const char *name, *verdict;
        double time, needs;
    } rows[] = {
        {"a", "within noise", 1, 1},
        {"b", "slower", 1.5, 1},
        {"c", "slower, needs less", 1.5, 0.5},
        {"d", "faster, needs more", 0.9, 2},
        {"e", "needs slightly more", 1, 1.004},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t side = 0; side < 2; side++)
            for (int64_t k = 0; k < 10; k++)
                add(fixture, side, rows[i].name, (int64_t)(1e9 * (side ? rows[i].time : 1)) + k,
                    (int64_t)(1e9 * (side ? rows[i].needs : 1)) + k);
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    char text[2 * MLM_WORDS_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct mlm_pair *pair = &comparison->pairings[0].pairs[i];
        assert_string_equal(mlm_verdict_text(pair, false, text), rows[i].verdict);
        assert_string_equal(mlm_change_text(pair, false, text), "");
    }
    assert_string_equal(mlm_too_few_text(comparison), "");
    const struct mlm_contrast *slower = &comparison->pairings[0].pairs[1].contrasts[MLM_FIGURE_TIME];
    assert_string_equal(mlm_ratio_text(slower->ratio, text), "1.50 ×");
    assert_string_equal(mlm_interval_text(slower, text), "1.50 to 1.50");
    assert_string_equal(mlm_p_text(slower->adjusted_p, text), "< 0.001");
    assert_string_equal(mlm_figure_text(MLM_FIGURE_NEEDS, slower->old_median, text), "954 MiB");
    assert_string_equal(mlm_ratio_text(NAN, text), "");
    assert_string_equal(mlm_p_text(NAN, text), "");
    assert_string_equal(mlm_p_text(0.0123, text), "0.012");
    assert_string_equal(mlm_figure_text(MLM_FIGURE_TIME, NAN, text), "");
}

/* Names the tests that were used, and says where there was nothing to test. */
static void test_tests_are_named(void **state)
{
    struct fixture *fixture = *state;
    char text[MLM_WORDS_SIZE];
    add_row(fixture, 0, "a", 3, 1);
    add_row(fixture, 1, "a", 2, 1.5);
    add_row(fixture, 0, "b", 10, 1);
    add_row(fixture, 1, "b", 10, 1);
    add_row(fixture, 0, "c", 1, 1);
    add_row(fixture, 1, "c", 1, 1);
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_string_equal(mlm_tests_text(comparison, text),
        "Mann–Whitney U for 1 test, Welch's t test of the logarithms for 1 with fewer repetitions");
    assert_string_equal(mlm_too_few_text(comparison),
        "with one repetition on each side no difference can be told from chance");
    assert_string_equal(mlm_times_text(comparison), "");
}

/* One repetition on each side shows nothing: a figure of it neither fails nor passes. */
static void test_one_repetition(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_trips trips = {0};
    add_row(fixture, 0, "a", 1, 1);
    add_row(fixture, 1, "a", 1, 2);
    const struct mlm_gate gate = {.above = 0.1, .figures = BOTH};
    assert_int_equal(mlm_gate_try(&gate, compare(fixture, 2, false), &trips, NULL), 0);
    assert_int_equal(trips.count, 0);
    assert_int_equal(trips.judged, 0);
    assert_int_equal(trips.unjudged, 2);
    free(trips.items);
}

/* A difference that chance explains does not fail the gate, however large the ratio and its bootstrap
 * interval are: two repetitions here are far above, but the two old ones are as far apart. */
static void test_noise_is_no_regression(void **state)
{
    add_times(*state, 2, (const int[]){100, 130}, (const int[]){150, 190});
    const struct mlm_comparison *comparison = compare(*state, 2, false);
    assert_int_equal(comparison->pairings[0].pairs[0].contrasts[MLM_FIGURE_TIME].verdict, MLM_CONTRAST_EVEN);
    assert_int_equal(trips_of(*state, &(struct mlm_gate){.above = 0.1, .figures = BOTH}, NULL), 0);
}

static void set_fact(struct fixture *fixture, size_t side, const char *key, json_t *value)
{
    for (size_t i = 0; i < fixture->lists[side].count; i++)
        assert_int_equal(json_object_set(fixture->lists[side].items[i].machine, key, value), 0);
    json_decref(value);
}

static void expect_difference(struct fixture *fixture, const char *wanted)
{
    char *difference = NULL;
    assert_int_equal(mlm_gate_machines_differ(compare(fixture, 2, false), &difference, NULL), 0);
    if (wanted)
        assert_string_equal(difference, wanted);
    else
        assert_null(difference);
    free(difference);
}

/* Another kernel is what one wants to compare; another processor says nothing about the work. */
static void test_machines(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < 2; i++)
            set_machine(add(fixture, side, "a", 1000, 1000), "m1", "host");
    expect_difference(fixture, NULL);
    set_fact(fixture, 0, "kernel", json_string("6.1"));
    set_fact(fixture, 1, "kernel", json_string("6.2"));
    expect_difference(fixture, NULL);
    set_fact(fixture, 1, "id", json_string("m2"));
    expect_difference(fixture, "another identity");
    set_fact(fixture, 0, "cpu", json_string("slow"));
    set_fact(fixture, 1, "cpu", json_string("fast"));
    expect_difference(fixture, "processor slow → fast");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_whole_interval), TEST(test_every_repetition),
        TEST(test_few_on_one_side), TEST(test_outcomes), TEST(test_missing), TEST(test_partly),
        TEST(test_words), TEST(test_tests_are_named), TEST(test_one_repetition),
        TEST(test_noise_is_no_regression), TEST(test_machines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
