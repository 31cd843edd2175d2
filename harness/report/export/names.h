/* Names of rows, for tools that identify benchmarks by name only. A name is the same from run to run, and no
 * two rows of a table have the same:
 *
 *   storage/csr/density:0.01/data:2560M/cap:2G
 *
 * Usual settings are left out: the machine's swap, no background, one thread, seed 1. Time limits and
 * machines appear where a table has several. */
#pragma once

#include "report/table/table.h"

/* Names, indexed as the rows in table->rows. */
struct mlm_row_names {
    char **items;
    size_t count;
};

/* -ENOMEM. */
int mlm_row_names_make(
    const struct mlm_table *table, struct mlm_row_names *ret_names, struct mlm_error *error);
void mlm_row_names_release(struct mlm_row_names *names);

/* Printable. */
const char *mlm_row_name_of(
    const struct mlm_row_names *names, const struct mlm_table *table, const struct mlm_row *row);
