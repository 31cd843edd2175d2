/* Going on with a run that was cut off: which trials of the plan are in the store already. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "record/store.h"
#include "trial/plan.h"

/* Sets finished[i] where trial i of the plan has its record, and dropped[i] where an earlier repetition of
 * its row timed out, so that it is not run. `machine` is the machine that the trials would run on: records of
 * another one do not count. */
int mlm_resume_match(const struct mlm_plan *plan, json_t *machine, const struct mlm_record_list *list,
    bool *finished, bool *dropped, struct mlm_error *error);
