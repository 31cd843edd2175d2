/* The job of this suite: one pass over all rows, as every program that uses a dataset makes it. It is cheap
 * (60 GB/s and more in cache), so that reading is what is measured. It finds two numbers, both exact:
 *
 *   order   a polynomial of the rows' fingerprints: it changes when any two rows change places
 *   sum     the sum of the rows' fingerprints modulo 2^64: the same in every order of rows
 *
 * A row's fingerprint is Fletcher's two sums over the bits of its f32 values, in sixteen lanes (column c is
 * in lane c mod 16), mixed: any value that changes or moves changes it. A sparse row has the fingerprint of
 * the dense row with its zeros. Nothing depends on how rows are cut into batches, nor on the machine. */
#pragma once

#include <stdint.h>

#include "data/block.h"

struct mlm_loading_pass {
    uint64_t columns;
    uint64_t rows; /* rows so far */
    uint64_t order, sum;
};

/* Adds dense rows. */
void mlm_loading_pass_dense(struct mlm_loading_pass *pass, const float *values, uint64_t rows);

/* Adds one sparse row with its label. */
void mlm_loading_pass_sparse(
    struct mlm_loading_pass *pass, const uint32_t *indices, const float *values, uint64_t count, float label);

/* Adds the rows from…to-1 of a block. */
void mlm_loading_pass_block(
    struct mlm_loading_pass *pass, const struct mlm_block *block, uint64_t from, uint64_t to);
