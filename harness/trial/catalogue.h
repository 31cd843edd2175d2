/* What is installed: where the worker, the suites' modules and the plots lie, and the suites' descriptors.
 * All is found from the program's own place, in a build tree as in an installed one. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "workload.h"

struct mlm_catalogue {
    char worker[4096];
    char suites_folder[4096];
    char plots_folder[4096];
    const struct mlm_suite **suites; /* by name */
    size_t suite_count;
};

int mlm_catalogue_open(struct mlm_catalogue **ret_catalogue, struct mlm_error *error);
void mlm_catalogue_close(struct mlm_catalogue *catalogue); /* takes NULL */

const struct mlm_suite *mlm_catalogue_suite(const struct mlm_catalogue *catalogue, const char *name);
