/* Continues an interrupted run: finds the trials of the plan that the store already has. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "record/store.h"
#include "trial/plan.h"
#include "trial/session.h"

/* Sets found[i] to the record of trial i of the plan; NULL: it has none. The session says on
 * which machine, and with which versions of frameworks, the trials would run: other records do not count. */
int mlm_resume_match(const struct mlm_plan *plan, const struct mlm_session *session,
    const struct mlm_record_list *list, const struct mlm_record **found, struct mlm_error *error);

/* Returns the words that started the run of this record, after the verb, as far as they decide what is run.
 * Words about where records, pictures and reports go, and how much is printed, are left out: whoever resumes
 * decides that. The words belong to the record; the caller frees the array. -EINVAL: the record is not of
 * `run`, or has words that `run` does not know. */
int mlm_resume_words(const struct mlm_record *record, const char *path, char ***ret_words, size_t *ret_count,
    struct mlm_error *error);
