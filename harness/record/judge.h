/* Equal work is proved: within a group (same `equal_work`, same machine) all trials that ended `ok` must
 * agree on the answer. No trial can know this by itself, so it is judged over all records of a store: trials
 * that agree form a party; the party with the most distinct variants (workload and parameters: a broken one
 * does not win by having run more often or at more caps) is right, the one with the earliest record on a tie;
 * trials of any other party become `wrong`.
 *
 * Two trials agree if they have the same data_checksum (where both have one) and as many numbers, which
 * differ by no more than the larger of their two tolerances times the larger magnitude. Numbers that are near
 * zero for their vector, no larger than tolerance times its largest one, are rounding residue and agree; so
 * the numbers of an answer should be of like magnitude. An answer that is no finite number agrees with
 * nothing. */
#pragma once

#include "record/store.h"

/* Changes outcomes to MLM_OUTCOME_WRONG, with a reason that gives both answers; returns how many it changed,
 * or a negative errno, with nothing changed. */
int mlm_judge(struct mlm_record_list *list, struct mlm_error *error);
