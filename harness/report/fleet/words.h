/* A fleet in sentences, for a terminal and for the page. */
#pragma once

#include <stdio.h>

#include "report/fleet/fleet.h"

/* Says how many machines run everything, and which of them has the least RAM. */
int mlm_fleet_say_able(FILE *out, const struct mlm_fleet *fleet);

/* Outliers, the machines first, then what stands out most. The caller frees *ret_items. */
struct mlm_fleet_outlier {
    size_t machine, job; /* job SIZE_MAX: the machine as a whole */
    double weight;
};

int mlm_fleet_outliers(
    const struct mlm_fleet *fleet, struct mlm_fleet_outlier **ret_items, size_t *ret_count);

/* "netbook is slower than the others: 2.31 × (2.10 to 2.54) the usual time of its 25 jobs." -ENOMEM. */
int mlm_fleet_say_outlier(FILE *out, const struct mlm_fleet *fleet, const struct mlm_fleet_outlier *outlier);

/* What the two above say, as a text; outlier NULL: the first. The caller frees it; NULL: out of memory. */
char *mlm_fleet_sentence(const struct mlm_fleet *fleet, const struct mlm_fleet_outlier *outlier);

/* "netbook (3.84 GiB)" */
void mlm_fleet_say_machine(FILE *out, const struct mlm_fleet_machine *machine);

#define MLM_FLEET_CELL 32

/* "1.2" (times the usual time), "oom", "ok" without a time, "" where it did not run. */
const char *mlm_fleet_cell_text(const struct mlm_fleet_cell *cell, char text[static MLM_FLEET_CELL]);

/* The same rule for every form: at most this many outliers are named, and the rest counted. */
#define MLM_FLEET_NAMED 12
