/* The plan: all trials that may run for the user's options, in their order. It is complete before anything
 * runs, and does not change afterwards. Rounds (rounds.h) leave out the trials that turn out not to be
 * needed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/size.h"
#include "record/record.h"
#include "trial/catalogue.h"

/* Repetitions of a row under a cap where no number is given: at least so many, at most so many. */
#define MLM_ROUNDS_LEAST 5
#define MLM_ROUNDS_MOST 15
/* A cap can cost something where the needs exceed this share of it. */
#define MLM_NEAR_CAP 0.8
/* Rounds beyond that, for trials that other work disturbed. */
#define MLM_ROUNDS_AGAIN 5

/* Identity and state of a file at a path. */
struct mlm_file_state {
    uint64_t device, inode, size_bytes;
    int64_t changed_ns; /* nanoseconds since 1970 */
};

/* Shape of a user's file, as trials read it. */
struct mlm_dataset_shape {
    uint64_t rows, columns, nonzeros, widest_row;
    uint64_t plain_bytes;       /* size of the plain copy that trials read; 0: they read the file itself */
    struct mlm_file_state file; /* state of the user's file at the time of the inspection */
};

/* A part of a plan: the one with this index, from 0, of so many; a count of 0: all of it. */
struct mlm_shard {
    uint64_t index, count;
};

/* The user's options. Zero means "not given" where a default depends on other fields. */
struct mlm_plan_options {
    const uint64_t *caps; /* MLM_NO_LIMIT: no cap */
    size_t cap_count;
    const char *const *suites; /* names; none: every suite that is not for calibration */
    size_t suite_count;
    const char *workload; /* only this workload of each suite; NULL: all */
    bool all;             /* every row, not only the quick ones */
    bool defaults;        /* one row of each workload, quick or not, with its default parameters */
    const char *filter;   /* POSIX extended regular expression on trial names; '-' in front negates */
    struct mlm_shard shard;
    struct mlm_params sweeps; /* NAME → V1,V2 instead of the descriptor's sweep */
    uint64_t data_bytes;      /* 0: 1.25 × the middle cap */
    const char *dataset;      /* the user's file; data_bytes then is the size of what trials read of it */
    struct mlm_reading dataset_reading;
    struct mlm_dataset_shape dataset_shape;
    struct mlm_limits limits; /* applied under each of the caps */
    uint64_t repetitions;     /* of each row under each cap; 0: as many as the precision asks for */
    double precision;         /* 0.05: a time may be off by 5 % */
    uint64_t budget_ns;       /* no trial of a later round begins that would end after this */
    uint64_t seed, threads;
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
    bool misused; /* refused, and its workload does not know such a value: an error, unless a filter removes
                     it */
    char *reason;
};

struct mlm_plan_trial {
    size_t row;
    size_t cell; /* number of its row and cap together */
    struct mlm_limits limits;
    uint64_t repetition; /* the round, from 0 */
    bool reference;      /* uncapped; only a base for slowdowns */
    char *name;          /* "storage/csr/density:0.01/cap:2G" */
    uint64_t rough_ns;
};

struct mlm_plan {
    struct mlm_plan_options options; /* with defaults filled in; borrows the strings of the caller */
    struct mlm_plan_row *rows;
    size_t row_count, row_capacity;
    struct mlm_plan_trial *trials; /* in the order in which they run, round by round */
    size_t trial_count, trial_capacity;
    size_t cell_count;
    uint64_t certain_rounds, most_rounds; /* most_rounds: without those for disturbed trials */
    uint64_t rough_ns;                    /* of the trials that are certain, see mlm_plan_is_certain() */
};

/* Returns true for a trial that will run unless the budget ends before: of the first rounds, and not a
 * reference whose row is far below its cap. */
bool mlm_plan_is_certain(const struct mlm_plan *plan, const struct mlm_plan_trial *trial);

/* Makes the plan. -EINVAL: the options name a suite, parameter or filter that does not exist or match; the
 * error names it and what there is. */
int mlm_plan_make(const struct mlm_catalogue *catalogue, const struct mlm_plan_options *options,
    struct mlm_plan **ret_plan, struct mlm_error *error);
void mlm_plan_free(struct mlm_plan *plan); /* accepts NULL */

/* Writes a trial's specification into a record that mlm_record_init() has made. */
int mlm_plan_describe(
    const struct mlm_plan *plan, const struct mlm_plan_trial *trial, struct mlm_record *record);
