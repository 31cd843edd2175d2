/* Rows in memory, in the form that learning programs hold them: dense (one row after the other) or sparse
 * (CSR with labels). A batch is a small block, a whole dataset is a large one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block {
    uint64_t rows, capacity_rows;    /* complete rows */
    uint64_t count, capacity_values; /* values, including those of a row that is being decoded */
    float *values;
    uint32_t *indices; /* column of each value, from 0; NULL: dense */
    uint64_t *starts;  /* sparse: row r has the values starts[r]…starts[r+1]-1 */
    float *labels;     /* sparse: label of each row */
};

/* Maps memory for that many rows and values. The kernel supplies a page only when it is first used. */
int mlm_block_open(struct mlm_block *block, bool sparse, uint64_t rows, uint64_t values, const char *what,
    struct mlm_scoreboard *sb);

/* Makes room for at least `values` values and keeps the content. */
int mlm_block_grow(struct mlm_block *block, uint64_t values, struct mlm_scoreboard *sb);

static inline void mlm_block_clear(struct mlm_block *block)
{
    block->rows = block->count = 0;
}

void mlm_block_close(struct mlm_block *block); /* accepts a zeroed or closed block */

/* Bytes of a full block of that many rows and values. */
static inline uint64_t mlm_block_bytes(bool sparse, uint64_t rows, uint64_t values)
{
    return sparse ? values * (sizeof(float) + sizeof(uint32_t)) + (rows + 1) * sizeof(uint64_t) +
                        rows * sizeof(float)
                  : values * sizeof(float);
}
