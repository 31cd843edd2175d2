/* A trial of the plan: a suite's workload in our own worker. */
#pragma once

#include "trial/plan.h"
#include "trial/trial.h"

struct mlm_planned_order {
    const struct mlm_plan *plan;
    const struct mlm_plan_trial *trial;
    struct mlm_trial_watcher watcher;
};

/* Fills the timeline and a record made by mlm_record_init(); see mlm_trial_run(). */
int mlm_planned_trial_run(struct mlm_session *session, const struct mlm_planned_order *order,
    struct mlm_record *record, struct mlm_timeline *ret_timeline, struct mlm_error *error);
