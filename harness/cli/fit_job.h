/* What `fit` looks for the need of: a command of the user's, or a workload of ours. */
#pragma once

#include "cli/program.h"
#include "trial/plan.h"

struct mlm_fit_job_order {
    const char *workload; /* "storage/dense"; NULL: a command */
    const struct mlm_job_options *job;
    const struct mlm_texts *names; /* of the command; one at most */
    const struct mlm_limits *limits;
    const struct mlm_parsed *parsed;
};

struct mlm_fit_job {
    const char *name; /* in sentences */
    struct mlm_program program;
    struct mlm_plan *plan; /* of one row; NULL: a command */
    struct mlm_params params;
    const char *suite;
};

/* Is it one of both, and said whole? -EINVAL, with what to do. */
int mlm_fit_job_check(const struct mlm_fit_job_order *order, struct mlm_error *error);

/* What the order points to must stay. */
int mlm_fit_job_make(const struct mlm_fit_job_order *order, const struct mlm_catalogue *catalogue,
    struct mlm_fit_job *ret_job, struct mlm_error *error);
void mlm_fit_job_release(struct mlm_fit_job *job); /* a zeroed one holds nothing */

/* What has to be there before the first trial: datasets, and what scripts import. */
int mlm_fit_job_prepare(
    const struct mlm_fit_job *job, struct mlm_measuring *measuring, struct mlm_error *error);

/* One trial, as ordered; see mlm_trial_run(). */
int mlm_fit_job_trial(const struct mlm_fit_job *job, struct mlm_session *session,
    const struct mlm_program_order *order, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error);
