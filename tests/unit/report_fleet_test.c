/* Tests what is said of many machines: who runs everything, and what stands out. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "compare_sample.h"
#include "report/fleet/words.h"

#define MACHINES 6
#define JOBS 6

static const char *const jobs[JOBS] = {"a", "b", "c", "d", "e", "f"};
static const char *const hosts[MACHINES] = {"big", "small", "middle", "twin", "large", "tower"};
static const int64_t ram_gib[MACHINES] = {16, 2, 4, 4, 8, 32};

/* Gives the last trials of a side its machine. */
static void settle(struct fixture *fixture, size_t side)
{
    char id[] = {(char)('0' + (int)side), 0};
    struct mlm_record_list *list = &fixture->lists[side];
    for (size_t i = 0; i < list->count; i++) {
        json_decref(list->items[i].machine);
        list->items[i].machine = json_pack("{s:s, s:s, s:I}", "id", id, "host", hosts[side], "memory_bytes",
            (json_int_t)ram_gib[side] << 30);
        assert_non_null(list->items[i].machine);
    }
}

static void add_failed(struct fixture *fixture, size_t side, const char *name)
{
    add(fixture, side, name, MLM_NULL, 5000000)->outcome = MLM_OUTCOME_OOM;
}

/* Every machine has its pace and every job its length; `scale` is what one cell has besides. */
struct odd {
    size_t machine, job, repetitions;
    double scale; /* 0: out of memory */
};

static struct mlm_fleet make(struct fixture *fixture, const struct odd *odd, double pace_of_twin)
{
    static const double paces[MACHINES] = {1, 1.3, 0.8, 1, 1.1, 0.9};
    struct mlm_error error = {0};
    struct mlm_fleet fleet = {0};
    for (size_t m = 0; m < MACHINES; m++) {
        for (size_t j = 0; j < JOBS; j++) {
            bool here = odd && odd->machine == m && odd->job == j;
            double pace = strcmp(hosts[m], "twin") == 0 ? pace_of_twin : paces[m];
            if (here && !(odd->scale > 0))
                add_failed(fixture, m, jobs[j]);
            else
                add_row(fixture, m, jobs[j], here ? odd->repetitions : 5,
                    pace * (1 + (double)j) * (here ? odd->scale : 1));
        }
        settle(fixture, m);
    }
    make_sides(fixture, MACHINES);
    for (size_t m = 0; m < MACHINES; m++)
        fixture->sides[m].label = hosts[m];
    assert_true(mlm_fleet_is(fixture->sides, MACHINES));
    assert_int_equal(mlm_fleet_make(fixture->sides, MACHINES, &fleet, &error), 0);
    return fleet;
}

static size_t outliers(const struct mlm_fleet *fleet, char text[static 256])
{
    mlm_auto_free struct mlm_fleet_outlier *items = NULL;
    size_t count = 0;
    assert_int_equal(mlm_fleet_outliers(fleet, &items, &count), 0);
    text[0] = 0;
    if (count) {
        struct mlm_text said;
        assert_non_null(mlm_text_begin(&said));
        assert_int_equal(mlm_fleet_say_outlier(said.out, fleet, &items[0]), 0);
        mlm_auto_free char *whole = mlm_text_end(&said);
        snprintf(text, 256, "%s", whole);
    }
    return count;
}

static void assert_able(const struct mlm_fleet *fleet, const char *expected)
{
    struct mlm_text said;
    assert_non_null(mlm_text_begin(&said));
    assert_int_equal(mlm_fleet_say_able(said.out, fleet), 0);
    mlm_auto_free char *text = mlm_text_end(&said);
    assert_string_equal(text, expected);
}

static void test_nothing_odd(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = make(*state, NULL, 1);
    static const char *const order[MACHINES] = {"small", "middle", "twin", "large", "big", "tower"};
    assert_int_equal(fleet.job_count, JOBS);
    for (size_t m = 0; m < MACHINES; m++)
        assert_string_equal(fleet.machines[m].label, order[m]);
    assert_true(fabs(fleet.machines[0].pace - 1.3) < 0.01);
    assert_true(fabs(mlm_fleet_cell(&fleet, 1, 3)->ratio - 0.8) < 0.01);
    assert_int_equal(outliers(&fleet, text), 0);
    assert_able(&fleet,
        "6 machines, 6 jobs. 6 machines run all 6 jobs; the one with the least RAM is small (2.00 GiB).");
}

static void test_memory(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet =
        make(*state, &(struct odd){.machine = 1, .job = 2}, 1);
    assert_int_equal(outliers(&fleet, text), 0);
    assert_able(&fleet,
        "6 machines, 6 jobs. 5 machines run all 6 jobs; the one with the least RAM is middle (4.00 GiB), and 1 more has "
        "as much. The one machine with less RAM fails at storage/c at 2G.");
}

/* What is ok with less RAM should be ok with more. */
static void test_odd_ending(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet =
        make(*state, &(struct odd){.machine = 0, .job = 2}, 1);
    assert_int_equal(outliers(&fleet, text), 1);
    assert_string_equal(text, "big (16.0 GiB): storage/c at 2G ended oom, but is ok on small (2.00 GiB).");
}

static void test_odd_time(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet =
        make(*state, &(struct odd){.machine = 4, .job = 1, .repetitions = 5, .scale = 3}, 1);
    assert_int_equal(outliers(&fleet, text), 1);
    assert_string_equal(text,
        "large (8.00 GiB): storage/b at 2G takes 3 × the time that the other jobs of this machine suggest.");
}

/* One repetition has no interval. */
static void test_one_repetition(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet =
        make(*state, &(struct odd){.machine = 4, .job = 1, .repetitions = 1, .scale = 3}, 1);
    assert_int_equal(outliers(&fleet, text), 0);
    assert_string_equal(text, "");
}

static void test_slow_machine(void **state)
{
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = make(*state, NULL, 6);
    assert_int_equal(outliers(&fleet, text), 1);
    assert_non_null(strstr(text, "twin (4.00 GiB) is slower than the others: its jobs take 5.7"));
}

/* A job that is ok nowhere is nobody's fault. */
static void test_nowhere(void **state)
{
    struct fixture *fixture = *state;
    for (size_t m = 0; m < MACHINES; m++)
        add_failed(fixture, m, "too_much");
    char text[256];
    mlm_cleanup(mlm_fleet_release) struct mlm_fleet fleet = make(fixture, NULL, 1);
    assert_int_equal(outliers(&fleet, text), 0);
    assert_able(&fleet,
        "6 machines, 7 jobs. 1 job is ok on none of them. 6 machines run all 6 other jobs; the one with "
        "the least RAM is small (2.00 GiB).");
}

static void test_same_machine(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < MLM_FLEET_LEAST; side++)
        add_row(fixture, side, "a", 2, 1);
    make_sides(fixture, MLM_FLEET_LEAST);
    assert_false(mlm_fleet_is(fixture->sides, MLM_FLEET_LEAST));
    assert_false(mlm_fleet_is(fixture->sides, MLM_FLEET_LEAST - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_odd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_ending, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_repetition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_machine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_machine, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
