/* estimate --check: compares an estimate with a measurement. */
#pragma once

#include "base/error.h"
#include "estimate/json.h"

/* Runs the most similar workload of our own once, under the smallest cap in which it should fit. -ENOTSUP: no
 * workload is similar, or no cap can be set here; the error names the remedy. */
int mlm_estimate_check(const struct mlm_estimate_request *request, int argc, char **argv,
    struct mlm_estimate_measured *ret_measured, struct mlm_error *error);
