/* Memory that a trial leaves in tmpfs is its own: it is counted and named, and never handed to the next
 * trial, whose cage would not be charged for it. */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "machine/tmpfs.h"
#include "meter/sample.h"
#include "record/record.h"

/* What the latest trial left; zeroed: nothing that matters. */
struct mlm_leftovers {
    struct mlm_tmpfs_files files;
    uint64_t bytes;      /* all that it left, also without a name */
    int64_t needs_bytes; /* of that trial; MLM_NULL: not known */
};

void mlm_leftovers_release(struct mlm_leftovers *leftovers);

/* Counts and names what the cage still holds, and writes it into the record, whose needs are known. Call it
 * when the cage has no process any more. `begin`: the trial's begin, by CLOCK_REALTIME_COARSE. */
void mlm_leftovers_find(struct mlm_sampler *sampler, const struct timespec *begin, struct mlm_record *record,
    struct mlm_leftovers *ret_leftovers);

/* Call it before the next trial. -EEXIST: something is still there; the error text names it and ends with
 * `remedy` (for segments, which only ipcrm removes, with that). `prepared`: a command of the user's ran since
 * then, which may have removed what has no name; then the next trial's record is marked instead. */
int mlm_leftovers_check(const struct mlm_leftovers *leftovers, bool prepared, const char *remedy,
    struct mlm_record *next, struct mlm_error *error);
