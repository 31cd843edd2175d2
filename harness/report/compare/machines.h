/* The machines of a table, each compared with the first. Where one machine stood in for laptops (--laptop),
 * and for nothing else, each laptop counts as one. */
#pragma once

#include <stddef.h>

#include "report/table/table.h"

struct mlm_machines {
    struct mlm_side *sides;
    size_t count;                      /* number of all machines; the comparison may have fewer */
    const struct mlm_row **rows;       /* of the sides, where they are laptops; else NULL */
    struct mlm_comparison *comparison; /* NULL: there is only one machine */
};

/* Compares the first `most` machines; SIZE_MAX: all. */
int mlm_machines_compare(
    const struct mlm_table *table, size_t most, struct mlm_machines *ret_machines, struct mlm_error *error);
void mlm_machines_release(struct mlm_machines *machines); /* a zeroed one holds nothing */
