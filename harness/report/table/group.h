/* Facts about rows of one section that do equal work; findings are made from them. */
#pragma once

#include <stdio.h>

#include "report/table/table.h"

/* A larger slowdown under a cap is attributed to it: repetitions alone differ by less. */
#define MLM_SLOWED 1.1

/* Needs that differ by less are called about the same. */
#define MLM_LEANER 1.1

struct mlm_group {
    const struct mlm_row *const *rows;
    size_t count;
    const struct mlm_row *fastest, *slowest, *leanest,
        *largest;                 /* of those whose trials are all ok; or NULL */
    const struct mlm_row *failed; /* the one that would need most; or NULL */
    size_t ok_count, failed_count;
};

struct mlm_group mlm_group_look(const struct mlm_row *const *rows, size_t count);

/* The peak of memory and swap that was measured; NAN: not known. */
double mlm_row_needs(const struct mlm_row *row);

/* The needs of a row with enough memory: its own figure if it ended, else that of its uncapped reference;
 * NAN: not known. */
double mlm_row_full_needs(const struct mlm_row *row);

/* A lower bound of the needs; NAN: nothing is known. */
double mlm_row_least_needs(const struct mlm_row *row);

/* Slowdown of its fastest repetition against the uncapped time: this much is not chance. NAN: not known, or
 * the job is too short. */
double mlm_row_sure_slowdown(const struct mlm_row *row);

/* The row with the largest sure slowdown; NULL: not known for any. */
const struct mlm_row *mlm_section_most_slowed(const struct mlm_section *section);

/* "csr at density=0.01"; beside another row that was just named (else NULL), only what differs from it:
 * "batch=4096". */
void mlm_row_say(
    FILE *out, const struct mlm_section *section, const struct mlm_row *row, const struct mlm_row *beside);
