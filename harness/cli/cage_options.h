/* Options that verbs have in common: what runs under limits is told of them in the same words by every verb.
 * A verb holds the struct in its own, and names the rows as a group. */
#pragma once

#include "base/limits.h"
#include "cli/options.h"
#include "report/table/columns.h"

/* Of every verb that measures. */
struct mlm_cage_options {
    struct mlm_limits limits; /* but the cap */
    uint64_t repetitions;
    const char *out;
    bool quiet;
};
extern const struct mlm_option mlm_cage_option_rows[];

/* Of every verb that shows the table. */
struct mlm_table_options {
    mlm_column_set columns; /* 0: the standard ones */
};
extern const struct mlm_option mlm_table_option_rows[];

/* Of those that run under caps that are given: --cap LIST. */
struct mlm_caps {
    uint64_t items[MLM_TEXTS_MAX]; /* MLM_NO_LIMIT: none */
    size_t count;
};
extern const struct mlm_option mlm_cap_option_rows[];

/* Of those that run a program of the user's. */
struct mlm_program_options {
    const char *prepare, *cleanup, *output;
    struct mlm_texts evict, names;
};
extern const struct mlm_option mlm_program_option_rows[];

/* Of those that run workloads of ours. */
struct mlm_job_options {
    struct mlm_texts params;
    uint64_t data_bytes, seed, threads; /* data 0: not said */
};
extern const struct mlm_option mlm_job_option_rows[];
