/* The verbs, one file each; their table is in verbs.c. */
#pragma once

#include "cli/options.h"

extern const struct mlm_verb mlm_verb_run, mlm_verb_exec, mlm_verb_fit, mlm_verb_predict, mlm_verb_list,
    mlm_verb_show, mlm_verb_compare, mlm_verb_report, mlm_verb_plot, mlm_verb_export, mlm_verb_advise,
    mlm_verb_estimate, mlm_verb_doctor, mlm_verb_clean;

extern const struct mlm_verb *const mlm_verbs[]; /* ended by NULL */

/* Returns NULL where there is no verb with that name. */
const struct mlm_verb *mlm_verb_find(const char *name);

/* Exit statuses; see `mlmembench run --help`. */
enum mlm_exit {
    MLM_EXIT_OK = 0,    /* every trial ended in an outcome that is data */
    MLM_EXIT_WRONG = 1, /* a trial was wrong or crashed */
    MLM_EXIT_REGRESSION = 1,
    MLM_EXIT_USAGE = 2,
    MLM_EXIT_NOT_RUN = 3, /* nothing, or not all, could be run */
    MLM_EXIT_BUDGET = 4,  /* a job needs more memory or time than its budget allows */
    MLM_EXIT_INTERRUPTED = 130,
};
