/* The kernels in plain C, and the choice among instruction sets. */
#include "data/products.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "data/f16.h"
#include "data/products_sets.h"

#define ROWS MLM_ROWS_AT_ONCE

MLM_INLINE void vector_round(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
    /* As whole numbers, the bits of floats without their signs have the order of the floats. */
    uint32_t most_bits = 0;
#pragma omp simd reduction(max : most_bits)
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        bits &= INT32_MAX;
        most_bits = bits > most_bits ? bits : most_bits;
    }
    float most;
    memcpy(&most, &most_bits, sizeof most);
    float inverse = most > 0 ? INT16_MAX / most : 0;
#pragma omp simd
    for (uint64_t i = 0; i < count; i++) {
        float value = values[i] * inverse;
        whole[i] = (int16_t)(int32_t)(value + copysignf(0.5f, value));
    }
    for (uint64_t part = 0; part < count / MLM_PART; part++) {
        int32_t sum = 0;
        for (uint64_t i = 0; i < MLM_PART; i++)
            sum += whole[part * MLM_PART + i];
        part_sums[part] = sum;
    }
    *ret_scale = most / INT16_MAX;
}

#if MLM_CLONES
MLM_TARGET_AVX2 static void vector_round_avx2(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
    vector_round(values, count, whole, part_sums, ret_scale);
}
#endif

void mlm_vector_round(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
#if MLM_CLONES
    if (mlm_clone_best() != MLM_CLONE_PLAIN) {
        vector_round_avx2(values, count, whole, part_sums, ret_scale);
        return;
    }
#endif
    vector_round(values, count, whole, part_sums, ret_scale);
}

/* ---- Plain C: one product for all formats, by decoding a block at a time ---- */

MLM_INLINE void plain_products(
    enum mlm_blocks format, const struct mlm_four_rows *rows, const struct mlm_vector *x, float *ret)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format];
    float values[MLM_GROUP];
    for (size_t row = 0; row < ROWS; row++) {
        const uint8_t *block = rows->first + row * rows->row_pitch;
        const float *at = x->values;
        float sum = 0;
        for (uint64_t b = 0; b < rows->blocks; b++, block += rows->block_pitch, at += spec->block_values) {
            spec->decode(block, values);
#pragma omp simd reduction(+ : sum)
            for (size_t i = 0; i < spec->block_values; i++)
                sum += values[i] * at[i];
        }
        ret[row] = sum;
    }
}

#define PLAIN(name, format)                                                                                  \
    static void name##_plain(const struct mlm_four_rows *rows, const struct mlm_vector *x, float ret[ROWS])  \
    {                                                                                                        \
        plain_products(format, rows, x, ret);                                                                \
    }
PLAIN(f32, MLM_BLOCKS_F32)
PLAIN(f16, MLM_BLOCKS_F16)
PLAIN(q8_0, MLM_BLOCKS_Q8_0)
PLAIN(q4_0, MLM_BLOCKS_Q4_0)
PLAIN(q4_k, MLM_BLOCKS_Q4_K)

MLM_INLINE void plain_decode(enum mlm_blocks format, const uint8_t *blocks, uint64_t count, float *values)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format];
    for (uint64_t i = 0; i < count; i++)
        spec->decode(blocks + i * spec->block_bytes, values + i * spec->block_values);
}

#define PLAIN_DECODE(name, format)                                                                           \
    static void name##_decode(const uint8_t *blocks, uint64_t count, float *values)                          \
    {                                                                                                        \
        plain_decode(format, blocks, count, values);                                                         \
    }
PLAIN_DECODE(f16, MLM_BLOCKS_F16)
PLAIN_DECODE(q8_0, MLM_BLOCKS_Q8_0)
PLAIN_DECODE(q4_0, MLM_BLOCKS_Q4_0)

static const struct mlm_kernels plain = {.products = {[MLM_BLOCKS_F32] = f32_plain,
                                             [MLM_BLOCKS_F16] = f16_plain,
                                             [MLM_BLOCKS_Q8_0] = q8_0_plain,
                                             [MLM_BLOCKS_Q4_0] = q4_0_plain,
                                             [MLM_BLOCKS_Q4_K] = q4_k_plain},
    .decode = {
        [MLM_BLOCKS_F16] = f16_decode, [MLM_BLOCKS_Q8_0] = q8_0_decode, [MLM_BLOCKS_Q4_0] = q4_0_decode}};

static const struct mlm_kernels *kernels_of(enum mlm_clone clone)
{
    static const struct mlm_kernels *const sets[] = {
        [MLM_CLONE_PLAIN] = &plain,
#if MLM_CLONES
        [MLM_CLONE_AVX2] = &mlm_kernels_avx2,
        [MLM_CLONE_AVX512] = &mlm_kernels_avx512,
#endif
    };
    return sets[clone];
}

mlm_four_products *mlm_four_products_of(enum mlm_blocks format, enum mlm_clone clone)
{
    return kernels_of(clone)->products[format];
}

mlm_blocks_decode *mlm_blocks_decode_of(enum mlm_blocks format, enum mlm_clone clone)
{
    /* AVX-512 decodes no faster: what it gains is lost when the floats are stored. */
    return kernels_of(clone == MLM_CLONE_AVX512 ? MLM_CLONE_AVX2 : clone)->decode[format];
}
