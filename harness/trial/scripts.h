/* Preparation for workloads that are scripts: which Python runs them, which versions it has, and the
 * libraries of hundreds of MiB that they import. */
#pragma once

#include "trial/plan.h"
#include "trial/session.h"

/* Finds the Python that `said` names (NULL: see base/python.h) and asks it for its versions, where the plan
 * has a trial of a script; fills the session's `python` and `script_facts`. A machine without any Python is
 * no error: its trials are skipped. -EINVAL: it cannot run our scripts; -EINTR: the user wants to stop. */
int mlm_scripts_look(
    struct mlm_session *session, const struct mlm_plan *plan, const char *said, struct mlm_error *error);

/* Reads everything that the plan's scripts import, once and outside any cage, so that no trial is charged for
 * library pages. A failed import is reported by its trial. -EINTR: the user wants to stop. */
int mlm_scripts_preload(
    const struct mlm_session *session, const struct mlm_plan *plan, struct mlm_error *error);
