/* Tests what counts as usual over earlier runs. */
#include <math.h>

#include "compare_sample.h"
#include "report/compare/history.h"

static const bool both[MLM_FIGURE_COUNT] = {true, true};

/* Compares the last side with those before it. */
static struct mlm_history *history_of(struct fixture *fixture, size_t file_count, double floor)
{
    struct mlm_history *history = NULL;
    struct mlm_error error = {0};
    make_sides(fixture, file_count + 1);
    assert_int_equal(
        mlm_history_make(fixture->sides, file_count, &fixture->sides[file_count], floor, &history, &error),
        0);
    assert_int_equal(history->file_count, file_count);
    return history;
}

/* Adds a row with one repetition in each file, in ms. */
static void add_times(struct fixture *fixture, const char *name, size_t file_count, const int *ms)
{
    for (size_t i = 0; i < file_count; i++)
        if (ms[i])
            add(fixture, i, name, ms[i] * INT64_C(1000000), 5000000);
}

static void test_limit(void **state)
{
    /* Deviations of 10, 0 and 0. */
    add_times(*state, "calm", 5, (const int[]){100, 100, 100, 100, 104});
    add_times(*state, "high", 5, (const int[]){100, 100, 100, 100, 106});
    add_times(*state, "noisy", 5, (const int[]){90, 100, 110, 100, 123});
    add_times(*state, "slow", 5, (const int[]){90, 100, 110, 100, 126});
    struct mlm_history *history = history_of(*state, 4, 0.05);
    static const struct {
        double limit;
        bool regressed;
    } wanted[] = {{105e6, false}, {105e6, true}, {124.494897e6, false}, {124.494897e6, true}};
    assert_int_equal(history->count, 4);
    assert_int_equal(history->known_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct mlm_history_figure *time = &history->rows[i].figures[MLM_FIGURE_TIME];
        assert_int_equal(time->count, 4);
        assert_true(time->usual == 100e6);
        assert_true(fabs(time->limit - wanted[i].limit) < 1);
        assert_int_equal(time->verdict == MLM_HISTORY_REGRESSED, wanted[i].regressed);
        assert_int_equal(history->rows[i].figures[MLM_FIGURE_NEEDS].verdict, MLM_HISTORY_USUAL);
        assert_int_equal(mlm_history_row_trips(&history->rows[i], both), wanted[i].regressed);
        assert_false(mlm_history_row_trips(&history->rows[i], (const bool[]){false, true}));
    }
    assert_true(history->rows[1].figures[MLM_FIGURE_TIME].ratio == 1.06);
    mlm_history_free(history);
}

static void test_too_little(void **state)
{
    add_times(*state, "known", 4, (const int[]){100, 0, 100, 900});
    add_times(*state, "new", 4, (const int[]){0, 0, 0, 900});
    add_times(*state, "there", 4, (const int[]){100, 100, 100, 100});
    struct mlm_history *history = history_of(*state, 3, 0.05);
    const struct mlm_history_figure *known = &history->rows[0].figures[MLM_FIGURE_TIME];
    assert_int_equal(known->verdict, MLM_HISTORY_TOO_LITTLE);
    assert_true(isnan(known->limit) && known->ratio == 9);
    const struct mlm_history_figure *new = &history->rows[1].figures[MLM_FIGURE_TIME];
    assert_int_equal(new->verdict, MLM_HISTORY_TOO_LITTLE);
    assert_true(isnan(new->usual) && isnan(new->ratio));
    assert_int_equal(history->known_count, 2);
    assert_false(mlm_history_row_trips(&history->rows[0], both));
    mlm_history_free(history);
}

/* The median of the repetitions counts, for rows whose repetitions are all ok. */
static void test_outcomes(void **state)
{
    struct fixture *fixture = *state;
    for (size_t file = 0; file < 4; file++) {
        bool last = file == 3;
        add_row(fixture, file, "ends", 3, 1);
        if (last)
            fixture->lists[file].items[1].outcome = MLM_OUTCOME_OOM;
        add_row(fixture, file, "flaky", 1, 1);
        if (last || file == 1)
            fixture->lists[file].items[fixture->lists[file].count - 1].outcome = MLM_OUTCOME_TIMEOUT;
        add_row(fixture, file, "skipped", 1, 1);
        if (last)
            fixture->lists[file].items[fixture->lists[file].count - 1].outcome = MLM_OUTCOME_SKIPPED;
        if (file)
            add_row(fixture, file, "young", 1, 1);
        if (last)
            fixture->lists[file].items[fixture->lists[file].count - 1].outcome = MLM_OUTCOME_OOM;
    }
    struct mlm_history *history = history_of(fixture, 3, 0.05);
    static const struct {
        size_t ok_count, not_ok_count;
        bool ends_worse;
    } wanted[] = {{3, 0, true}, {2, 1, false}, {3, 0, false}, {2, 0, false}};
    for (size_t i = 0; i < 4; i++) {
        const struct mlm_history_row *row = &history->rows[i];
        assert_int_equal(row->ok_count, wanted[i].ok_count);
        assert_int_equal(row->not_ok_count, wanted[i].not_ok_count);
        assert_int_equal(row->ends_worse, wanted[i].ends_worse);
        assert_int_equal(row->figures[MLM_FIGURE_TIME].verdict, MLM_HISTORY_NONE);
        assert_int_equal(mlm_history_row_trips(row, both), wanted[i].ends_worse);
    }
    assert_true(history->rows[0].figures[MLM_FIGURE_TIME].usual == 1001e6);
    mlm_history_free(history);
}

static void test_without_files(void **state)
{
    add_row(*state, 0, "csr", 3, 1);
    struct mlm_history *history = history_of(*state, 0, 0.05);
    assert_int_equal(history->count, 1);
    assert_int_equal(history->known_count, 0);
    assert_int_equal(history->rows[0].figures[MLM_FIGURE_TIME].verdict, MLM_HISTORY_TOO_LITTLE);
    mlm_history_free(history);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_limit), TEST(test_too_little), TEST(test_outcomes), TEST(test_without_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
