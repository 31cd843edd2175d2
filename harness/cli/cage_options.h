/* Options that verbs share, so that limits have the same words in every verb. A verb holds the struct in its
 * own, and names the rows as a group. */
#pragma once

#include "base/limits.h"
#include "cli/options.h"
#include "report/table/columns.h"

/* Options of every verb that measures. */
struct mlm_cage_options {
    struct mlm_limits limits; /* all limits but the cap */
    uint64_t repetitions;
    const char *out;
    bool quiet;
    uint32_t kind; /* enum mlm_cage_kind, see inherit.h */
};
extern const struct mlm_option mlm_cage_option_rows[];

/* Options of every verb that shows the table. */
struct mlm_table_options {
    mlm_column_set columns; /* 0: the standard ones */
};
extern const struct mlm_option mlm_table_option_rows[];

/* Caps of verbs that run under given caps: --cap LIST. */
struct mlm_caps {
    uint64_t items[MLM_TEXTS_MAX]; /* MLM_NO_LIMIT: no cap */
    size_t count;
};
extern const struct mlm_option mlm_cap_option_rows[];

/* Options of verbs that run a user's program. */
struct mlm_program_options {
    const char *prepare, *cleanup, *output;
    struct mlm_texts evict, names;
    uint64_t oom_grace_ns;
};
extern const struct mlm_option mlm_program_option_rows[];

/* Options of verbs that run our own workloads. */
struct mlm_job_options {
    struct mlm_texts params;
    uint64_t data_bytes, seed, threads; /* data_bytes 0: not given */
    const char *python;                 /* NULL: not given */
};
extern const struct mlm_option mlm_job_option_rows[];
