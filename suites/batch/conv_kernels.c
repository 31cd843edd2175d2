/* The kernels of conv_kernels.h, in C and compiled once more for AVX2. */
#include "batch/conv_kernels.h"

#include <string.h>

#include "data/eight.h"

void conv_pad(const float *planes, uint64_t count, float *padded)
{
    for (uint64_t p = 0; p < count; p++, padded += CONV_PADDED)
        for (uint64_t y = 0; y < CONV_SIDE; y++, planes += CONV_SIDE)
            memcpy(padded + (y + 1) * CONV_PADDED_SIDE + 1, planes, CONV_SIDE * sizeof *planes);
}

/* ---- Direct ---- */

/* Planes that are computed together, so that they share the loads of the input. */
#define TOGETHER 4u

/* One row of four planes. */
MLM_INLINE void row_compute(
    const float *padded, uint64_t in, const float *weights, uint64_t y, float sums[TOGETHER][CONV_SIDE])
{
    memset(sums, 0, TOGETHER * sizeof *sums);
    for (uint64_t i = 0; i < in; i++)
        for (uint64_t tap = 0; tap < CONV_TAPS; tap++) {
            const float *row = padded + i * CONV_PADDED + (y + tap / 3) * CONV_PADDED_SIDE + tap % 3;
#pragma GCC unroll 4
            for (size_t k = 0; k < TOGETHER; k++) {
                float weight = weights[(k * in + i) * CONV_TAPS + tap];
#pragma omp simd
                for (size_t x = 0; x < CONV_SIDE; x++)
                    sums[k][x] += weight * row[x];
            }
        }
}

MLM_INLINE void direct(const float *padded, uint64_t in, const float *weights, uint64_t out, float *planes)
{
    for (uint64_t o = 0; o < out; o += TOGETHER)
        for (uint64_t y = 0; y < CONV_SIDE; y++) {
            float sums[TOGETHER][CONV_SIDE];
            row_compute(padded, in, weights + o * in * CONV_TAPS, y, sums);
            for (size_t k = 0; k < TOGETHER; k++)
                memcpy(planes + (o + k) * CONV_PLANE + y * CONV_SIDE, sums[k], sizeof sums[k]);
        }
}

/* Nine products of a plane of deltas with a plane of the input. */
MLM_INLINE void taps_add(const float *padded, const float *deltas, float *gradient)
{
    mlm_eight sums[CONV_TAPS] = {0};
    for (uint64_t y = 0; y < CONV_SIDE; y++)
        for (uint64_t x = 0; x < CONV_SIDE; x += 8) {
            mlm_eight delta = mlm_eight_load(deltas + y * CONV_SIDE + x);
#pragma GCC unroll 9
            for (size_t tap = 0; tap < CONV_TAPS; tap++)
                sums[tap] += delta * mlm_eight_load(padded + (y + tap / 3) * CONV_PADDED_SIDE + x + tap % 3);
        }
    for (size_t tap = 0; tap < CONV_TAPS; tap++)
        gradient[tap] += mlm_eight_sum(&sums[tap]);
}

MLM_INLINE void direct_weights(
    const float *padded, uint64_t in, const float *deltas, uint64_t out, float *gradient)
{
    for (uint64_t o = 0; o < out; o++)
        for (uint64_t i = 0; i < in; i++)
            taps_add(padded + i * CONV_PADDED, deltas + o * CONV_PLANE, gradient + (o * in + i) * CONV_TAPS);
}

#if MLM_CLONES
MLM_TARGET_AVX2 static void direct_avx2(
    const float *padded, uint64_t in, const float *weights, uint64_t out, float *planes)
{
    direct(padded, in, weights, out, planes);
}

MLM_TARGET_AVX2 static void direct_weights_avx2(
    const float *padded, uint64_t in, const float *deltas, uint64_t out, float *gradient)
{
    direct_weights(padded, in, deltas, out, gradient);
}
#endif

void conv_direct(const float *padded, uint64_t in, const float *weights, uint64_t out, float *planes)
{
#if MLM_CLONES
    if (mlm_clone_best() != MLM_CLONE_PLAIN) {
        direct_avx2(padded, in, weights, out, planes);
        return;
    }
#endif
    direct(padded, in, weights, out, planes);
}

void conv_direct_weights(const float *padded, uint64_t in, const float *deltas, uint64_t out, float *gradient)
{
#if MLM_CLONES
    if (mlm_clone_best() != MLM_CLONE_PLAIN) {
        direct_weights_avx2(padded, in, deltas, out, gradient);
        return;
    }
#endif
    direct_weights(padded, in, deltas, out, gradient);
}

/* ---- im2col ---- */

/* The row of the input that a tap wants for row `y`; NULL: it lies in the border. */
static const float *row_of(const float *plane, uint64_t y, uint64_t tap)
{
    uint64_t wanted = y + tap / 3;
    return wanted >= 1 && wanted <= CONV_SIDE ? plane + (wanted - 1) * CONV_SIDE : NULL;
}

static void row_move(const float *row, uint64_t tap, float *to)
{
    if (!row) {
        memset(to, 0, CONV_SIDE * sizeof *to);
    } else if (tap % 3 == 0) {
        to[0] = 0;
        memcpy(to + 1, row, (CONV_SIDE - 1) * sizeof *to);
    } else if (tap % 3 == 1) {
        memcpy(to, row, CONV_SIDE * sizeof *to);
    } else {
        memcpy(to, row + 1, (CONV_SIDE - 1) * sizeof *to);
        to[CONV_SIDE - 1] = 0;
    }
}

void conv_lower(const float *planes, uint64_t count, float *columns)
{
    for (uint64_t p = 0; p < count; p++, planes += CONV_PLANE)
        for (uint64_t tap = 0; tap < CONV_TAPS; tap++)
            for (uint64_t y = 0; y < CONV_SIDE; y++, columns += CONV_SIDE)
                row_move(row_of(planes, y, tap), tap, columns);
}

static void add(float *restrict to, const float *restrict from, uint64_t count)
{
#pragma omp simd
    for (uint64_t i = 0; i < count; i++)
        to[i] += from[i];
}

void conv_raise(const float *columns, uint64_t count, float *planes)
{
    memset(planes, 0, count * CONV_PLANE * sizeof *planes);
    for (uint64_t p = 0; p < count; p++, planes += CONV_PLANE)
        for (uint64_t tap = 0; tap < CONV_TAPS; tap++)
            for (uint64_t y = 0; y < CONV_SIDE; y++, columns += CONV_SIDE) {
                uint64_t row = y + tap / 3;
                if (row < 1 || row > CONV_SIDE)
                    continue;
                float *to = planes + (row - 1) * CONV_SIDE;
                if (tap % 3 == 0)
                    add(to, columns + 1, CONV_SIDE - 1);
                else if (tap % 3 == 1)
                    add(to, columns, CONV_SIDE);
                else
                    add(to + 1, columns, CONV_SIDE - 1);
            }
}
