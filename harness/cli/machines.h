/* The machines of a table, each compared with the first. */
#pragma once

#include <stddef.h>

#include "report/table/table.h"

struct mlm_machines {
    struct mlm_side *sides;
    size_t count;
    struct mlm_comparison *comparison; /* NULL: there is but one machine */
};

int mlm_machines_compare(
    const struct mlm_table *table, struct mlm_machines *ret_machines, struct mlm_error *error);
void mlm_machines_release(struct mlm_machines *machines); /* a zeroed one holds nothing */
