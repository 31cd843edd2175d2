/* What shapes figures beside the work itself: in which facts of their machines sides differ. */
#pragma once

#include "report/compare/compare.h"

struct mlm_fact {
    char *name; /* "swap", "transparent huge pages"; printable */
    char *
        *values; /* one a side, printable: "8.00 GiB (file)"; of runs that differ among each other "a or b" */
};

struct mlm_facts {
    struct mlm_fact *items;
    size_t count, capacity, side_count;
};

/* The facts in which any side differs from the first, known ones first. What one side does not say at all (it
 * was recorded by an older version) is no difference. Who it is (host, id) is no fact. -ENOMEM. */
int mlm_facts_find(
    const struct mlm_side *sides, size_t side_count, struct mlm_facts *ret_facts, struct mlm_error *error);
void mlm_facts_release(struct mlm_facts *facts); /* a zeroed one holds nothing */
