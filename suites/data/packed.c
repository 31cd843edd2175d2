#include "data/packed.h"

#include <math.h>
#include <string.h>

#include "data/f16.h"
#include "data/random.h"

/* 16 codes are drawn from one random number and all factors from another one. */
#define CODES_OF_DRAW 16u
#define CODE_MOST 7
#define DRAWS (MLM_GROUP / CODES_OF_DRAW + 1)

/* Codes have no preferred sign, because a common offset of all weights would drown the rest of a sum over
 * thousands of them. */
void mlm_exact_group_draw(uint64_t key, uint64_t index, float unit, struct mlm_exact_group *ret_group)
{
    uint64_t first = index * DRAWS;
    uint8_t drawn[MLM_GROUP];
    ret_group->unit = unit;
    for (size_t d = 0; d < DRAWS - 1; d++) {
        uint64_t draw = mlm_random_u64(key, first + d);
#pragma GCC unroll 16
        for (size_t i = 0; i < CODES_OF_DRAW; i++)
            drawn[d * CODES_OF_DRAW + i] = draw >> 4 * i & 15;
    }
#pragma omp simd
    for (size_t i = 0; i < MLM_GROUP; i++)
        ret_group->codes[i] = (int8_t)(drawn[i] ? drawn[i] - 8 : 0);
    uint64_t draw = mlm_random_u64(key, first + DRAWS - 1);
    for (size_t part = 0; part < MLM_PARTS; part++)
        ret_group->factors[part] = (uint8_t)(4 + (draw >> 2 * part & 3));
}

static void put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* The nearest half, ties to even; the largest one for anything larger. */
static uint16_t half_nearest(float value)
{
    const float step_of_half = 0.5f; /* whose last bit is that of the smallest halves, 2^-24 */
    float size = fminf(fabsf(value), MLM_F16_MAX);
    float small = size + step_of_half;
    uint32_t bits, small_bits, base_bits;
    memcpy(&bits, &size, sizeof bits);
    memcpy(&small_bits, &small, sizeof small_bits);
    memcpy(&base_bits, &step_of_half, sizeof base_bits);
    /* Of 23 bits of the mantissa 10 stay; the exponent begins at -14 instead of -126. */
    uint32_t normal = (bits + 0xfff + (bits >> MLM_F16_SHIFT & 1)) >> MLM_F16_SHIFT;
    uint32_t half = size < 0x1p-14f ? small_bits - base_bits : normal - (112u << 10);
    return (uint16_t)(half | (signbit(value) ? 0x8000u : 0));
}

static void put_half(uint8_t *at, float value)
{
    put_u16(at, half_nearest(value));
}

static float get_half(const uint8_t *at)
{
    return mlm_f16_decode(get_u16(at));
}

static void f32_encode(const struct mlm_exact_group *group, uint8_t *blocks)
{
    for (size_t part = 0; part < MLM_PARTS; part++, blocks += MLM_PART * sizeof(float)) {
        const int8_t *codes = group->codes + part * MLM_PART;
        float step = group->unit * (float)group->factors[part], values[MLM_PART];
#pragma omp simd
        for (size_t i = 0; i < MLM_PART; i++)
            values[i] = step * (float)codes[i];
        memcpy(blocks, values, sizeof values);
    }
}

static void f32_decode(const uint8_t *block, float *values)
{
    memcpy(values, block, MLM_PART * sizeof *values);
}

static void f16_encode(const struct mlm_exact_group *group, uint8_t *blocks)
{
    for (size_t part = 0; part < MLM_PARTS; part++, blocks += 2 * MLM_PART) {
        uint16_t halves[2 * CODE_MOST + 1]; /* one for each code */
        for (int code = -CODE_MOST; code <= CODE_MOST; code++)
            (void)mlm_f16_encode(
                group->unit * (float)(group->factors[part] * code), &halves[code + CODE_MOST]);
        for (size_t i = 0; i < MLM_PART; i++)
            put_u16(blocks + 2 * i, halves[group->codes[part * MLM_PART + i] + CODE_MOST]);
    }
}

static void f16_decode(const uint8_t *block, float *values)
{
    for (size_t i = 0; i < MLM_PART; i++)
        values[i] = get_half(block + 2 * i);
}

static void f16_round(const float *values, uint8_t *block)
{
    for (size_t i = 0; i < MLM_PART; i++)
        put_half(block + 2 * i, values[i]);
}

static void q8_0_encode(const struct mlm_exact_group *group, uint8_t *blocks)
{
    for (size_t part = 0; part < MLM_PARTS; part++, blocks += 2 + MLM_PART) {
        put_half(blocks, group->unit * (float)group->factors[part]);
        memcpy(blocks + 2, group->codes + part * MLM_PART, MLM_PART);
    }
}

static void q8_0_decode(const uint8_t *block, float *values)
{
    float d = get_half(block);
    const int8_t *q = (const int8_t *)(block + 2);
    for (size_t i = 0; i < MLM_PART; i++)
        values[i] = d * (float)q[i];
}

/* The value that is farthest from 0. */
static float farthest(const float *values)
{
    float most = 0;
    for (size_t i = 0; i < MLM_PART; i++)
        if (fabsf(values[i]) > fabsf(most))
            most = values[i];
    return most;
}

/* The nearest whole number of steps, within low…high. */
static int steps(float value, float step, int low, int high)
{
    float whole = step != 0 ? nearbyintf(value / step) : 0;
    return (int)fminf(fmaxf(whole, (float)low), (float)high);
}

static void q8_0_round(const float *values, uint8_t *block)
{
    put_half(block, fabsf(farthest(values)) / 127);
    float d = get_half(block);
    for (size_t i = 0; i < MLM_PART; i++)
        block[2 + i] = (uint8_t)(int8_t)steps(values[i], d, -127, 127);
}

static void q4_0_encode(const struct mlm_exact_group *group, uint8_t *blocks)
{
    for (size_t part = 0; part < MLM_PARTS; part++, blocks += 2 + MLM_PART / 2) {
        const int8_t *codes = group->codes + part * MLM_PART;
        put_half(blocks, group->unit * (float)group->factors[part]);
        for (size_t i = 0; i < MLM_PART / 2; i++)
            blocks[2 + i] = (uint8_t)((codes[i] + 8) | (codes[i + MLM_PART / 2] + 8) << 4);
    }
}

static void q4_0_decode(const uint8_t *block, float *values)
{
    float d = get_half(block);
    for (size_t i = 0; i < MLM_PART / 2; i++) {
        values[i] = d * (float)((block[2 + i] & 15) - 8);
        values[i + MLM_PART / 2] = d * (float)((block[2 + i] >> 4) - 8);
    }
}

/* There are eight steps below 0 and seven above, so the farthest value becomes -8 steps, with a negative d if
 * it is positive. */
static void q4_0_round(const float *values, uint8_t *block)
{
    put_half(block, farthest(values) / -8);
    float d = get_half(block);
    for (size_t i = 0; i < MLM_PART / 2; i++)
        block[2 + i] = (uint8_t)((steps(values[i], d, -8, 7) + 8) |
                                 (steps(values[i + MLM_PART / 2], d, -8, 7) + 8) << 4);
}

static void q4_k_encode(const struct mlm_exact_group *group, uint8_t *blocks)
{
    uint8_t *packed = blocks + 4, *bytes = blocks + 16;
    put_half(blocks, group->unit);
    put_half(blocks + 2, group->unit);
    memset(packed, 0, 12);
    for (size_t part = 0; part < MLM_PARTS; part++) {
        unsigned s = group->factors[part], o = 8 * s;
        if (part < 4) {
            packed[part] |= (uint8_t)s;
            packed[part + 4] |= (uint8_t)o;
        } else {
            packed[part + 4] = (uint8_t)((s & 15) | (o & 15) << 4);
            packed[part - 4] |= (uint8_t)(s >> 4 << 6);
            packed[part] |= (uint8_t)(o >> 4 << 6);
        }
        const int8_t *codes = group->codes + part * MLM_PART;
        for (size_t i = 0; i < MLM_PART; i++) {
            uint8_t *at = bytes + part / 2 * MLM_PART + i;
            unsigned q = (unsigned)(codes[i] + 8);
            *at = (uint8_t)(part % 2 ? *at | q << 4 : q);
        }
    }
}

static void q4_k_decode(const uint8_t *block, float *values)
{
    float d = get_half(block), m = get_half(block + 2);
    for (size_t part = 0; part < MLM_PARTS; part++) {
        uint8_t s, o;
        mlm_q4_k_part(block + 4, part, &s, &o);
        const uint8_t *bytes = block + 16 + part / 2 * MLM_PART;
        for (size_t i = 0; i < MLM_PART; i++) {
            unsigned q = part % 2 ? bytes[i] >> 4 : bytes[i] & 15;
            values[part * MLM_PART + i] = d * (float)(s * q) - m * (float)o;
        }
    }
}

const struct mlm_blocks_spec mlm_blocks_specs[MLM_BLOCKS_COUNT] = {
    [MLM_BLOCKS_F32] = {"f32", MLM_PART, 4 * MLM_PART, f32_encode, f32_decode, NULL},
    [MLM_BLOCKS_F16] = {"f16", MLM_PART, MLM_F16_BYTES, f16_encode, f16_decode, f16_round},
    [MLM_BLOCKS_Q8_0] = {"q8_0", MLM_PART, MLM_Q8_0_BYTES, q8_0_encode, q8_0_decode, q8_0_round},
    [MLM_BLOCKS_Q4_0] = {"q4_0", MLM_PART, MLM_Q4_0_BYTES, q4_0_encode, q4_0_decode, q4_0_round},
    [MLM_BLOCKS_Q4_K] = {"q4_k", MLM_GROUP, MLM_Q4_K_BYTES, q4_k_encode, q4_k_decode, NULL},
};
