/* Makes tables of the recorded files in tests/fixtures/record. */
#pragma once

#include "record/judge.h"
#include "record_sample.h"
#include "report/table/table.h"

struct sample_table {
    struct mlm_record_list list;
    struct mlm_table *table;
};

static inline struct sample_table sample_table_of(struct mlm_record_list list)
{
    struct sample_table sample = {.list = list};
    struct mlm_error error = {0};
    if (mlm_judge(&sample.list, &error) < 0 || mlm_table_make(&sample.list, &sample.table, &error) < 0)
        fail_msg("%s", error.text);
    return sample;
}

/* NAME.jsonl */
static inline struct sample_table sample_table(const char *name)
{
    struct mlm_record_list list = {0};
    struct mlm_error error = {0};
    char path[512];
    snprintf(path, sizeof path, MLM_FIXTURES "/record/%s.jsonl", name);
    if (mlm_store_read(path, &list, NULL, NULL, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(list.count > 0);
    return sample_table_of(list);
}

static inline void sample_table_release(struct sample_table *sample)
{
    mlm_table_free(sample->table);
    mlm_record_list_release(&sample->list);
}

/* Records that a test collects, and the table that it makes of them: the state of its tests. */
struct sample_fixture {
    struct mlm_record_list list;
    struct sample_table sample;
};

static inline int sample_set_up(void **state)
{
    *state = calloc(1, sizeof(struct sample_fixture));
    return *state ? 0 : -1;
}

static inline int sample_tear_down(void **state)
{
    struct sample_fixture *fixture = *state;
    sample_table_release(&fixture->sample);
    free(fixture);
    return 0;
}
