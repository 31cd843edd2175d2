/* Differences between machines that change figures apart from the work itself. */
#pragma once

#include "record/fact.h"
#include "report/compare/compare.h"

struct mlm_fact {
    const struct mlm_fact_info *info; /* NULL: a key without a row in the fact table */
    char *name;                       /* "swap", "transparent huge pages"; printable */
    char **values; /* one text for each side, printable: "8.00 GiB (file)"; "a or b" where the runs of a side
                      differ */
};

struct mlm_facts {
    struct mlm_fact *items;
    size_t count, capacity, side_count;
};

/* Finds the facts in which any side differs from the first, known ones first. A fact that one side lacks (an
 * older version recorded it) is no difference; host and id are not facts. -ENOMEM. */
int mlm_facts_find(
    const struct mlm_side *sides, size_t side_count, struct mlm_facts *ret_facts, struct mlm_error *error);
void mlm_facts_release(struct mlm_facts *facts); /* a zeroed one holds nothing */
