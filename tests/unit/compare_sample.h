/* Makes sides trial by trial, for the tests of comparisons. */
#pragma once

#include "report/compare/compare.h"
#include "report_sample.h"

#define CAP (UINT64_C(2) << 30)
#define MOST_SIDES 8

struct fixture {
    struct mlm_record_list lists[MOST_SIDES];
    struct sample_table tables[MOST_SIDES];
    struct mlm_side sides[MOST_SIDES];
    struct mlm_comparison *comparison;
};

static inline int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mlm_comparison_free(fixture->comparison);
    for (size_t i = 0; i < MOST_SIDES; i++) {
        if (fixture->tables[i].table)
            sample_table_release(&fixture->tables[i]);
        else
            mlm_record_list_release(&fixture->lists[i]);
    }
    free(fixture);
    return 0;
}

/* Adds a trial of storage/NAME to one side. */
static inline struct mlm_record *add(
    struct fixture *fixture, size_t side, const char *name, int64_t run_ns, int64_t needs_bytes)
{
    struct mlm_record record = sample_record(name);
    record.limits.cap_bytes = CAP;
    record.repetition = fixture->lists[side].count;
    record.readings.values[MLM_run_ns] = run_ns;
    record.readings.values[MLM_needs_peak_bytes] = needs_bytes;
    assert_int_equal(mlm_record_list_add(&fixture->lists[side], &record, NULL), 0);
    return &fixture->lists[side].items[fixture->lists[side].count - 1];
}

/* Adds repetitions that differ a little. */
static inline void add_row(struct fixture *fixture, size_t side, const char *name, size_t count, double scale)
{
    for (size_t i = 0; i < count; i++)
        add(fixture, side, name, (int64_t)(scale * (1e9 + 1e6 * (double)(i * 7 % count))), 5000000);
}

static inline void make_sides(struct fixture *fixture, size_t side_count)
{
    for (size_t i = 0; i < side_count; i++)
        if (!fixture->tables[i].table) {
            fixture->tables[i] = sample_table_of(fixture->lists[i]);
            fixture->sides[i] = mlm_side_of_table(fixture->tables[i].table, "a side");
        }
}

static inline const struct mlm_comparison *compare(struct fixture *fixture, size_t side_count, bool mix_data)
{
    struct mlm_error error = {0};
    make_sides(fixture, side_count);
    mlm_comparison_free(fixture->comparison);
    fixture->comparison = NULL;
    const struct mlm_compare_options options = {.mix_data = mix_data};
    assert_int_equal(mlm_compare(fixture->sides, side_count, &options, &fixture->comparison, &error), 0);
    return fixture->comparison;
}

static inline void set_machine(struct mlm_record *record, const char *id, const char *host)
{
    json_decref(record->machine);
    record->machine = json_pack("{s:s, s:s}", "id", id, "host", host);
    assert_non_null(record->machine);
}
