/* estimate --check: an estimate held to a measurement. */
#pragma once

#include "base/error.h"
#include "estimate/json.h"

/* Runs the own workload that is nearest to what was asked, once, under the smallest cap that it is to fit in.
 * -ENOTSUP: none is near, or no cap can be set here, with the remedy. The texts live as long as the program.
 */
int mlm_estimate_check(const struct mlm_estimate *estimate, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error);
