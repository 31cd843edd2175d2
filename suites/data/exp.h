/* exp() of floats without branches or calls, so that loops of it become vectors. */
#pragma once

#include <stdint.h>
#include <string.h>

/* Relative error below 1.2e-7. Numbers beyond ±87, infinities and NaN count as ±87: 6.1e37 or 1.6e-38.
 *
 * exp(x) = 2^n · exp(r), where n = round(x / ln 2) and |r| <= ln 2 / 2; exp(r) is its Taylor series to r^7 /
 * 7!, whose rest is below 6e-9. */
static inline float mlm_exp(float x)
{
    /* Added to a float below 2^22, it leaves the rounded whole number in the low bits. */
    const float magic = 0x1.8p23f;
    /* A comparison of floats may raise an exception, so that gcc keeps it as a branch. The bits of floats
     * without their signs have the order of the floats. */
    const int32_t most = INT32_C(0x42ae0000); /* 87 */
    int32_t bits, size;
    memcpy(&bits, &x, sizeof bits);
    size = bits & INT32_MAX;
    size = size > most ? most : size;
    bits = (bits & INT32_MIN) | size;
    memcpy(&x, &bits, sizeof x);
    float shifted = x * 0x1.715476p0f + magic;
    float n = shifted - magic;
    /* ln 2 in two parts: the products of the first one with n are exact. */
    float r = x - n * 0x1.62e4p-1f;
    r -= n * 0x1.7f7d1cp-20f;
    float sum = 1.0f / 5040;
    sum = sum * r + 1.0f / 720;
    sum = sum * r + 1.0f / 120;
    sum = sum * r + 1.0f / 24;
    sum = sum * r + 1.0f / 6;
    sum = sum * r + 0.5f;
    sum = sum * r + 1;
    sum = sum * r + 1;
    uint32_t scale_bits;
    memcpy(&scale_bits, &shifted, sizeof scale_bits);
    scale_bits = (scale_bits + 127) << 23;
    float scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    return sum * scale;
}
