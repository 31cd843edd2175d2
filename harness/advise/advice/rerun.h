/* The command that measures what is missing: the command that made the records, with other caps and
 * repetitions. It always gives the size of the data, because the default depends on the caps. A record may
 * come from a stranger: only options that choose rows are taken from its command, and each word is quoted for
 * a shell. */
#pragma once

#include <stdio.h>

#include "advise/advice/job.h"

#define MLM_RERUN_CAPS 24

struct mlm_rerun {
    uint64_t caps[MLM_RERUN_CAPS]; /* ascending */
    size_t cap_count;
    size_t repetitions;
    bool worthwhile; /* includes something that was not run yet */
};

/* Chooses what a field still needs: caps around the only one; larger caps, where none was enough; more
 * repetitions, where they are too few or differ too much; more time, where the limit ended a job. No cap
 * exceeds the machine's memory. */
struct mlm_rerun mlm_rerun_plan(const struct mlm_field *field);

/* Writes one line for each run from which the chosen sweeps came: "mlmembench run --suite storage --cap
 * 512M,1G,2G --data 1280M --repetitions 5". -ENOMEM. */
int mlm_rerun_put(FILE *out, const struct mlm_rerun *rerun, const struct mlm_sweep *const *sweeps,
    size_t sweep_count, const char *indent);
