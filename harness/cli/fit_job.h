/* The job of `fit`: a user's command, or a workload of ours. */
#pragma once

#include "cli/program.h"
#include "trial/plan.h"

struct mlm_fit_job_order {
    const char *workload; /* "storage/dense"; NULL: a command */
    const struct mlm_job_options *job;
    const struct mlm_texts *names; /* names of the command, at most one */
    const struct mlm_limits *limits;
    const struct mlm_parsed *parsed;
};

struct mlm_fit_job {
    const char *name; /* name of the job in sentences */
    struct mlm_program program;
    struct mlm_plan *plan; /* plan of one row; NULL: the job is a command */
    struct mlm_params params;
    const char *suite;
    const char *python; /* as --python says; NULL: not given */
};

/* Checks that exactly one of the two is given, completely. -EINVAL; the error names the remedy. */
int mlm_fit_job_check(const struct mlm_fit_job_order *order, struct mlm_error *error);

/* The data that the order points to must stay valid. */
int mlm_fit_job_make(const struct mlm_fit_job_order *order, const struct mlm_catalogue *catalogue,
    struct mlm_fit_job *ret_job, struct mlm_error *error);
void mlm_fit_job_release(struct mlm_fit_job *job); /* a zeroed one holds nothing */

/* Prepares the first trial: datasets, and the imports of scripts. */
int mlm_fit_job_prepare(
    const struct mlm_fit_job *job, struct mlm_measuring *measuring, struct mlm_error *error);

/* Runs one trial, as ordered; see mlm_trial_run(). */
int mlm_fit_job_trial(const struct mlm_fit_job *job, struct mlm_session *session,
    const struct mlm_program_order *order, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error);
