/* Tests which trials a run repeats: by how well a time is known, never by how large it is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "trial/rounds.h"

#define MIB (INT64_C(1) << 20)
#define CAP ((uint64_t)1 << 30)
#define BUDGET_NS (UINT64_C(100) * 1000000000)

enum { CAPPED, REFERENCE, CELLS };

struct fixture {
    struct mlm_plan plan; /* one row under one cap, and its reference */
    struct mlm_rounds *rounds;
    uint64_t round[CELLS];
};

static void begin(struct fixture *fixture, uint64_t repetitions)
{
    *fixture = (struct fixture){
        .plan = {.options = {.repetitions = repetitions, .precision = 0.05, .budget_ns = BUDGET_NS},
            .row_count = 1,
            .cell_count = CELLS}};
    assert_int_equal(mlm_rounds_make(&fixture->plan, &fixture->rounds, NULL), 0);
}

static struct mlm_plan_trial trial_of(const struct fixture *fixture, int cell)
{
    return (struct mlm_plan_trial){.cell = (size_t)cell,
        .repetition = fixture->round[cell],
        .reference = cell == REFERENCE,
        .rough_ns = 1000000000};
}

static bool wants_after(struct fixture *fixture, int cell, uint64_t spent_ns)
{
    const struct mlm_plan_trial trial = trial_of(fixture, cell);
    return mlm_rounds_wants(fixture->rounds, &trial, spent_ns);
}

static bool wants(struct fixture *fixture, int cell)
{
    return wants_after(fixture, cell, 0);
}

/* What a trial gave. */
struct given {
    enum mlm_outcome outcome;
    int64_t wall_ms, own_ms, needs_mib, swap_mib, stall_ms;
    mlm_mark_set marks;
};

static void tell(struct fixture *fixture, int cell, struct given given)
{
    struct mlm_record record;
    const struct mlm_plan_trial trial = trial_of(fixture, cell);
    mlm_record_init(&record);
    int64_t *values = record.readings.values;
    record.outcome = given.outcome;
    record.marks = given.marks;
    record.limits.cap_bytes = cell == CAPPED ? CAP : MLM_NO_LIMIT;
    values[MLM_run_ns] = given.wall_ms ? given.wall_ms * 1000000 : MLM_NULL;
    values[MLM_own_ns] = given.own_ms ? given.own_ms * 1000000 : MLM_NULL;
    values[MLM_needs_peak_bytes] = given.needs_mib * MIB;
    values[MLM_swap_peak_bytes] = given.swap_mib * MIB;
    values[MLM_stall_some_ns] = given.stall_ms * 1000000;
    mlm_rounds_tell(fixture->rounds, &trial, &record, 1000000000);
    fixture->round[cell]++;
    mlm_record_release(&record);
}

static void end(struct fixture *fixture)
{
    mlm_rounds_free(fixture->rounds);
}

static void five_are_enough_where_times_agree(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    for (int64_t i = 0; i < 5; i++) {
        assert_true(wants(&fixture, CAPPED));
        tell(&fixture, CAPPED, (struct given){.wall_ms = 1000 + i, .needs_mib = 100});
    }
    assert_false(wants(&fixture, CAPPED));
    struct mlm_rounds_summary summary = mlm_rounds_summary(fixture.rounds);
    assert_int_equal(summary.rounds, 5);
    assert_int_equal(summary.trials, 5);
    assert_int_equal(summary.unsure, 0);
    end(&fixture);
}

/* 800 and 1200 in turn: by the 15th, 95 % of their mean is within 12 %, which is not within 5 %. */
static void fifteen_are_the_most(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    for (int64_t i = 0; i < 15; i++) {
        assert_true(wants(&fixture, CAPPED));
        tell(&fixture, CAPPED, (struct given){.wall_ms = i % 2 ? 800 : 1200, .needs_mib = 100});
    }
    assert_false(wants(&fixture, CAPPED));
    struct mlm_rounds_summary summary = mlm_rounds_summary(fixture.rounds);
    assert_int_equal(summary.unsure, 1);
    assert_true(summary.widest_margin > 0.1 && summary.widest_margin < 0.15);
    assert_false(summary.budget_used_up);
    end(&fixture);
}

/* The margin of 1000 ± 4 % in turn is 5.6 % after 5 trials and 4.5 % after 6. */
static void repetition_ends_when_the_time_is_known(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t count = 0;
    begin(&fixture, 0);
    for (; wants(&fixture, CAPPED); count++)
        tell(&fixture, CAPPED, (struct given){.wall_ms = count % 2 ? 960 : 1040, .needs_mib = 100});
    assert_int_equal(count, 6);
    end(&fixture);
}

/* Wall times are far apart, but what other programs took is known. */
static void own_times_decide_where_they_are_known(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t count = 0;
    begin(&fixture, 0);
    for (; wants(&fixture, CAPPED); count++)
        tell(&fixture, CAPPED,
            (struct given){
                .wall_ms = count % 2 ? 1000 : 3000, .own_ms = 1000 + (int64_t)count, .needs_mib = 100});
    assert_int_equal(count, 5);
    end(&fixture);
}

static void a_number_of_repetitions_is_that_number(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(wants_after(&fixture, CAPPED, 2 * BUDGET_NS));
        tell(&fixture, CAPPED, (struct given){.wall_ms = 1000 << i, .needs_mib = 100});
    }
    assert_false(wants(&fixture, CAPPED));
    end(&fixture);
}

static void failures_are_not_repeated_for_nothing(void **state)
{
    (void)state;
    static const struct {
        struct given given;
        size_t count;
    } cases[] = {
        {{.outcome = MLM_OUTCOME_OOM, .needs_mib = 1024}, 2},
        {{.outcome = MLM_OUTCOME_OOM, .needs_mib = 1024, .swap_mib = 100}, 5},
        {{.outcome = MLM_OUTCOME_TIMEOUT, .needs_mib = 1024}, 1},
        {{.outcome = MLM_OUTCOME_SKIPPED}, 1},
        {{.outcome = MLM_OUTCOME_CRASH, .needs_mib = 10}, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        size_t count = 0;
        begin(&fixture, 0);
        for (; wants(&fixture, CAPPED); count++)
            tell(&fixture, CAPPED, cases[i].given);
        assert_int_equal(count, cases[i].count);
        end(&fixture);
    }
}

static void a_reference_is_run_where_the_cap_can_cost(void **state)
{
    (void)state;
    static const struct {
        struct given given;
        bool costs;
    } cases[] = {
        {{.wall_ms = 1000, .needs_mib = 100}, false},
        {{.wall_ms = 1000, .needs_mib = 818}, false},
        {{.wall_ms = 1000, .needs_mib = 820}, true},
        {{.wall_ms = 1000, .needs_mib = 100, .stall_ms = 20}, true},
        {{.wall_ms = 1000, .needs_mib = 100, .swap_mib = 1}, true},
        {{.outcome = MLM_OUTCOME_OOM, .needs_mib = 500}, true},
        {{.outcome = MLM_OUTCOME_SKIPPED}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        begin(&fixture, 0);
        assert_false(wants(&fixture, REFERENCE));
        tell(&fixture, CAPPED, cases[i].given);
        assert_int_equal(wants(&fixture, REFERENCE), cases[i].costs);
        end(&fixture);
    }
}

static void what_was_disturbed_is_done_again(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct given disturbed = {.wall_ms = 1, .needs_mib = 1, .marks = MLM_MARK_BIT(disturbed)};
    begin(&fixture, 0);
    tell(&fixture, CAPPED, disturbed);
    for (int64_t i = 0; i < 5; i++) {
        assert_true(wants(&fixture, CAPPED));
        tell(&fixture, CAPPED, (struct given){.wall_ms = 1000 + i, .needs_mib = 100});
    }
    assert_false(wants(&fixture, CAPPED));
    assert_int_equal(mlm_rounds_summary(fixture.rounds).disturbed, 1);
    end(&fixture);
    /* A machine that is never quiet ends it, too. */
    size_t count = 0;
    begin(&fixture, 0);
    for (; wants(&fixture, CAPPED) && count < 100; count++)
        tell(&fixture, CAPPED, disturbed);
    assert_int_equal(count, MLM_ROUNDS_AGAIN + 1);
    end(&fixture);
    /* A number is a number. */
    begin(&fixture, 2);
    tell(&fixture, CAPPED, disturbed);
    tell(&fixture, CAPPED, disturbed);
    assert_false(wants(&fixture, CAPPED));
    end(&fixture);
}

static void the_budget_ends_repetitions_but_not_the_first_round(void **state)
{
    (void)state;
    struct fixture fixture;
    begin(&fixture, 0);
    assert_true(wants_after(&fixture, CAPPED, 2 * BUDGET_NS));
    tell(&fixture, CAPPED, (struct given){.wall_ms = 1000, .needs_mib = 1000});
    assert_true(wants_after(&fixture, CAPPED, BUDGET_NS - 1000000000));
    assert_false(wants_after(&fixture, CAPPED, BUDGET_NS - 999999999));
    assert_false(wants_after(&fixture, REFERENCE, BUDGET_NS));
    assert_true(mlm_rounds_summary(fixture.rounds).budget_used_up);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_are_enough_where_times_agree),
        cmocka_unit_test(fifteen_are_the_most),
        cmocka_unit_test(repetition_ends_when_the_time_is_known),
        cmocka_unit_test(own_times_decide_where_they_are_known),
        cmocka_unit_test(a_number_of_repetitions_is_that_number),
        cmocka_unit_test(failures_are_not_repeated_for_nothing),
        cmocka_unit_test(a_reference_is_run_where_the_cap_can_cost),
        cmocka_unit_test(what_was_disturbed_is_done_again),
        cmocka_unit_test(the_budget_ends_repetitions_but_not_the_first_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
