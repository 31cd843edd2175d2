/* Preparation for workloads that are scripts: they import libraries of hundreds of MiB. */
#pragma once

#include "trial/plan.h"

/* Reads everything that the plan's scripts import, once and outside any cage, so that no trial is charged for
 * library pages. A failed import is reported by its trial. -EINTR: `interrupt_fd` (or -1) became readable. */
int mlm_scripts_preload(const struct mlm_catalogue *catalogue, const struct mlm_plan *plan, int interrupt_fd,
    struct mlm_error *error);
