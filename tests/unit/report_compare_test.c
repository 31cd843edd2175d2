/* Tests sides, pairs, contrasts and verdicts. */
#include <math.h>

#include "compare_sample.h"

static const struct mlm_contrast *contrast(
    const struct mlm_comparison *comparison, size_t pair, enum mlm_figure figure)
{
    return &comparison->pairings[0].pairs[pair].contrasts[figure];
}

static void test_with_itself(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++) {
        add_row(fixture, side, "coo", 10, 1);
        add_row(fixture, side, "csr", 10, 2);
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    const struct mlm_pairing *pairing = &comparison->pairings[0];
    assert_int_equal(pairing->pair_count, 2);
    assert_int_equal(pairing->old_alone_count + pairing->new_alone_count, 0);
    assert_int_equal(comparison->ratio_count, 4);
    assert_int_equal(comparison->test_count, 2);
    for (size_t i = 0; i < 2; i++)
        for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
            const struct mlm_contrast *c = contrast(comparison, i, (enum mlm_figure)f);
            assert_true(c->ratio == 1 && c->low <= 1 && c->high >= 1);
            /* Needs are all equal, so nothing of them is tested. */
            assert_true(f == MLM_FIGURE_TIME
                            ? c->p == 1 && c->adjusted_p == 1
                            : c->test == MLM_TEST_IDLE && isnan(c->p) && isnan(c->adjusted_p));
            assert_int_equal(c->verdict, MLM_CONTRAST_EVEN);
        }
    assert_true(pairing->overall[MLM_FIGURE_TIME].ratio == 1);
    assert_int_equal(pairing->overall[MLM_FIGURE_TIME].count, 2);
}

static void test_slower_row(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) {
        add_row(fixture, 0, names[i], 10, 1);
        add_row(fixture, 1, names[i], 10, i == 1 ? 1.2 : i == 2 ? 0.5 : 1);
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    static const enum mlm_contrast_verdict wanted[] = {
        MLM_CONTRAST_EVEN, MLM_CONTRAST_MORE, MLM_CONTRAST_LESS, MLM_CONTRAST_EVEN};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(contrast(comparison, i, MLM_FIGURE_TIME)->verdict, wanted[i]);
        assert_int_equal(contrast(comparison, i, MLM_FIGURE_NEEDS)->verdict, MLM_CONTRAST_EVEN);
    }
    const struct mlm_contrast *slower = contrast(comparison, 1, MLM_FIGURE_TIME);
    assert_true(fabs(slower->ratio - 1.2) < 1e-9);
    assert_true(slower->low > 1.19 && slower->high < 1.21);
    assert_true(fabs(slower->p - 2 / 184756.0) < 1e-12);
    assert_true(fabs(slower->adjusted_p - 4 * 2 / 184756.0) < 1e-12);
    assert_true(fabs(comparison->pairings[0].overall[MLM_FIGURE_TIME].ratio - pow(0.6, 0.25)) < 1e-9);
}

/* The repetitions of one run may all be a few percent slower than those of another run for no reason. Where
 * both sides have several runs, such a difference counts. */
static void test_another_run(void **state)
{
    struct fixture *fixture = *state;
    add_row(fixture, 0, "csr", 10, 1);
    add_row(fixture, 1, "csr", 10, 1.03);
    add_row(fixture, 0, "dense", 10, 1);
    add_row(fixture, 1, "dense", 10, 1.07);
    /* 12 % apart, with an interval that begins at 2 %. */
    add_row(fixture, 0, "wide", 10, 1);
    add_row(fixture, 1, "wide", 4, 1.02);
    add_row(fixture, 1, "wide", 6, 1.12);
    for (size_t side = 0; side < 2; side++) {
        add_row(fixture, side, "coo", 10, side ? 1.03 : 1);
        struct mlm_record_list *list = &fixture->lists[side];
        for (size_t i = 0; i < 5; i++) {
            free(list->items[list->count - 1 - i].run_id);
            list->items[list->count - 1 - i].run_id = strdup("another");
        }
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    /* Pairs are in the order of names: coo, csr, dense, wide. */
    static const enum mlm_contrast_verdict wanted[] = {
        MLM_CONTRAST_MORE, MLM_CONTRAST_EVEN, MLM_CONTRAST_MORE, MLM_CONTRAST_EVEN};
    for (size_t i = 0; i < 4; i++) {
        const struct mlm_contrast *time = contrast(comparison, i, MLM_FIGURE_TIME);
        assert_true(time->adjusted_p < MLM_SIGNIFICANCE);
        assert_int_equal(time->verdict, wanted[i]);
    }
}

/* With three repetitions a side the smallest p of the rank test is 0.1, so Student's t is used. */
static void test_few_repetitions(void **state)
{
    struct fixture *fixture = *state;
    add_row(fixture, 0, "csr", 3, 1);
    add_row(fixture, 1, "csr", 3, 2);
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    const struct mlm_contrast *c = contrast(comparison, 0, MLM_FIGURE_TIME);
    assert_int_equal(c->verdict, MLM_CONTRAST_MORE);
    assert_int_equal(c->test, MLM_TEST_T);
    assert_true(c->p < 0.001 && c->adjusted_p >= c->p);
    assert_true(c->ratio == 2 && c->low < 2 && c->high > 2);
    assert_int_equal(comparison->ratio_count, 2);
    assert_int_equal(comparison->test_counts[MLM_TEST_T], 1);
    assert_int_equal(comparison->test_counts[MLM_TEST_IDLE], 1);
    assert_int_equal(comparison->test_count, 1);
}

/* Nothing can be told of one repetition on each side. One beside several is taken to vary as they do. */
static void test_too_few(void **state)
{
    struct fixture *fixture = *state;
    add_row(fixture, 0, "a", 1, 1);
    add_row(fixture, 1, "a", 1, 2);
    add_row(fixture, 0, "b", 1, 1);
    add_row(fixture, 1, "b", 4, 2);
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    const struct mlm_contrast *c = contrast(comparison, 0, MLM_FIGURE_TIME);
    assert_int_equal(c->verdict, MLM_CONTRAST_TOO_FEW);
    assert_true(isnan(c->p) && isnan(c->adjusted_p) && isnan(c->low) && c->ratio == 2);
    c = contrast(comparison, 1, MLM_FIGURE_TIME);
    assert_int_equal(c->test, MLM_TEST_T);
    assert_int_equal(c->verdict, MLM_CONTRAST_MORE);
    assert_int_equal(comparison->ratio_count, 4);
    assert_int_equal(comparison->test_count, 1);
    assert_int_equal(comparison->test_counts[MLM_TEST_IDLE], 1);
    assert_int_equal(comparison->test_counts[MLM_TEST_NONE], 2);
}

/* Four repetitions are enough for a rank test of one row, but not of as many rows as these. */
static void test_rank_test_of_so_many(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        add_row(fixture, 0, names[i], i ? 4 : 12, 1);
        add_row(fixture, 1, names[i], i ? 4 : 12, 2);
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_int_equal(comparison->test_count, 3);
    assert_int_equal(contrast(comparison, 0, MLM_FIGURE_TIME)->test, MLM_TEST_RANK);
    assert_int_equal(contrast(comparison, 1, MLM_FIGURE_TIME)->test, MLM_TEST_T);
    assert_int_equal(comparison->test_counts[MLM_TEST_RANK], 1);
}

/* Five rounds of seventeen rows, as the README prescribes: every time is 0.6 times as long, and each row is
 * named, because needs that are equal everywhere are not counted as tests. */
static void test_seventeen_rows(void **state)
{
    struct fixture *fixture = *state;
    enum { ROWS = 17, REPETITIONS = 5 };
    uint64_t random = 3;
    for (size_t side = 0; side < 2; side++)
        for (size_t row = 0; row < ROWS; row++)
            for (size_t i = 0; i < REPETITIONS; i++) {
                char name[16];
                snprintf(name, sizeof name, "row%zu", row);
                random = random * 6364136223846793005u + 1442695040888963407u;
                double noise = (double)(random >> 40) / (1 << 24);
                add(fixture, side, name, (int64_t)((side ? 6e8 : 1e9) * (1 + 0.1 * noise)), 5000000);
            }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_int_equal(comparison->test_count, ROWS);
    assert_int_equal(comparison->test_counts[MLM_TEST_IDLE], ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(contrast(comparison, i, MLM_FIGURE_TIME)->verdict, MLM_CONTRAST_LESS);
        assert_int_equal(contrast(comparison, i, MLM_FIGURE_NEEDS)->verdict, MLM_CONTRAST_EVEN);
    }
}

/* Whether a test counts depends on the values of both sides together, never on which side they are of: else
 * the family would be chosen by the result. */
static void test_family_ignores_sides(void **state)
{
    struct fixture *fixture = *state;
    static const int64_t apart[] = {100, 101, 102, 103, 200, 201, 202, 203};
    static const size_t mixed[] = {0, 5, 2, 7, 4, 1, 6, 3};
    for (size_t i = 0; i < 8; i++) {
        add(fixture, i / 4, "apart", apart[i] * 1000000, 50000000);
        add(fixture, i / 4, "mixed", apart[mixed[i]] * 1000000, 50000000);
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_int_equal(comparison->test_count, 2);
    assert_int_equal(contrast(comparison, 0, MLM_FIGURE_TIME)->verdict, MLM_CONTRAST_MORE);
    assert_int_equal(contrast(comparison, 1, MLM_FIGURE_TIME)->verdict, MLM_CONTRAST_EVEN);
    assert_true(contrast(comparison, 1, MLM_FIGURE_TIME)->adjusted_p <= 1);
}

/* Needs that are equal to the page in a few repetitions are no proof of a difference of a page. */
static void test_a_page_is_no_difference(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++)
        for (int i = 0; i < 4; i++)
            add(fixture, side, "a", 1000000 + i, 10000000 + (side ? 4096 : 0));
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_int_equal(contrast(comparison, 0, MLM_FIGURE_NEEDS)->verdict, MLM_CONTRAST_EVEN);
}

/* Own times are compared only where both sides have them. */
static void test_kinds_of_time(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++)
        for (int i = 0; i < 3; i++) {
            add(fixture, side, "both", side ? 9000 : 2000, 1000)->readings.values[MLM_own_ns] = 1000 + i;
            struct mlm_record *one = add(fixture, side, "one", 2000, 1000);
            one->readings.values[MLM_own_ns] = side ? 1000 : MLM_NULL;
        }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_int_equal(contrast(comparison, 0, MLM_FIGURE_TIME)->time_kind, MLM_TIME_OWN);
    assert_true(contrast(comparison, 0, MLM_FIGURE_TIME)->ratio == 1);
    assert_int_equal(contrast(comparison, 1, MLM_FIGURE_TIME)->time_kind, MLM_TIME_WALL);
    assert_true(contrast(comparison, 1, MLM_FIGURE_TIME)->old_median == 2000);
}

/* The repetitions that ended ok say nothing about a row in which others did not. */
static void test_outcomes(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        enum mlm_outcome old_ends, new_ends; /* of one of two repetitions */
        enum mlm_change change;
    } rows[] = {
        {"a", MLM_OUTCOME_OK, MLM_OUTCOME_OOM, MLM_CHANGE_WORSE},
        {"b", MLM_OUTCOME_OOM, MLM_OUTCOME_OK, MLM_CHANGE_BETTER},
        {"c", MLM_OUTCOME_OOM, MLM_OUTCOME_OOM, MLM_CHANGE_NONE},
        {"d", MLM_OUTCOME_OK, MLM_OUTCOME_OK, MLM_CHANGE_NONE},
    };
    for (size_t i = 0; i < 4; i++)
        for (size_t side = 0; side < 2; side++) {
            add_row(fixture, side, rows[i].name, 2, 1);
            struct mlm_record *last = &fixture->lists[side].items[fixture->lists[side].count - 1];
            last->outcome = side ? rows[i].new_ends : rows[i].old_ends;
        }
    static const struct {
        const char *name;
        enum mlm_outcome old_ends, new_ends; /* of all repetitions */
        enum mlm_change change;
    } whole[] = {
        {"e", MLM_OUTCOME_OOM, MLM_OUTCOME_TIMEOUT, MLM_CHANGE_OTHER},
        {"f", MLM_OUTCOME_OOM, MLM_OUTCOME_OK, MLM_CHANGE_BETTER},
        {"g", MLM_OUTCOME_OK, MLM_OUTCOME_SKIPPED, MLM_CHANGE_OTHER},
        {"h", MLM_OUTCOME_SKIPPED, MLM_OUTCOME_SKIPPED, MLM_CHANGE_NONE},
    };
    for (size_t i = 0; i < 4; i++) {
        add(fixture, 0, whole[i].name, 1000, 1000)->outcome = whole[i].old_ends;
        add(fixture, 1, whole[i].name, 1000, 1000)->outcome = whole[i].new_ends;
    }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    const struct mlm_pairing *pairing = &comparison->pairings[0];
    assert_int_equal(pairing->pair_count, 8);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pairing->pairs[i].change, rows[i].change);
        assert_int_equal(pairing->pairs[i + 4].change, whole[i].change);
    }
    for (size_t i = 0; i < 8; i++)
        for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
            const struct mlm_contrast *c = contrast(comparison, i, (enum mlm_figure)f);
            assert_int_equal(c->verdict == MLM_CONTRAST_NONE, i != 3);
            assert_int_equal(isnan(c->ratio) != 0, i != 3);
        }
    assert_int_equal(pairing->overall[MLM_FIGURE_TIME].count, 1);
}

/* A missing reading gives no contrast, and 0 is not a denominator. */
static void test_missing_readings(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++)
        for (int i = 0; i < 5; i++) {
            add(fixture, side, "a", 1000000 + i, MLM_NULL);
            add(fixture, side, "b", 1000000 + i, side || i ? 5000 : MLM_NULL);
            add(fixture, side, "c", 1000000 + i, side ? 5000 : 0);
        }
    const struct mlm_comparison *comparison = compare(fixture, 2, false);
    assert_true(isnan(contrast(comparison, 0, MLM_FIGURE_NEEDS)->ratio));
    assert_true(isnan(contrast(comparison, 0, MLM_FIGURE_NEEDS)->old_median));
    assert_true(contrast(comparison, 0, MLM_FIGURE_TIME)->ratio == 1);
    assert_true(contrast(comparison, 1, MLM_FIGURE_NEEDS)->ratio == 1);
    assert_int_equal(contrast(comparison, 1, MLM_FIGURE_NEEDS)->old_count, 4);
    assert_true(isnan(contrast(comparison, 2, MLM_FIGURE_NEEDS)->ratio));
    assert_true(contrast(comparison, 2, MLM_FIGURE_NEEDS)->old_median == 0);
    assert_int_equal(comparison->pairings[0].overall[MLM_FIGURE_NEEDS].count, 1);
}

/* Properties that partners must share, and properties that may differ. */
static void test_partners(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++) {
        struct mlm_record *same = add(fixture, side, "elsewhere", 1000, 1000);
        set_machine(same, side ? "m2" : "m1", "host");
        add(fixture, side, "seed", 1000, 1000)->seed = 1 + side;
        add(fixture, side, "limit", 1000, 1000)->limits.timeout_ns = 1000 + side;
        add(fixture, side, "cap", 1000, 1000)->limits.cap_bytes = CAP + side;
        add(fixture, side, "swap", 1000, 1000)->limits.swap_limit_bytes = side;
        add(fixture, side, "background", 1000, 1000)->limits.background_bytes = side;
        add(fixture, side, "threads", 1000, 1000)->threads = 1 + side;
        add(fixture, side, "data", 1000, 1000)->data_bytes = 1000 + side;
        struct mlm_record *params = add(fixture, side, "params", 1000, 1000);
        assert_int_equal(mlm_params_add(&params->params, "x", side ? "1" : "2"), 0);
        if (side)
            add(fixture, side, "dataset", 1000, 1000)->dataset = strdup("a.npy");
        else
            add(fixture, side, "dataset", 1000, 1000);
    }
    const struct mlm_pairing *pairing = &compare(fixture, 2, false)->pairings[0];
    assert_int_equal(pairing->pair_count, 3);
    assert_int_equal(pairing->old_alone_count, 7);
    assert_int_equal(pairing->new_alone_count, 7);
    assert_int_equal(pairing->other_data, 1);
    pairing = &compare(fixture, 2, true)->pairings[0];
    assert_int_equal(pairing->pair_count, 4);
    assert_int_equal(pairing->old_alone_count, 6);
    assert_int_equal(pairing->other_data, 0);
}

/* With several machines on each side, each machine is compared with itself. */
static void test_same_machine(void **state)
{
    struct fixture *fixture = *state;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < 2; i++) {
            bool first = (i == 0) != (side == 1); /* in another order */
            set_machine(add(fixture, side, "csr", first ? 1000 : 3000, 1000), first ? "m1" : "m2", "host");
        }
    make_sides(fixture, 2);
    assert_true(mlm_side_has_machines(&fixture->sides[0]));
    struct mlm_error error = {0};
    const struct mlm_compare_options same = {.where = MLM_SAME_MACHINE};
    assert_int_equal(mlm_compare(fixture->sides, 2, &same, &fixture->comparison, &error), 0);
    assert_int_equal(fixture->comparison->pairings[0].pair_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(contrast(fixture->comparison, i, MLM_FIGURE_TIME)->ratio == 1);
    char *name = mlm_side_row_name(&fixture->sides[0], fixture->sides[0].rows[0], false);
    assert_string_equal(name, "host: storage/csr density=0.01 a=z at 2G");
    free(name);
}

/* A partner with the same seed is preferred, and each row has only one partner. */
static void test_best_partner(void **state)
{
    struct fixture *fixture = *state;
    static const uint64_t seeds[2][3] = {{1, 2, 3}, {3, 4, 1}};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < (side ? 3 : 2); i++)
            add(fixture, side, "csr", 1000, 1000)->seed = seeds[side][i];
    const struct mlm_pairing *pairing = &compare(fixture, 2, false)->pairings[0];
    assert_int_equal(pairing->pair_count, 2);
    assert_int_equal(pairing->new_alone_count, 1);
    for (size_t i = 0; i < 2; i++) {
        const struct mlm_pair *pair = &pairing->pairs[i];
        assert_int_equal(pair->new_row->first->seed, pair->old_row->first->seed == 1 ? 1 : 3);
    }
    assert_int_equal(pairing->new_alone[0]->first->seed, 4);
}

/* A partner with the same kind of swap is preferred, but another is better than none. */
static void test_swap_of_machines(void **state)
{
    struct fixture *fixture = *state;
    static const char *const kinds[2][2] = {{"file", NULL}, {NULL, "zram"}};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < 2; i++) {
            struct mlm_record *record = add(fixture, side, "csr", 1000, 1000);
            json_decref(record->machine);
            record->machine = kinds[side][i]
                                  ? json_pack("{s:s, s:[{s:s}]}", "id", "m", "swap", "kind", kinds[side][i])
                                  : json_pack("{s:s, s:[]}", "id", "m", "swap");
            assert_non_null(record->machine);
        }
    for (size_t i = 0; i < 4; i++) /* no limit: a trial could use all swap */
        fixture->lists[i / 2].items[i % 2].limits.swap_limit_bytes = MLM_NO_LIMIT;
    const struct mlm_pairing *pairing = &compare(fixture, 2, false)->pairings[0];
    char text[2][MLM_SWAP_KINDS_TEXT];
    assert_int_equal(pairing->pair_count, 2);
    for (size_t i = 0; i < 2; i++) {
        (void)mlm_record_swap_kinds(pairing->pairs[i].old_row->first, text[0]);
        (void)mlm_record_swap_kinds(pairing->pairs[i].new_row->first, text[1]);
        assert_string_equal(text[1], strcmp(text[0], "file") == 0 ? "zram" : "");
    }
    struct mlm_error error = {0};
    mlm_comparison_free(fixture->comparison);
    fixture->comparison = NULL;
    const struct mlm_compare_options same = {.where = MLM_SAME_SWAP};
    assert_int_equal(mlm_compare(fixture->sides, 2, &same, &fixture->comparison, &error), 0);
    assert_int_equal(fixture->comparison->pairings[0].pair_count, 1);
}

static void test_machines_of_one_table(void **state)
{
    struct fixture *fixture = *state;
    static const char *const ids[] = {"m1", "m2", "m3"}, *const hosts[] = {"thinkpad", "host", "host"};
    for (size_t i = 0; i < 3; i++) {
        set_machine(add(fixture, 0, "csr", 1000 * (int64_t)(i + 1), 1000), ids[i], hosts[i]);
        set_machine(add(fixture, 0, "coo", 1000, 1000), ids[i], hosts[i]);
    }
    fixture->tables[0] = sample_table_of(fixture->lists[0]);
    struct mlm_side *sides = NULL;
    size_t count = 0;
    struct mlm_error error = {0};
    assert_int_equal(mlm_sides_by_machine(fixture->tables[0].table, &sides, &count, &error), 0);
    assert_int_equal(count, 3);
    assert_string_equal(sides[0].label, "thinkpad");
    assert_string_equal(sides[1].label, "host (m2)");
    assert_string_equal(sides[2].label, "host (m3)");
    assert_int_equal(
        mlm_compare(sides, count, &(struct mlm_compare_options){0}, &fixture->comparison, &error), 0);
    assert_int_equal(fixture->comparison->pairing_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct mlm_pairing *pairing = &fixture->comparison->pairings[i];
        assert_int_equal(pairing->pair_count, 2);
        assert_string_equal(pairing->pairs[1].old_row->workload, "csr");
        assert_true(pairing->pairs[1].contrasts[MLM_FIGURE_TIME].ratio == (double)(i + 2));
    }
    mlm_comparison_free(fixture->comparison);
    fixture->comparison = NULL;
    mlm_sides_free(sides, count);
}

static void test_names(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_record *record = add(fixture, 0, "c\033sr", 1000, 1000);
    record->threads = 2;
    record->limits.swap_limit_bytes = 0;
    record->limits.background_bytes = UINT64_C(1) << 30;
    compare(fixture, 1, false);
    char *name = mlm_row_name(fixture->sides[0].rows[0], true);
    assert_string_equal(name,
        "storage/c?sr density=0.01 a=z threads=2 at 2G, without swap, idle background of 1G, "
        "data 2.50 GiB");
    free(name);
}

static double chance(uint64_t *random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 40) / (1 << 24);
}

/* Sometimes far off, like real times. */
static double noise_far_off(uint64_t *random)
{
    double x = chance(random);
    return 1 + 0.05 * x + (x > 0.9 ? 0.3 * x : 0);
}

/* Near to normal, for which Student's t is made. */
static double noise_normal(uint64_t *random)
{
    return exp(0.02 * (chance(random) + chance(random) + chance(random) + chance(random) - 2));
}

/* The same 60 rows, assigned to old and new at random 200 times: in at most one of 20 assignments does any
 * row stand out. Half of the rows have needs that are equal to the page, except for one repetition in each
 * third of them; those tests are not counted. */
static void family_try(struct fixture *fixture, size_t repetitions, double (*noise)(uint64_t *random))
{
    enum { ROWS = 60, MOST_REPETITIONS = 8, SHUFFLES = 200 };
    uint64_t random = 7;
    for (size_t side = 0; side < 2; side++)
        for (size_t row = 0; row < ROWS; row++)
            for (size_t i = 0; i < repetitions; i++) {
                char name[16];
                snprintf(name, sizeof name, "row%zu", row);
                int64_t ns = (int64_t)(1e9 * noise(&random));
                int64_t pages =
                    row % 2 ? 5000 + (int64_t)(random >> 20) % 500 : 5000 + (row % 3 == 0 && i == 0);
                add(fixture, side, name, ns, pages * 4096);
            }
    compare(fixture, 2, false);
    size_t alarms = 0, fewest = SIZE_MAX;
    for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
        const struct mlm_pairing *pairing = &fixture->comparison->pairings[0];
        for (size_t i = 0; i < pairing->pair_count; i++) {
            struct mlm_record *trials[2 * MOST_REPETITIONS];
            for (size_t k = 0; k < repetitions; k++) {
                trials[k] = (struct mlm_record *)(uintptr_t)pairing->pairs[i].old_row->trials[k];
                trials[k + repetitions] =
                    (struct mlm_record *)(uintptr_t)pairing->pairs[i].new_row->trials[k];
            }
            for (size_t k = (size_t)2 * repetitions; k-- > 1;) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                size_t other = (random >> 33) % (k + 1);
                struct mlm_readings kept = trials[k]->readings;
                trials[k]->readings = trials[other]->readings;
                trials[other]->readings = kept;
            }
        }
        const struct mlm_comparison *comparison = compare(fixture, 2, false);
        bool alarm = false;
        for (size_t i = 0; i < ROWS; i++)
            for (int f = 0; f < MLM_FIGURE_COUNT; f++) {
                enum mlm_contrast_verdict verdict = contrast(comparison, i, (enum mlm_figure)f)->verdict;
                assert_true(verdict != MLM_CONTRAST_NONE && verdict != MLM_CONTRAST_TOO_FEW);
                alarm |= verdict != MLM_CONTRAST_EVEN;
            }
        alarms += alarm;
        fewest = comparison->test_count < fewest ? comparison->test_count : fewest;
    }
    print_message("%zu false alarms in %d comparisons of %zu tests\n", alarms, SHUFFLES, fewest);
    assert_int_equal(fewest, ROWS * MLM_FIGURE_COUNT - ROWS / 2);
    assert_true(alarms <= SHUFFLES / 20);
}

static void test_family(void **state)
{
    family_try(*state, 8, noise_far_off);
}

/* With five repetitions a side the rank test cannot reach so small a p, and Student's t is used. */
static void test_family_of_few(void **state)
{
    family_try(*state, 5, noise_normal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_with_itself), TEST(test_slower_row), TEST(test_another_run),
        TEST(test_too_few), TEST(test_few_repetitions), TEST(test_rank_test_of_so_many),
        TEST(test_a_page_is_no_difference), TEST(test_kinds_of_time), TEST(test_outcomes),
        TEST(test_missing_readings), TEST(test_partners), TEST(test_same_machine), TEST(test_best_partner),
        TEST(test_swap_of_machines), TEST(test_machines_of_one_table), TEST(test_names),
        TEST(test_seventeen_rows), TEST(test_family_ignores_sides), TEST(test_family),
        TEST(test_family_of_few)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
