/* The formats in which weights, keys and values are held: blocks of numbers, laid out as models are
 * published.
 *
 *   f32    32 floats
 *   f16    32 halves
 *   q8_0   34 bytes: a half d, 32 signed bytes q; a value is d · q
 *   q4_0   18 bytes: a half d, 16 bytes; byte i has q of value i in its low four bits, of value i + 16 in its
 *          high ones; a value is d · (q - 8)
 *   q4_k   144 bytes for 256 values, eight parts of 32: halves d and m, 12 bytes with a scale s and an offset
 * o of 6 bits for each part, 128 bytes; byte i of each 32 has q of value i of an even part in its low four
 * bits, and of the odd part after it in its high ones; a value is d · s · q - m · o
 *
 * Numbers are little-endian, as in the files. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/language_model.h"

enum mlm_blocks {
    MLM_BLOCKS_F32,
    MLM_BLOCKS_F16,
    MLM_BLOCKS_Q8_0,
    MLM_BLOCKS_Q4_0,
    MLM_BLOCKS_Q4_K,
    MLM_BLOCKS_COUNT,
};

#define MLM_PARTS (MLM_GROUP / MLM_PART)

/* Values that every format holds exactly: value i is unit · factors[i / 32] · codes[i]. The unit is a power
 * of two, a factor lies in 1…7, a code in -7…7. */
struct mlm_exact_group {
    float unit;
    uint8_t factors[MLM_PARTS];
    int8_t codes[MLM_GROUP];
};

/* Draws group `index` of the stream. */
void mlm_exact_group_draw(uint64_t key, uint64_t index, float unit, struct mlm_exact_group *ret_group);

struct mlm_blocks_spec {
    const char *name;
    uint32_t block_values, block_bytes;
    /* Writes a whole group, without a loss. */
    void (*encode)(const struct mlm_exact_group *group, uint8_t *blocks);
    void (*decode)(const uint8_t *block, float *values);
    /* Writes the nearest block for any values; NULL: weights only. */
    void (*round)(const float *values, uint8_t *block);
};

extern const struct mlm_blocks_spec mlm_blocks_specs[MLM_BLOCKS_COUNT];

static inline uint64_t mlm_blocks_bytes(enum mlm_blocks format, uint64_t values)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format];
    return values / spec->block_values * spec->block_bytes;
}

/* Scale and offset of part `part` of a q4_k block, from its 12 bytes. */
static inline void mlm_q4_k_part(const uint8_t packed[12], size_t part, uint8_t *ret_s, uint8_t *ret_o)
{
    if (part < 4) {
        *ret_s = packed[part] & 63;
        *ret_o = packed[part + 4] & 63;
    } else {
        *ret_s = (uint8_t)((packed[part + 4] & 15) | packed[part - 4] >> 6 << 4);
        *ret_o = (uint8_t)(packed[part + 4] >> 4 | packed[part] >> 6 << 4);
    }
}
