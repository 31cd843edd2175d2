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

/* The words that started the run whose record this is, after the verb, as far as they say what is run: where
 * records, pictures and reports went, and how much was said, is for who goes on with it to say. The words are
 * the record's, the array is the caller's to free. -EINVAL: it is no run's, or has words that `run` does not
 * know. */
int mlm_resume_words(const struct mlm_record *record, const char *path, char ***ret_words, size_t *ret_count,
    struct mlm_error *error);
