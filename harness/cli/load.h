/* Reads stored files into a table; every verb that reads results begins with this. */
#pragma once

#include <stddef.h>

#include "report/table/table.h"

struct mlm_loaded {
    struct mlm_record_list list;
    struct mlm_table *table;
    size_t wrong; /* trials that the judge found wrong */
};

/* Reads, judges and summarizes. The first invalid lines are reported on standard error, and so is a file
 * without records; the valid ones are used. -ENODATA: no record at all. */
int mlm_load(
    const char *const *paths, size_t path_count, struct mlm_loaded *ret_loaded, struct mlm_error *error);
/* Like mlm_load(), but only for one of the runs in a file. */
int mlm_load_run(
    const char *path, const char *run_id, struct mlm_loaded *ret_loaded, struct mlm_error *error);
void mlm_loaded_release(struct mlm_loaded *loaded);
