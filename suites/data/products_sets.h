/* What products.c and the files of its instruction sets share: the table that each fills, and the loop over
 * four rows, which is the same for all vectors of a machine. */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "data/products.h"

struct mlm_kernels {
    mlm_four_products *products[MLM_BLOCKS_COUNT];
    mlm_blocks_decode *decode[MLM_BLOCKS_COUNT]; /* NULL: no keys or values have this format */
};

#if MLM_CLONES

#include <immintrin.h>

extern const struct mlm_kernels mlm_kernels_avx2, mlm_kernels_avx512;

/* Blocks are read in the order of their addresses, as one stream: in a file the rows follow one another, and
 * repacked rows take turns. Hardware prefetchers end at each page of 4 KiB, so there are hints; one behind
 * the end of the matrix has no effect. */
#define MLM_HINTS(block, ahead, bytes)                                                                       \
    for (size_t hint = 0; hint < (bytes); hint += 64)                                                        \
    __builtin_prefetch((block) + (ahead) + hint, 0, 3)

/* A function `name`_products for a vector type of `TARGET`, with `zero`, `plus` and `total` (a float), by
 * `name`_block(block, x, at, sum), which adds the products of one block with the vector's part at `at`.
 * Several sums hide the latency of an addition. `apart`: a row's blocks are a multiple of four. */
#define MLM_PRODUCTS(TARGET, name, type, zero, plus, total, format_bytes, format_values, ahead, apart)       \
    TARGET static void name##_products(                                                                      \
        const struct mlm_four_rows *rows, const struct mlm_vector *x, float ret[MLM_ROWS_AT_ONCE])           \
    {                                                                                                        \
        const size_t bytes = (format_bytes), values = (format_values);                                       \
        const uint8_t *block = rows->first;                                                                  \
        if (rows->block_pitch != bytes) {                                                                    \
            type a = (zero), b = a, c = a, d = a;                                                            \
            for (uint64_t i = 0; i < rows->blocks; i++, block += 4 * bytes) {                                \
                MLM_HINTS(block, ahead, 4 * bytes);                                                          \
                a = name##_block(block, x, i * values, a);                                                   \
                b = name##_block(block + bytes, x, i * values, b);                                           \
                c = name##_block(block + 2 * bytes, x, i * values, c);                                       \
                d = name##_block(block + 3 * bytes, x, i * values, d);                                       \
            }                                                                                                \
            ret[0] = total(a), ret[1] = total(b), ret[2] = total(c), ret[3] = total(d);                      \
            return;                                                                                          \
        }                                                                                                    \
        for (size_t row = 0; row < MLM_ROWS_AT_ONCE; row++) {                                                \
            type a = (zero), b = a, c = a, d = a;                                                            \
            for (uint64_t i = 0; (apart) && i < rows->blocks; i += 4, block += 4 * bytes) {                  \
                MLM_HINTS(block, ahead, 4 * bytes);                                                          \
                a = name##_block(block, x, i * values, a);                                                   \
                b = name##_block(block + bytes, x, (i + 1) * values, b);                                     \
                c = name##_block(block + 2 * bytes, x, (i + 2) * values, c);                                 \
                d = name##_block(block + 3 * bytes, x, (i + 3) * values, d);                                 \
            }                                                                                                \
            for (uint64_t i = 0; !(apart) && i < rows->blocks; i++, block += bytes) {                        \
                MLM_HINTS(block, ahead, bytes);                                                              \
                a = name##_block(block, x, i * values, a);                                                   \
            }                                                                                                \
            ret[row] = total(plus(plus(a, b), plus(c, d)));                                                  \
        }                                                                                                    \
    }

/* A function `name`_decode by `name`_block_decode(block, values). */
#define MLM_DECODE(TARGET, name, format_bytes)                                                               \
    TARGET static void name##_decode(const uint8_t *blocks, uint64_t count, float *values)                   \
    {                                                                                                        \
        for (uint64_t i = 0; i < count; i++) {                                                               \
            MLM_HINTS(blocks + i * (format_bytes), 4096, format_bytes);                                      \
            name##_block_decode(blocks + i * (format_bytes), values + i * MLM_PART);                         \
        }                                                                                                    \
    }

/* The functions of all formats. `whole`: the total of a sum of whole numbers, times the vector's scale. The
 * distances of hints are those that gained most. */
#define MLM_PRODUCTS_ALL(TARGET, type, zero, plus, total, whole)                                             \
    MLM_PRODUCTS(TARGET, f32, type, zero, plus, total, 4 * MLM_PART, MLM_PART, 2048, true)                   \
    MLM_PRODUCTS(TARGET, f16, type, zero, plus, total, 2 * MLM_PART, MLM_PART, 4096, true)                   \
    MLM_PRODUCTS(TARGET, q8_0, type, zero, plus, whole, MLM_Q8_0_BYTES, MLM_PART, 4096, true)                \
    MLM_PRODUCTS(TARGET, q4_0, type, zero, plus, whole, MLM_Q4_0_BYTES, MLM_PART, 4096, true)                \
    MLM_PRODUCTS(TARGET, q4_k, type, zero, plus, whole, MLM_Q4_K_BYTES, MLM_GROUP, 4096, false)

#define MLM_PRODUCTS_TABLE                                                                                   \
    {                                                                                                        \
        [MLM_BLOCKS_F32] = f32_products, [MLM_BLOCKS_F16] = f16_products, [MLM_BLOCKS_Q8_0] = q8_0_products, \
        [MLM_BLOCKS_Q4_0] = q4_0_products, [MLM_BLOCKS_Q4_K] = q4_k_products                                 \
    }

/* Eight scales and eight offsets of a q4_k block, as mlm_q4_k_part() reads them one by one. */
MLM_INLINE void mlm_q4_k_parts(const uint8_t packed[12], uint64_t *ret_scales, uint64_t *ret_offsets)
{
    const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, two = 0x03030303;
    uint32_t word[3];
    memcpy(word, packed, sizeof word);
    uint32_t scales = (word[2] & four) | (word[0] >> 6 & two) << 4;
    uint32_t offsets = (word[2] >> 4 & four) | (word[1] >> 6 & two) << 4;
    *ret_scales = (uint64_t)scales << 32 | (word[0] & six);
    *ret_offsets = (uint64_t)offsets << 32 | (word[1] & six);
}

MLM_INLINE int16_t mlm_half_bits(const uint8_t *at)
{
    int16_t bits;
    memcpy(&bits, at, sizeof bits);
    return bits;
}

#endif
