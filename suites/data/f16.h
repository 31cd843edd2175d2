/* IEEE 754 half precision, held as uint16_t, with arithmetic that every compiler and machine has. Decoding
 * has no branches; dense_products.c does the same steps on vectors. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The exponent and mantissa of a half, moved to the place where a float has them, give a float that is 2^112
 * times too small. This is also true of subnormal halves, which therefore need no special case. */
#define MLM_F16_SCALE 0x1p112f
#define MLM_F16_SHIFT 13
#define MLM_F16_SPECIAL                                                                                      \
    UINT32_C(0x0f800000) /* exponent of infinity after the move; infinity and NaN are not below it */
#define MLM_F32_SPECIAL UINT32_C(0x7f800000)
#define MLM_F16_MAX 65504.0f

static inline float mlm_f16_decode(uint16_t half)
{
    uint32_t moved = (half & UINT32_C(0x7fff)) << MLM_F16_SHIFT;
    float value;
    memcpy(&value, &moved, sizeof value);
    value *= MLM_F16_SCALE;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits |= (0 - (uint32_t)(moved >= MLM_F16_SPECIAL)) & MLM_F32_SPECIAL;
    bits |= (half & UINT32_C(0x8000)) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Returns false and leaves *ret_half unchanged where the value is not exact in half precision. */
static inline bool mlm_f16_encode(float value, uint16_t *ret_half)
{
    if (!(fabsf(value) <= MLM_F16_MAX))
        return false;
    float small = fabsf(value) / MLM_F16_SCALE;
    uint32_t bits;
    memcpy(&bits, &small, sizeof bits);
    uint16_t half = (uint16_t)(bits >> MLM_F16_SHIFT | (signbit(value) ? 0x8000u : 0));
    if (mlm_f16_decode(half) != value)
        return false;
    *ret_half = half;
    return true;
}
