/* Plans the measurements that are missing before advice can be given. */
#pragma once

#include <stdio.h>

#include "advise/advice/job.h"

#define MLM_RERUN_CAPS 24

struct mlm_rerun {
    uint64_t caps[MLM_RERUN_CAPS]; /* ascending; each leaves the job something beside the background */
    size_t cap_count;
    bool laptops;              /* the caps stand for laptops */
    uint64_t background_bytes; /* under each cap; 0 for laptops, which have a desktop each */
    size_t repetitions;
    bool worthwhile;                       /* includes something that was not run yet */
    const struct mlm_sweep *const *sweeps; /* to be run again; the caller of mlm_rerun_plan() chooses them */
    size_t sweep_count;
};

/* Chooses what a field still needs: caps around the only one; larger caps, where none was enough; more
 * repetitions, where they are too few or differ too much; more time, where the limit ended a job. No cap
 * exceeds the machine's memory. */
struct mlm_rerun mlm_rerun_plan(const struct mlm_field *field);

/* Writes the commands that measure this, one on each line. This folder does not know the grammar of the
 * command line. -ENOMEM. */
typedef int mlm_rerun_spell(FILE *out, const struct mlm_rerun *rerun);
