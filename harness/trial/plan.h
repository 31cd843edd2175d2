/* The plan: the trials that will run for the user's options, in their order. It is complete before anything
 * runs, and does not change afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/size.h"
#include "record/record.h"
#include "trial/catalogue.h"

/* Identity and state of a file at a path. */
struct mlm_file_state {
    uint64_t device, inode, size_bytes;
    int64_t changed_ns; /* nanoseconds since 1970 */
};

/* Shape of a user's file. */
struct mlm_dataset_shape {
    uint64_t rows, columns, nonzeros, widest_row;
    struct mlm_file_state file; /* state at the time of the inspection */
};

/* The user's options. Zero means "not given" where a default depends on other fields. */
struct mlm_plan_options {
    const uint64_t *caps; /* MLM_NO_LIMIT: no cap */
    size_t cap_count;
    const char *const *suites; /* names; none: every suite that is not for calibration */
    size_t suite_count;
    const char *workload;     /* only this workload of each suite; NULL: all */
    bool all;                 /* every row, not only the quick ones */
    bool defaults;            /* one row of each workload, quick or not, with its default parameters */
    const char *filter;       /* POSIX extended regular expression on trial names; '-' in front negates */
    struct mlm_params sweeps; /* NAME → V1,V2 instead of the descriptor's sweep */
    uint64_t data_bytes;      /* 0: 1.25 × the middle cap */
    const char *dataset;      /* the user's file */
    struct mlm_dataset_shape dataset_shape;
    struct mlm_limits limits; /* applied under each of the caps */
    uint64_t repetitions, seed, threads;
    uint64_t available_bytes;    /* memory that a reference run may use; 0: no references */
    uint64_t machine_swap_bytes; /* only for the estimate of time */
};

/* A workload with all its parameters. */
struct mlm_plan_row {
    const struct mlm_suite *suite;
    const struct mlm_workload *workload;
    struct mlm_params params;
    void *config;                              /* derived from the parameters */
    uint64_t threads;                          /* number given, limited to what the workload can use */
    uint64_t core_bytes, peak_bytes, rough_ns; /* peak 0: no formula */
    char *equal_work;
    bool wanted;  /* the plan has a trial of it: a filter may have removed all */
    bool refused; /* its parameters are not possible: one trial, skipped with `reason` */
    char *reason;
};

struct mlm_plan_trial {
    size_t row;
    struct mlm_limits limits;
    uint64_t repetition; /* from 0 */
    bool reference;      /* uncapped; only a base for slowdowns */
    char *name;          /* "storage/csr/density:0.01/cap:2G" */
    uint64_t rough_ns;
};

struct mlm_plan {
    struct mlm_plan_options options; /* with defaults filled in; borrows the strings of the caller */
    struct mlm_plan_row *rows;
    size_t row_count, row_capacity;
    struct mlm_plan_trial *trials; /* in the order in which they run */
    size_t trial_count, trial_capacity;
    uint64_t rough_ns;
};

/* Makes the plan. -EINVAL: the options name a suite, parameter or filter that does not exist or match; the
 * error names it and what there is. */
int mlm_plan_make(const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options,
    struct mlm_plan **ret_plan, struct mlm_error *error);
void mlm_plan_free(struct mlm_plan *plan); /* accepts NULL */

/* Writes a trial's specification into a record that mlm_record_init() has made. */
int mlm_plan_describe(
    const struct mlm_plan *plan, const struct mlm_plan_trial *trial, struct mlm_record *record);
