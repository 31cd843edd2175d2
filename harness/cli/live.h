/* Rows as they end, in the order in which they run, while a run goes on. A line is of one trial and says so:
 * the table at the end is of all. */
#pragma once

#include <stdbool.h>

#include "cli/progress.h"
#include "trial/plan.h"

struct mlm_live {
    const struct mlm_plan *plan; /* borrowed, like the progress */
    struct mlm_progress *progress;
    bool titled; /* the line of titles is printed */
};

/* Prints the line of a trial that has ended and was counted. On a terminal, where the bar shows how far the
 * run is, only the first round has lines; elsewhere every trial has one, with its number. */
void mlm_live_row(struct mlm_live *live, const struct mlm_plan_trial *trial, const struct mlm_record *record);
