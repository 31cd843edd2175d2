/* From stored files to a table: what every verb that reads results begins with. */
#pragma once

#include <stddef.h>

#include "report/table/table.h"

struct mlm_loaded {
    struct mlm_record_list list;
    struct mlm_table *table;
    size_t wrong; /* trials that the judge found wrong */
};

/* Reads, judges and sums up. Lines that are no good are named on standard error, the first few of them, and
 * so is a file that holds no record; the others are used. -ENODATA: no record at all. */
int mlm_load(
    const char *const *paths, size_t path_count, struct mlm_loaded *ret_loaded, struct mlm_error *error);
/* The same of one run alone, which a file may hold beside others. */
int mlm_load_run(
    const char *path, const char *run_id, struct mlm_loaded *ret_loaded, struct mlm_error *error);
void mlm_loaded_release(struct mlm_loaded *loaded);
