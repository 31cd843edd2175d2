/* Which trials of a plan run, and in which order. Each function is called once, in this order, while the plan
 * is made. */
#pragma once

#include "trial/plan.h"

/* Keeps the trials that match --filter, with the same meaning as in Google Benchmark: '-' in front excludes
 * what matches, "all" matches everything. -EINVAL: it is no regular expression, or nothing is left. */
int mlm_plan_filter(struct mlm_plan *plan, struct mlm_error *error);

/* Keeps the part of --shard: whole groups of rows that do equal work, because only rows of one file are
 * compared with each other. -EINVAL: nothing is left. */
int mlm_plan_shard(struct mlm_plan *plan, struct mlm_error *error);

/* Shuffles the rows of each round by the seed, so that a drift of the machine affects all rows alike. The
 * caps of a row and its reference stay together, because they are compared with each other; they are
 * shuffled, too. In the first round the reference comes last: whether it is needed is known from the others.
 */
int mlm_plan_shuffle(struct mlm_plan *plan, struct mlm_error *error);
