/* Which limit did a trial meet: its own, that of a cgroup above, or the machine's end? Marks a record, and
 * names what was tighter than the trial's own limits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cage/cage.h"
#include "machine/memory.h"
#include "record/record.h"

/* Before the trial: the machine's memory. */
void mlm_bounds_begin(
    const struct mlm_limits *limits, const struct mlm_memory_now *memory, struct mlm_record *record);

/* Returns true if a job that exceeds the limit above us would wait for ever, and we with it. */
bool mlm_bounds_wait(const struct mlm_cages *cages, const struct mlm_limits *limits);

/* The machine, of which the swap matters. */
struct mlm_bounds_swap {
    struct mlm_memory_now before, after;
};

/* After it, when its readings are in the record, and before its outcome is judged: limits of cgroups above.
 * They may have changed meanwhile. -ENOMEM. */
int mlm_bounds_end(
    const struct mlm_cage *cage, const struct mlm_bounds_swap *machine, struct mlm_record *record);

/* If the kernel killed a process: marks the record where the cap was not the reason, and says what was.
 * Leaves text empty where the cap was, or where it is not known. */
#define MLM_BOUNDS_TEXT 512
void mlm_bounds_of_kill(const struct mlm_cage *cage, const struct mlm_bounds_swap *swap,
    struct mlm_record *record, char text[static MLM_BOUNDS_TEXT]);
