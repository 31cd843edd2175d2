/* Rows in memory, as a program that learns from them holds them: dense (values of one row after the other) or
 * sparse (CSR with labels). A batch is a small block, a dataset read whole is a large one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block {
    uint64_t rows, capacity_rows;    /* complete rows */
    uint64_t count, capacity_values; /* values, with those of a row that is being decoded */
    float *values;
    uint32_t *indices; /* column of each value, from 0; NULL: dense */
    uint64_t *starts;  /* sparse: row r has the values starts[r]…starts[r+1]-1 */
    float *labels;     /* sparse: of each row */
};

/* Memory is taken from the kernel at once and touched by use. */
int mlm_block_open(struct mlm_block *block, bool sparse, uint64_t rows, uint64_t values, const char *what,
    struct mlm_scoreboard *sb);

/* Room for at least so many values; keeps what is there. */
int mlm_block_grow(struct mlm_block *block, uint64_t values, struct mlm_scoreboard *sb);

static inline void mlm_block_clear(struct mlm_block *block)
{
    block->rows = block->count = 0;
}

void mlm_block_close(struct mlm_block *block); /* takes one that was zeroed, or closed */

/* What a block of so many rows and values holds when full. */
static inline uint64_t mlm_block_bytes(bool sparse, uint64_t rows, uint64_t values)
{
    return sparse ? values * (sizeof(float) + sizeof(uint32_t)) + (rows + 1) * sizeof(uint64_t) +
                        rows * sizeof(float)
                  : values * sizeof(float);
}
