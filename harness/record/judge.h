/* Proves equal work: within a group (same `equal_work`, same machine) all trials that ended `ok` must agree
 * on the answer. A single trial cannot know this, so all records of a store are judged together. Trials that
 * agree form a party. The party with the most distinct variants is right (variants are workload and
 * parameters, so a broken one does not win by running more often or at more caps); on a tie the party with
 * the earliest record. Trials of other parties become `wrong`.
 *
 * Two trials agree if they have the same data_checksum (where both have one) and as many numbers, which
 * differ by no more than the larger of their two tolerances times the larger magnitude. Numbers that are
 * small for their vector, no larger than tolerance times its largest one, are rounding residue and agree;
 * therefore the numbers of an answer should be of similar magnitude. An answer with a number that is not
 * finite agrees with no other. */
#pragma once

#include "record/store.h"

/* Changes outcomes to MLM_OUTCOME_WRONG, with a reason that gives both answers. Returns the number of
 * changes, or a negative errno with nothing changed. */
int mlm_judge(struct mlm_record_list *list, struct mlm_error *error);
