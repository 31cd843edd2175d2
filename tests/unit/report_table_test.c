/* Tests rows made of repetitions: what is summarized, what is not, and what they are compared with. */
#include <math.h>

#include "report/table/heading.h"
#include "report/table/ratio.h"
#include "report_sample.h"

#define SECOND INT64_C(1000000000)
#define MIB (INT64_C(1) << 20)
#define CAP (UINT64_C(2) << 30)

/* Adds a trial of storage/NAME with this time and these needs. */
static struct mlm_record *add(struct sample_fixture *fixture, const char *name, uint64_t cap_bytes,
    enum mlm_outcome outcome, int64_t run_ns, int64_t needs_bytes)
{
    struct mlm_record record = sample_record(name);
    record.limits.cap_bytes = cap_bytes;
    record.outcome = outcome;
    record.repetition = fixture->list.count;
    record.readings.values[MLM_run_ns] = run_ns;
    record.readings.values[MLM_cage_peak_bytes] = MLM_NULL; /* whether the cap was felt is not known */
    record.readings.values[MLM_needs_peak_bytes] = needs_bytes;
    record.readings.values[MLM_core_bytes] = 10 * MIB;
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    return &fixture->list.items[fixture->list.count - 1];
}

static const struct mlm_table *make(struct sample_fixture *fixture)
{
    fixture->sample = sample_table_of(fixture->list);
    return fixture->sample.table;
}

static void end_in(struct mlm_record *record, const char *phase, double progress)
{
    free(record->phase);
    record->phase = strdup(phase);
    record->progress = progress;
}

static bool is(const struct mlm_ratio *ratio, double expected)
{
    return fabs(ratio->ratio - expected) < 1e-9;
}

static void test_medians(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 3 * SECOND, 30 * MIB);
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 1 * SECOND, 20 * MIB);
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 2 * SECOND, MLM_NULL)->limits.background_bytes = 0;
    const struct mlm_table *table = make(fixture);
    assert_int_equal(table->section_count, 1);
    assert_int_equal(table->sections[0].count, 1);
    const struct mlm_row *row = table->sections[0].rows[0];
    assert_string_equal(row->workload, "csr");
    assert_int_equal(row->trial_count, 3);
    assert_true(row->time.median == 2e9 && row->time.minimum == 1e9 && row->time.spread == 1);
    assert_int_equal(row->readings.values[MLM_needs_peak_bytes], 25 * MIB); /* of the two known values */
    assert_int_equal(row->readings.values[MLM_stall_full_ns], MLM_NULL);
    assert_int_equal(row->overhead_bytes, 15 * MIB);
    assert_true(isnan(row->slowdown.ratio));
    assert_true(is(&row->of_best, 1));
}

static void test_background_is_no_overhead(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, SECOND, 130 * MIB)->limits.background_bytes =
        (uint64_t)(100 * MIB);
    assert_int_equal(make(fixture)->sections[0].rows[0]->overhead_bytes, 20 * MIB);
}

/* Impossible figures become the largest possible ones, not others. */
static void test_beyond_measure(void **state)
{
    struct sample_fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        struct mlm_record *record = add(fixture, "csr", CAP, MLM_OUTCOME_OK, INT64_MAX - i, 0);
        record->readings.values[MLM_core_bytes] = INT64_MAX;
        record->limits.background_bytes = INT64_MAX;
    }
    const struct mlm_row *row = make(fixture)->sections[0].rows[0];
    assert_int_equal(row->readings.values[MLM_run_ns], INT64_MAX);
    assert_int_equal(row->overhead_bytes, -INT64_MAX);
}

/* Repetitions that ended ok are not averaged with failed ones, nor shown as if all had ended ok. */
static void test_partly_ok(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "csr", CAP, MLM_OUTCOME_OOM, MLM_NULL, 2048 * MIB);
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 2 * SECOND, 40 * MIB);
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 4 * SECOND, 60 * MIB);
    add(fixture, "coo", CAP, MLM_OUTCOME_OK, 6 * SECOND, 60 * MIB);
    const struct mlm_table *table = make(fixture);
    const struct mlm_row *coo = table->sections[0].rows[0], *csr = table->sections[0].rows[1];
    char text[MLM_OUTCOME_TEXT];
    assert_string_equal(mlm_row_outcome_text(csr, false, text), "ok 2 of 3, oom");
    assert_int_equal(csr->time.count, 2);
    assert_true(csr->time.median == 3e9);
    assert_int_equal(csr->readings.values[MLM_needs_peak_bytes], 50 * MIB);
    assert_false(mlm_row_all_ok(csr));
    /* The row is compared with the best, but cannot be the best itself. */
    assert_true(is(&coo->of_best, 1) && is(&csr->of_best, sqrt(8) / 6)); /* of geometric means */
}

static void test_cut_off(void **state)
{
    struct sample_fixture *fixture = *state;
    end_in(add(fixture, "dense", CAP, MLM_OUTCOME_OOM, 123, 2000 * MIB), "prepare", 0.6);
    end_in(add(fixture, "dense", CAP, MLM_OUTCOME_OOM, MLM_NULL, 2048 * MIB), "prepare", 0.7);
    end_in(add(fixture, "dense", CAP, MLM_OUTCOME_TIMEOUT, MLM_NULL, 2048 * MIB), "run", 0.1);
    const struct mlm_row *row = make(fixture)->sections[0].rows[0];
    char text[MLM_OUTCOME_TEXT];
    assert_int_equal(row->outcome, MLM_OUTCOME_OOM);
    assert_string_equal(mlm_row_outcome_text(row, false, text), "oom 2 of 3 at 65 % of prepare, timeout");
    assert_string_equal(mlm_row_outcome_text(row, true, text), "oom 2 of 3, timeout");
    assert_true(row->cut_off);
    assert_int_equal(row->readings.values[MLM_needs_peak_bytes], 2048 * MIB); /* at least */
    assert_int_equal(row->overhead_bytes, MLM_NULL);
    assert_int_equal(row->time.count, 0); /* the time until it was killed is not the job's time */
    assert_true(isnan(row->of_best.ratio));
}

/* Peaks of a worker that found a library missing are not those of the job. */
static void test_a_job_that_did_not_run_has_no_figures(void **state)
{
    struct sample_fixture *fixture = *state;
    struct mlm_record *record = add(fixture, "train", CAP, MLM_OUTCOME_SKIPPED, MLM_NULL, MIB / 2);
    record->marks = MLM_MARK_BIT(noisy);
    record->readings.values[MLM_core_bytes] = 20 * MIB;
    const struct mlm_row *row = make(fixture)->sections[0].rows[0];
    assert_int_equal(row->outcome, MLM_OUTCOME_SKIPPED);
    assert_int_equal(row->readings.values[MLM_needs_peak_bytes], MLM_NULL);
    assert_int_equal(row->readings.values[MLM_core_bytes], 20 * MIB); /* known without a run */
    assert_false(row->cut_off);
    assert_true(row->marks == 0);
}

static void test_reference(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 3 * SECOND, 40 * MIB);
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 3 * SECOND, 40 * MIB);
    add(fixture, "csr", CAP / 2, MLM_OUTCOME_OK, 8 * SECOND, 40 * MIB)->limits.swap_limit_bytes = 0;
    add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, 2 * SECOND, 41 * MIB);
    add(fixture, "coo", CAP, MLM_OUTCOME_OK, 3 * SECOND, 40 * MIB);
    add(fixture, "coo", MLM_NO_LIMIT, MLM_OUTCOME_TIMEOUT, MLM_NULL, 40 * MIB);
    struct mlm_record *other = add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, SECOND, 40 * MIB);
    other->data_bytes *= 2; /* a reference of another row: shown as a row of its own */
    const struct mlm_table *table = make(fixture);
    size_t shown = 0;
    for (size_t s = 0; s < table->section_count; s++)
        for (size_t i = 0; i < table->sections[s].count; i++) {
            const struct mlm_row *row = table->sections[s].rows[i];
            shown++;
            if (row->first->limits.cap_bytes == MLM_NO_LIMIT) {
                assert_true(row->first->data_bytes == other->data_bytes);
                assert_null(row->reference);
            } else if (strcmp(row->workload, "coo") == 0) {
                assert_int_equal(row->reference->outcome, MLM_OUTCOME_TIMEOUT);
                assert_true(isnan(row->slowdown.ratio));
            } else {
                assert_true(is(&row->slowdown, row->first->limits.cap_bytes == CAP ? 1.5 : 4));
                assert_int_equal(row->reference->readings.values[MLM_needs_peak_bytes], 41 * MIB);
            }
        }
    assert_int_equal(shown, 4);
}

/* A reference may be repeated as often as its row, and is no row of its own for that. */
static void test_repeated_reference(void **state)
{
    struct sample_fixture *fixture = *state;
    for (int i = 0; i < 2; i++)
        add(fixture, "csr", CAP, MLM_OUTCOME_OOM, MLM_NULL, 40 * MIB);
    for (int i = 0; i < 2; i++)
        add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, 2 * SECOND, 41 * MIB)->reference = true;
    const struct mlm_table *table = make(fixture);
    assert_int_equal(table->section_count, 1);
    assert_int_equal(table->sections[0].count, 1);
    assert_non_null(table->sections[0].rows[0]->reference);
}

/* An uncapped row that was asked for, with all repetitions, is shown like any other. */
static void test_none_is_a_cap(void **state)
{
    struct sample_fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        add(fixture, "csr", CAP, MLM_OUTCOME_OK, 3 * SECOND, 40 * MIB);
        add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, 2 * SECOND, 40 * MIB);
    }
    const struct mlm_table *table = make(fixture);
    assert_int_equal(table->section_count, 2);
    assert_true(table->sections[0].rows[0]->first->limits.cap_bytes == CAP);
    assert_true(table->sections[1].rows[0]->first->limits.cap_bytes == MLM_NO_LIMIT);
    assert_true(is(&table->sections[0].rows[0]->slowdown, 1.5));
}

/* A cap that was never near costs nothing, whatever the times are. */
static void test_a_cap_out_of_reach_costs_nothing(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, 3 * SECOND, 40 * MIB)->readings.values[MLM_cage_peak_bytes] =
        41 * MIB;
    add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, 2 * SECOND, 40 * MIB);
    const struct mlm_row *row = make(fixture)->sections[0].rows[0];
    assert_int_equal(row->felt, MLM_FELT_NOTHING);
    assert_int_equal(mlm_ratio_says(&row->slowdown), MLM_SAYS_EVEN);
}

/* Own times stand beside own times, and wall times beside wall times. */
static void test_kinds_of_time_are_not_mixed(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "a", CAP, MLM_OUTCOME_OK, 4 * SECOND, MIB)->readings.values[MLM_own_ns] = 2 * SECOND;
    add(fixture, "b", CAP, MLM_OUTCOME_OK, 3 * SECOND, MIB)->readings.values[MLM_own_ns] = 1 * SECOND;
    add(fixture, "c", CAP, MLM_OUTCOME_OK, 2 * SECOND, MIB);
    add(fixture, "d", CAP, MLM_OUTCOME_OK, 8 * SECOND, MIB)->readings.values[MLM_own_ns] = 1 * SECOND;
    add(fixture, "d", CAP, MLM_OUTCOME_OK, 8 * SECOND, MIB);
    const struct mlm_section *section = &make(fixture)->sections[0];
    const struct mlm_row *a = section->rows[0], *b = section->rows[1], *c = section->rows[2];
    assert_int_equal(a->time_kind, MLM_TIME_OWN);
    assert_true(a->time.median == 2e9);
    assert_int_equal(c->time_kind, MLM_TIME_WALL);
    struct mlm_ratio ratio = mlm_row_time_ratio(a, b, 0.95);
    assert_true(is(&ratio, 2));
    ratio = mlm_row_time_ratio(a, c, 0.95);
    assert_true(is(&ratio, 2));
    assert_int_equal(section->rows[3]->time_kind, MLM_TIME_WALL); /* known of one repetition alone */
    assert_true(section->rows[3]->time.median == 8e9);
}

/* Rounds 2 and 3 lie in a phase in which the machine is slower, and the reference is repeated more often.
 * Trials of one round are compared with each other, so that neither moves the ratio. */
static void test_trials_of_a_round_are_compared(void **state)
{
    struct sample_fixture *fixture = *state;
    static const double phases[] = {1, 1.01, 1.8, 1.79, 1.02, 2.5, 2.5, 2.5};
    for (uint64_t round = 0; round < sizeof phases / sizeof *phases; round++) {
        const int64_t ns = (int64_t)(phases[round] * (double)SECOND);
        if (round < 5)
            add(fixture, "csr", CAP, MLM_OUTCOME_OK, ns / 5 * 6, 40 * MIB)->repetition = round;
        add(fixture, "csr", MLM_NO_LIMIT, MLM_OUTCOME_OK, ns, 40 * MIB)->repetition = round;
    }
    const struct mlm_table *table = make(fixture);
    const struct mlm_ratio *slowdown = &table->sections[0].rows[0]->slowdown;
    assert_true(slowdown->low > 1.19 && slowdown->high < 1.21);

    /* Another run has rounds of the same numbers; its trials are partners of nobody here. */
    free(fixture->list.items[0].run_id);
    fixture->list.items[0].run_id = strdup("m1-20260302T101500Z");
    const struct mlm_ratio again =
        mlm_row_time_ratio(table->sections[0].rows[0], table->sections[0].rows[0]->reference, 0.95);
    assert_true(again.low > 1.19 && again.high < 1.21);
}

static void assert_says(double low, double high, enum mlm_says says, const char *text)
{
    char shown[MLM_RATIO_TEXT];
    struct mlm_ratio ratio = {sqrt(low * high), low, high, NAN};
    assert_int_equal(mlm_ratio_says(&ratio), says);
    assert_string_equal(mlm_ratio_show(&ratio, shown), text);
}

static void test_only_what_holds_is_said(void **state)
{
    (void)state;
    assert_says(1.38, 1.49, MLM_SAYS_MORE, "1.38–1.49 ×");
    assert_says(12.34, 15.6, MLM_SAYS_MORE, "12.3–15.6 ×");
    assert_says(99, 321, MLM_SAYS_MORE, "99–321 ×");
    assert_says(0.5, 0.6, MLM_SAYS_LESS, "0.50–0.60 ×");
    assert_says(0.95, 1.05, MLM_SAYS_EVEN, "≈ 1 ×");
    assert_says(1.01, 1.04, MLM_SAYS_EVEN, "≈ 1 ×");
    assert_says(0.94, 1.05, MLM_SAYS_UNSURE, "0.94–1.05 ×");
    assert_says(0.5, 2, MLM_SAYS_UNSURE, "0.50–2.00 ×");
    assert_says(0.04, 15.3, MLM_SAYS_UNSURE, "0.04–15.3 ×");
    char shown[MLM_RATIO_TEXT];
    struct mlm_ratio ratio = {1.5, NAN, NAN, NAN};
    assert_int_equal(mlm_ratio_says(&ratio), MLM_SAYS_UNSURE);
    assert_string_equal(mlm_ratio_show(&ratio, shown), "~1.50 ×");
    ratio.ratio = NAN;
    assert_string_equal(mlm_ratio_show(&ratio, shown), "");
}

static void test_best_of_group(void **state)
{
    struct sample_fixture *fixture = *state;
    add(fixture, "a", CAP, MLM_OUTCOME_OK, 4 * SECOND, MIB);
    add(fixture, "b", CAP, MLM_OUTCOME_OK, 2 * SECOND, MIB);
    add(fixture, "liar", CAP, MLM_OUTCOME_OK, SECOND, MIB)->answer[0] = 7; /* fast, but its answer is wrong */
    struct mlm_record *other = add(fixture, "c", CAP, MLM_OUTCOME_OK, SECOND, MIB);
    free(other->equal_work);
    other->equal_work = strdup("storage density=0.1");
    struct mlm_record *alone = add(fixture, "d", CAP, MLM_OUTCOME_OK, SECOND, MIB);
    free(alone->equal_work);
    alone->equal_work = NULL;
    const struct mlm_section *section = &make(fixture)->sections[0];
    assert_int_equal(section->count, 5);
    assert_true(is(&section->rows[0]->of_best, 2));
    assert_true(is(&section->rows[1]->of_best, 1));
    assert_int_equal(section->rows[2]->outcome, MLM_OUTCOME_WRONG);
    assert_true(isnan(section->rows[2]->of_best.ratio));
    assert_string_equal(section->rows[3]->workload, "c");
    assert_true(is(&section->rows[3]->of_best, 1));
    assert_true(isnan(section->rows[4]->of_best.ratio));
}

static void test_order(void **state)
{
    struct sample_fixture *fixture = *state;
    static const char *const values[] = {"1G", "0.5", "16", "4096", "64M", "2"};
    static const char *const sorted[] = {"0.5", "2", "16", "4096", "64M", "1G"};
    for (size_t i = 0; i < 6; i++) {
        struct mlm_record *record = add(fixture, "csr", CAP, MLM_OUTCOME_OK, SECOND, MIB);
        mlm_params_release(&record->params);
        assert_int_equal(mlm_params_add(&record->params, "size", values[i]), 0);
        assert_int_equal(mlm_params_add(&record->params, "index", "32"), 0);
        record->threads = 2;
    }
    const struct mlm_section *section = &make(fixture)->sections[0];
    assert_int_equal(section->count, 6);
    assert_string_equal(section->common, "index=32");
    for (size_t i = 0; i < 6; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "size=%s threads=2", sorted[i]);
        assert_string_equal(section->rows[i]->params, expected);
    }
}

static void test_no_parameters(void **state)
{
    struct sample_fixture *fixture = *state;
    mlm_params_release(&add(fixture, "null", CAP, MLM_OUTCOME_OK, SECOND, MIB)->params);
    mlm_params_release(&add(fixture, "touch", CAP, MLM_OUTCOME_OK, SECOND, MIB)->params);
    const struct mlm_section *section = &make(fixture)->sections[0];
    assert_string_equal(section->common, "");
    assert_string_equal(section->rows[0]->params, "");
}

static void test_machines(void **state)
{
    struct sample_fixture *fixture = *state;
    for (int i = 0; i < 4; i++) {
        struct mlm_record *record = add(fixture, "csr", CAP, MLM_OUTCOME_OK, SECOND, MIB);
        json_decref(record->machine);
        record->machine = sample_machine(i % 2 ? "a" : "z");
    }
    const struct mlm_table *table = make(fixture);
    assert_int_equal(table->section_count, 2);
    const struct mlm_row *first = table->sections[0].rows[0], *second = table->sections[1].rows[0];
    assert_int_equal(first->trial_count, 2);
    assert_true(
        mlm_same_machine(first->first, &fixture->sample.list.items[0])); /* in the order of the file */
    assert_false(mlm_same_machine(first->first, second->first));
}

/* Scripts that ran with other versions are other rows, in a section of their own, which names them. */
static void test_versions(void **state)
{
    struct sample_fixture *fixture = *state;
    static const char *const versions[] = {"1.24.2", "2.2.4"};
    for (int i = 0; i < 4; i++) {
        struct mlm_record *record = add(fixture, "csr", CAP, MLM_OUTCOME_OK, SECOND, MIB);
        json_decref(record->machine);
        record->machine = json_pack(
            "{s:s, s:{s:s, s:s}}", "id", "m", "software", "Python", "3.11.2", "numpy", versions[i % 2]);
    }
    add(fixture, "csr", CAP, MLM_OUTCOME_OK, SECOND, MIB); /* no script, another machine */
    const struct mlm_table *table = make(fixture);
    assert_int_equal(table->section_count, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(table->sections[i].rows[0]->trial_count, 2);
        mlm_auto_free char *line = mlm_section_line(table, &table->sections[i]);
        assert_non_null(strstr(line, versions[i]));
        assert_null(strstr(line, "Python"));
    }
    mlm_auto_free char *line = mlm_section_line(table, &table->sections[2]);
    assert_null(strstr(line, "numpy"));
}

int main(void)
{
#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, sample_set_up, sample_tear_down)
    const struct CMUnitTest tests[] = {
        TABLE_TEST(test_medians),
        TABLE_TEST(test_background_is_no_overhead),
        TABLE_TEST(test_beyond_measure),
        TABLE_TEST(test_partly_ok),
        TABLE_TEST(test_cut_off),
        TABLE_TEST(test_a_job_that_did_not_run_has_no_figures),
        TABLE_TEST(test_reference),
        TABLE_TEST(test_repeated_reference),
        TABLE_TEST(test_none_is_a_cap),
        TABLE_TEST(test_a_cap_out_of_reach_costs_nothing),
        TABLE_TEST(test_kinds_of_time_are_not_mixed),
        TABLE_TEST(test_trials_of_a_round_are_compared),
        TABLE_TEST(test_only_what_holds_is_said),
        TABLE_TEST(test_best_of_group),
        TABLE_TEST(test_order),
        TABLE_TEST(test_no_parameters),
        TABLE_TEST(test_machines),
        TABLE_TEST(test_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
