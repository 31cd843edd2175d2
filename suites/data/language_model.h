/* The shape of a language model for a size, and the bytes of the formats of its weights: what the suites that
 * run one have in common.
 *
 * The size is that of the weights as f16. The width is the largest multiple of 256 for which one layer for
 * each 128 of it is not more than that; then the model has as many layers as fit. A head has 64 values below
 * a width of 3072, and 128 from there on, where the width is a multiple of 512. The feed-forward part is 3.5
 * widths wide, rounded up to a multiple of 256. The vocabulary has 8 words for each unit of width. One table
 * serves as embedding and as output. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MLM_PART UINT64_C(32)   /* values with one factor */
#define MLM_GROUP UINT64_C(256) /* values of eight parts; every row is a whole number of groups */

/* Bytes of a block: of a part, and of a group for q4_k. */
#define MLM_F16_BYTES (2 * MLM_PART)
#define MLM_Q8_0_BYTES (2 + MLM_PART)
#define MLM_Q4_0_BYTES (2 + MLM_PART / 2)
#define MLM_Q4_K_BYTES (4 + 12 + MLM_GROUP / 2)

enum mlm_kv_heads { MLM_KV_QUARTER, MLM_KV_ONE, MLM_KV_ALL };

struct mlm_decoder_shape {
    uint64_t width, layers, heads, kv_heads, head_size, ffn, vocabulary;
};

/* Finds the shape for so many bytes of f16. Returns false where not even one layer fits. */
bool mlm_decoder_shape_of(
    uint64_t f16_bytes, enum mlm_kv_heads kv_heads, struct mlm_decoder_shape *ret_shape);

/* Values of all matrices. */
uint64_t mlm_decoder_values(const struct mlm_decoder_shape *shape);

static inline uint64_t mlm_kv_width(const struct mlm_decoder_shape *shape)
{
    return shape->kv_heads * shape->head_size;
}

/* Two norms in each layer, and one at the end. */
static inline uint64_t mlm_norm_count(const struct mlm_decoder_shape *shape)
{
    return 2 * shape->layers + 1;
}
