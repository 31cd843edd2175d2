/* Tests the judge of equal work: which records agree, which party is right, and what it says about the
 * others. */
#include <math.h>

#include "record/judge.h"
#include "record_sample.h"

struct fixture {
    struct mlm_record_list list;
};

/* Adds one more ok trial of storage/NAME with this answer. */
static struct mlm_record *add(struct fixture *fixture, const char *name, double answer)
{
    struct mlm_record record = sample_record(name);
    record.answer_count = 1;
    record.answer[0] = answer;
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

static void assert_judged(struct fixture *fixture, const char *outcomes)
{
    int wrong = 0;
    for (const char *c = outcomes; *c; c++)
        wrong += *c == 'w';
    struct mlm_error error = {0};
    assert_int_equal(mlm_judge(&fixture->list, &error), wrong);
    assert_int_equal(fixture->list.count, strlen(outcomes));
    for (size_t i = 0; i < fixture->list.count; i++) {
        bool is_wrong = fixture->list.items[i].outcome == MLM_OUTCOME_WRONG;
        if (is_wrong != (outcomes[i] == 'w'))
            fail_msg("record %zu is %s", i, mlm_outcome_name(fixture->list.items[i].outcome));
        if (is_wrong)
            assert_non_null(fixture->list.items[i].reason);
    }
    assert_int_equal(mlm_judge(&fixture->list, &error), 0); /* judging twice changes nothing more */
}

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mlm_record_list_release(&fixture->list);
    free(fixture);
    return 0;
}

static void test_agreement(void **state)
{
    struct fixture *fixture = *state;
    assert_judged(fixture, "");
    add(fixture, "csr", 1.5);
    add(fixture, "csc", 1.5);
    add(fixture, "coo", 1.5);
    assert_judged(fixture, "...");
}

static void test_majority_of_variants(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "broken", 2); /* earlier, and three times */
    add(fixture, "broken", 2);
    add(fixture, "broken", 2);
    fixture->list.items[2].limits.cap_bytes = MLM_NO_LIMIT;
    add(fixture, "csr", 1.5);
    add(fixture, "csc", 1.5);
    assert_judged(fixture, "www..");
    assert_string_equal(
        fixture->list.items[0].reason, "answers 2 where storage/csr density=0.01 a=z answers 1.5");
}

static void test_tie_goes_to_the_earlier(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", 1.5);
    add(fixture, "broken", 2);
    assert_judged(fixture, ".w");
}

static void test_one_bad_repetition(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "csr", 1.5);
    add(fixture, "csr", 1.5);
    add(fixture, "csr", nextafter(1.5, 2));
    assert_judged(fixture, "..w");
    assert_non_null(strstr(fixture->list.items[2].reason, "1.5000000000000002"));
}

static void test_tolerance(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", 1000);
    add(fixture, "b", 1000.9)->answer_tolerance = 1e-3; /* the larger tolerance counts */
    add(fixture, "c", 1000);
    add(fixture, "d", 1002);
    assert_judged(fixture, "...w");
}

/* Rounding residue of sums that cancel is not compared digit by digit; a larger number is. */
static void test_near_zero(void **state)
{
    struct fixture *fixture = *state;
    static const double seconds[] = {1e-9, -3e-9, 0, 0.5};
    for (size_t i = 0; i < 4; i++) {
        struct mlm_record *record = add(fixture, "x", 10);
        record->answer_tolerance = 1e-6;
        record->answer_count = 2;
        record->answer[1] = seconds[i];
    }
    assert_judged(fixture, "...w");
}

static void test_not_a_number(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", NAN);
    add(fixture, "b", NAN);
    add(fixture, "c", 1);
    add(fixture, "d", INFINITY)->answer_tolerance = 1;
    assert_judged(fixture, "ww.w");
    assert_string_equal(
        fixture->list.items[0].reason, "answers nan where storage/c density=0.01 a=z answers 1");
}

static void test_nobody_is_right(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", NAN);
    assert_judged(fixture, "w");
    assert_string_equal(fixture->list.items[0].reason, "its answer is nan");
}

static void test_answer_counts(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", 1);
    add(fixture, "b", 1);
    add(fixture, "c", 1)->answer_count = 0;
    assert_judged(fixture, "..w");
}

static void test_checksum(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", 1);
    add(fixture, "b", 1)->has_checksum = false; /* without a checksum its data is not compared */
    add(fixture, "c", 1)->data_checksum ^= 1;
    assert_judged(fixture, "..w");
    assert_string_equal(fixture->list.items[2].reason,
        "data_checksum 00c0ffee12345679 where storage/a density=0.01 a=z has 00c0ffee12345678");
}

static void test_who_takes_part(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "a", 1);
    add(fixture, "b", 2)->outcome = MLM_OUTCOME_OOM;
    struct mlm_record *alone = add(fixture, "c", 3);
    free(alone->equal_work);
    alone->equal_work = NULL;
    struct mlm_record *other_group = add(fixture, "d", 4);
    free(other_group->equal_work);
    other_group->equal_work = strdup("storage density=0.1");
    struct mlm_record *other_machine = add(fixture, "e", 5);
    json_decref(other_machine->machine);
    other_machine->machine = sample_machine("m2");
    assert_judged(fixture, ".....");
}

/* Another version of a framework may do the same job in another way. */
static void test_versions(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 4; i++) {
        struct mlm_record *record = add(fixture, "a", i < 2 ? 1 : 2);
        const char *version = i < 2 ? "1.24.2" : "2.2.4";
        json_decref(record->machine);
        record->machine = json_pack("{s:s, s:{s:s}}", "id", "m1", "software", "numpy", version);
    }
    assert_judged(fixture, "....");
}

static void test_chaos(void **state)
{
    struct fixture *fixture = *state;
    char outcomes[301] = "";
    for (int i = 0; i < 300; i++) {
        add(fixture, i % 2 ? "a" : "b", i < 3 ? 7 : i);
        outcomes[i] = i < 3 || i == 7 ? '.' : 'w';
    }
    assert_judged(fixture, outcomes);
}

int main(void)
{
#define JUDGE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        JUDGE_TEST(test_agreement),
        JUDGE_TEST(test_majority_of_variants),
        JUDGE_TEST(test_tie_goes_to_the_earlier),
        JUDGE_TEST(test_one_bad_repetition),
        JUDGE_TEST(test_tolerance),
        JUDGE_TEST(test_near_zero),
        JUDGE_TEST(test_not_a_number),
        JUDGE_TEST(test_nobody_is_right),
        JUDGE_TEST(test_answer_counts),
        JUDGE_TEST(test_checksum),
        JUDGE_TEST(test_who_takes_part),
        JUDGE_TEST(test_versions),
        JUDGE_TEST(test_chaos),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
