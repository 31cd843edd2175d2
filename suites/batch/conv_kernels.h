/* Convolutions of 3 × 3 over planes of 64 × 64, with a border of zeros, for the workload batch/conv.
 *
 *   plane     64 rows of 64 floats
 *   padded    66 rows of 66 floats: a plane with its border
 *   columns   nine planes for each plane of the input, each moved by one tap of the kernel (im2col); so a
 *             convolution becomes a product of matrices
 *   weights   nine floats for each output and input plane, [out][in][9] */
#pragma once

#include <stdint.h>

#define CONV_SIDE UINT64_C(64)
#define CONV_PLANE (CONV_SIDE * CONV_SIDE)
#define CONV_PADDED_SIDE (CONV_SIDE + 2)
#define CONV_PADDED (CONV_PADDED_SIDE * CONV_PADDED_SIDE)
#define CONV_TAPS UINT64_C(9)
#define CONV_CHANNELS UINT64_C(16)

/* Copies planes into padded ones, whose borders are zero already. */
void conv_pad(const float *planes, uint64_t count, float *padded);

/* Computes CONV_CHANNELS or fewer planes, a multiple of four. */
void conv_direct(const float *padded, uint64_t in, const float *weights, uint64_t out, float *planes);

/* Adds to the gradient of the weights. */
void conv_direct_weights(
    const float *padded, uint64_t in, const float *deltas, uint64_t out, float *gradient);

/* im2col: makes the columns of one image. */
void conv_lower(const float *planes, uint64_t count, float *columns);

/* Its reverse: each plane becomes the sum of what its nine columns say. */
void conv_raise(const float *columns, uint64_t count, float *planes);
