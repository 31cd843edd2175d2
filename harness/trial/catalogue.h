/* The installed parts: where the worker, the suites' modules and the plots lie, and the suites' descriptors.
 * All are found from the program's own place, in a build tree as in an installed one. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "workload.h"

/* A module that cannot be loaded: truncated, or of another version. */
struct mlm_broken_suite {
    char *name;
    char *why; /* the message names the file */
};

struct mlm_catalogue {
    char worker[4096];
    char suites_folder[4096];
    char plots_folder[4096];
    const struct mlm_suite **suites; /* sorted by name */
    size_t suite_count;
    struct mlm_broken_suite *broken; /* sorted by name */
    size_t broken_count;
};

/* Opens all suites. A broken suite is not an error here, because the command may need only others. */
int mlm_catalogue_open(struct mlm_catalogue **ret_catalogue, struct mlm_error *error);
/* Finds only the places, for commands that need no suite. */
int mlm_catalogue_find(struct mlm_catalogue **ret_catalogue, struct mlm_error *error);
void mlm_catalogue_close(struct mlm_catalogue *catalogue); /* accepts NULL */

/* Returns NULL where there is no such suite, or it is broken. */
const struct mlm_suite *mlm_catalogue_suite(const struct mlm_catalogue *catalogue, const char *name);
/* Returns the reason why the suite is broken; NULL: it is not. */
const char *mlm_catalogue_broken(const struct mlm_catalogue *catalogue, const char *name);
