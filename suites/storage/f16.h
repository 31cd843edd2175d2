/* IEEE 754 half precision, held as uint16_t: arithmetic that any compiler and any machine has. Decoding is
 * free of branches; dense_kernels.c does the same steps on vectors. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A half's exponent and mantissa, moved to where a float has them, are a float 2^112 times too small: true of
 * subnormal halves as well, which no case of their own is needed for. */
#define MLM_F16_SCALE 0x1p112f
#define MLM_F16_SHIFT 13
#define MLM_F16_SPECIAL                                                                                      \
    UINT32_C(0x0f800000) /* infinity's exponent after the move; from here on inf and NaN */
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

/* False, with *ret_half untouched, where the value is not exact in half precision. */
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
