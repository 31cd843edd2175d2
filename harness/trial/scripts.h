/* Workloads that are scripts bring libraries of hundreds of MiB. */
#pragma once

#include "trial/plan.h"

/* Has everything that the plan's scripts import read once outside any cage, so that no trial is charged for
 * the pages of a library. What cannot be imported is left for the trial to tell. -EINTR: `interrupt_fd` (or
 * -1) became readable. */
int mlm_scripts_preload(const struct mlm_catalogue *catalogue, const struct mlm_plan *plan, int interrupt_fd,
    struct mlm_error *error);
