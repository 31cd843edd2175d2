/* The plan: from what the user asked to the trials that will run and their order. It is made whole before
 * anything runs, and does not change afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/size.h"
#include "record/record.h"
#include "trial/catalogue.h"

#define MLM_CAP_MINIMUM_BYTES (UINT64_C(16) << 20)

/* Which file lay at a path, and in which state. */
struct mlm_file_state {
    uint64_t device, inode, size_bytes;
    int64_t changed_ns; /* 1970 on */
};

/* Of a user's file. */
struct mlm_dataset_shape {
    uint64_t rows, columns, nonzeros, widest_row;
    struct mlm_file_state file; /* when it was inspected */
};

/* What the user asked for. Zero means "not said" where a default depends on other fields. */
struct mlm_plan_options {
    const uint64_t *caps; /* MLM_NO_LIMIT: none */
    size_t cap_count;
    const char *const *suites; /* names; none: every suite that is not for calibration */
    size_t suite_count;
    const char *workload;     /* this one of each suite alone; NULL: all */
    bool all;                 /* every row, not the quick ones alone */
    bool defaults;            /* of each workload one row alone, quick or not: its parameters' defaults */
    const char *filter;       /* POSIX extended regular expression on trial names; '-' in front negates */
    struct mlm_params sweeps; /* NAME → V1,V2 instead of the descriptor's sweep */
    uint64_t data_bytes;      /* 0: 1.25 × the middle cap */
    const char *dataset;      /* the user's file */
    struct mlm_dataset_shape dataset_shape;
    struct mlm_limits limits; /* under each of the caps in turn */
    uint64_t repetitions, seed, threads;
    uint64_t available_bytes;    /* memory that a reference may take; 0: no references */
    uint64_t machine_swap_bytes; /* for the estimate of time alone */
};

/* A workload with all its parameters. */
struct mlm_plan_row {
    const struct mlm_suite *suite;
    const struct mlm_workload *workload;
    struct mlm_params params;
    void *config;                              /* derived */
    uint64_t threads;                          /* what it is told, within what it can use */
    uint64_t core_bytes, peak_bytes, rough_ns; /* peak 0: no formula */
    char *equal_work;
    bool wanted;  /* some trial of it is in the plan: a filter may have left none */
    bool refused; /* its parameters cannot be: one trial, skipped with `reason` */
    char *reason;
};

struct mlm_plan_trial {
    size_t row;
    struct mlm_limits limits;
    uint64_t repetition; /* from 0 */
    bool reference;      /* uncapped, for slowdowns alone */
    char *name;          /* "storage/csr/density:0.01/cap:2G" */
    uint64_t rough_ns;
};

struct mlm_plan {
    struct mlm_plan_options options; /* with the defaults filled in; borrows what the caller's borrowed */
    struct mlm_plan_row *rows;
    size_t row_count, row_capacity;
    struct mlm_plan_trial *trials; /* in the order in which they run */
    size_t trial_count, trial_capacity;
    uint64_t rough_ns;
};

/* -EINVAL: something asked for does not exist (a suite, a parameter, a filter that matches nothing), named in
 * the error with what there is. */
int mlm_plan_make(const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options,
    struct mlm_plan **ret_plan, struct mlm_error *error);
void mlm_plan_free(struct mlm_plan *plan); /* takes NULL */

/* Writes the specification of a trial into a record that mlm_record_init() has made. */
int mlm_plan_describe(
    const struct mlm_plan *plan, const struct mlm_plan_trial *trial, struct mlm_record *record);
