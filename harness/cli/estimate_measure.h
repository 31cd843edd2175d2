/* estimate --measure: runs the job small, with the library that is installed, and hands over to `predict`. */
#pragma once

#include "base/error.h"
#include "estimate/estimate.h"

struct mlm_estimate_measure {
    const char *program; /* how this program was called */
    const char *python;
    bool json;
};

/* Runs `predict` with a job that is made from the estimate's request, and returns its exit status. -EINVAL:
 * the job cannot be run small; -ENOTSUP: it is too large for this machine even then. */
int mlm_estimate_measure(
    const struct mlm_estimate *estimate, const struct mlm_estimate_measure *how, struct mlm_error *error);
