/* Equal work is proved: within a group (same `equal_work`, same machine) all trials that ended `ok` must agree
 * on the answer. No trial can know this by itself, so it is judged over all records of a store: answers that
 * agree within the tolerance form a party; the party with the most distinct rows is right (the earlier record
 * breaks a tie), and trials of any other party become `wrong`. data_checksum is compared in the same way. */
#pragma once

#include "record/store.h"

/* Changes outcomes to MLM_OUTCOME_WRONG, with a reason that gives both answers; returns how many it changed. */
size_t mlm_judge(struct mlm_record_list *list);
