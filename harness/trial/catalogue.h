/* What is installed: where the worker, the suites' modules and the plots lie, and the suites' descriptors.
 * All is found from the program's own place, in a build tree as in an installed one. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "workload.h"

/* A module that cannot be loaded: cut short, or of another version. */
struct mlm_broken_suite {
    char *name;
    char *why; /* names the file */
};

struct mlm_catalogue {
    char worker[4096];
    char suites_folder[4096];
    char plots_folder[4096];
    const struct mlm_suite **suites; /* by name */
    size_t suite_count;
    struct mlm_broken_suite *broken; /* by name */
    size_t broken_count;
};

/* A suite that is broken is no error: what is done may need others. */
int mlm_catalogue_open(struct mlm_catalogue **ret_catalogue, struct mlm_error *error);
/* The places alone, for those who need no suite. */
int mlm_catalogue_find(struct mlm_catalogue **ret_catalogue, struct mlm_error *error);
void mlm_catalogue_close(struct mlm_catalogue *catalogue); /* takes NULL */

/* NULL: there is none, or it is broken. */
const struct mlm_suite *mlm_catalogue_suite(const struct mlm_catalogue *catalogue, const char *name);
/* Why it is; NULL: it is not. */
const char *mlm_catalogue_broken(const struct mlm_catalogue *catalogue, const char *name);
