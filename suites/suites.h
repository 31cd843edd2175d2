/* The registry: suites are modules (NAME.so) in the folder `suites` beside the worker. Both programs find
 * them here; the harness reads descriptors and formulas, the worker runs one workload. */
#pragma once

#include <stddef.h>

#include "workload.h"

/* Loads one suite's module. -ENOENT: there is no such suite; -ENOEXEC: the file is not a module of this
 * version, or is not complete. The message names the file and the reason. */
int mlm_suite_open(
    const char *folder, const char *name, const struct mlm_suite **ret_suite, struct mlm_error *error);

/* Returns the names of all modules in the folder, sorted; release them with mlm_suite_names_free(). */
int mlm_suite_names(const char *folder, char ***ret_names, size_t *ret_count, struct mlm_error *error);
void mlm_suite_names_free(char **names, size_t count);

const struct mlm_workload *mlm_workload_find(const struct mlm_suite *suite, const char *name);
