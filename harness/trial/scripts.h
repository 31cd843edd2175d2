/* Preparation for workloads that are scripts: they import libraries of hundreds of MiB. */
#pragma once

#include "base/await.h"
#include "trial/plan.h"

/* Reads everything that the plan's scripts import, once and outside any cage, so that no trial is charged for
 * library pages. A failed import is reported by its trial. -EINTR: the user wants to stop. */
int mlm_scripts_preload(const struct mlm_catalogue *catalogue, const struct mlm_plan *plan,
    const struct mlm_await *await, struct mlm_error *error);
