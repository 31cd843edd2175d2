/* The command that measures what is missing: the one that made the records, with other caps and repetitions.
 * The size of the data is always said, for its default follows the caps. What a record holds is a stranger's
 * text: of its command only options that choose rows are taken over, each word quoted for a shell. */
#pragma once

#include <stdio.h>

#include "advise/advice/job.h"

#define MLM_RERUN_CAPS 24

struct mlm_rerun {
    uint64_t caps[MLM_RERUN_CAPS]; /* ascending */
    size_t cap_count;
    size_t repetitions;
    bool worthwhile; /* has something that was not run yet */
};

/* What a field lacks to be judged: caps around the only one; larger ones, where something was not enough at
 * any; more repetitions where they are too few or differ too much; time, where that was over first. None is
 * larger than the machine's memory. */
struct mlm_rerun mlm_rerun_plan(const struct mlm_field *field);

/* A line for each run that the chosen sweeps of the field came from: "mlmembench run --suite storage --cap
 * 512M,1G,2G --data 1280M --repetitions 5". -ENOMEM. */
int mlm_rerun_put(FILE *out, const struct mlm_rerun *rerun, const struct mlm_sweep *const *sweeps,
    size_t sweep_count, const char *indent);
