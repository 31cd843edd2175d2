/* estimate --check: an estimate held to a measurement. */
#pragma once

#include "base/error.h"
#include "estimate/json.h"

/* Runs the own workload that is nearest to what was asked, once, under the smallest cap that it is to fit in.
 * -ENOTSUP: none is near, or no cap can be set here, with the remedy. */
int mlm_estimate_check(const struct mlm_estimate_request *request, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error);
