/* Products of a matrix's rows with a vector, four rows at once, so that they share the loads of the vector.
 *
 *   four rows    first points to the first block of the first row. The next row begins row_pitch bytes after
 *                it, and the next block of the same row block_pitch bytes after it. So a file's matrix and a
 *                repacked one, whose four rows take turns block by block, have the same kernel.
 *   f32, f16     multiply floats
 *   q8_0, q4_0, q4_k   multiply whole numbers of 16 bits, to which the vector is rounded once for all rows */
#pragma once

#include <stdint.h>

#include "data/clones.h"
#include "data/packed.h"

#define MLM_ROWS_AT_ONCE 4u

struct mlm_vector {
    const float *values;
    const int16_t *whole;     /* value i is about scale · whole[i] */
    const int32_t *part_sums; /* of the whole numbers, over each MLM_PART of them */
    float scale;
};

struct mlm_four_rows {
    const uint8_t *first;
    uint64_t row_pitch, block_pitch;
    uint64_t blocks; /* of a row */
};

typedef void mlm_four_products(
    const struct mlm_four_rows *rows, const struct mlm_vector *x, float ret[MLM_ROWS_AT_ONCE]);

mlm_four_products *mlm_four_products_of(enum mlm_blocks format, enum mlm_clone clone);

/* Rounds `count` values, whole parts, to whole numbers of a scale. */
void mlm_vector_round(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale);

/* Decodes keys or values: `count` blocks that follow one another, each as the format's own function does. */
typedef void mlm_blocks_decode(const uint8_t *blocks, uint64_t count, float *values);

/* format: one that keys and values may have. */
mlm_blocks_decode *mlm_blocks_decode_of(enum mlm_blocks format, enum mlm_clone clone);
