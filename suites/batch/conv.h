/* The workload batch/conv: images of 3 × 64 × 64 through layers of 3 × 3 convolutions with 16 planes, forward
 * and backward.
 *
 *   layer l        1…L; ReLU behind each but the last one
 *   activation l   16 planes for each image; activation 0 is the image
 *   class scores   the mean of each plane of activation L
 *
 * The work is the same for every batch size: CONV_IMAGES images go through frozen weights once, and the
 * gradients are added up. Weights come in pairs of opposite sign, as those of the perceptron
 * (data/perceptron.c), so that a ReLU that flips by rounding changes little. */
#pragma once

#include <stdint.h>

#include "batch/conv_kernels.h"
#include "data/blas.h"
#include "workload.h"

#define CONV_IMAGES UINT64_C(256)

enum conv_method {
    CONV_DIRECT,
    CONV_IM2COL,       /* the columns of the whole batch at once */
    CONV_IM2COL_IMAGE, /* those of one image after the other */
};

struct conv_config {
    struct mlm_job job;
    uint64_t batch;
    uint32_t method; /* enum conv_method */
    uint64_t layers; /* derived */
};

struct conv_state {
    struct conv_config config;
    struct mlm_blas blas;
    float *weights, *gradient; /* of each layer the weights, and a bias for each plane */
    float *activations;
    float *deltas;  /* two, used in turn */
    float *columns; /* im2col */
    float *padded;  /* direct: one image */
    double loss;    /* summed over all images */
    uint64_t input_key, label_key;
};

/* Computes `count` images from `first` on. */
void conv_batch(struct conv_state *state, uint64_t first, uint64_t count, struct mlm_scoreboard *sb);

/* Index of the first weight of layer `layer`; layers + 1: how many there are. */
uint64_t conv_weights_at(uint64_t layer);

extern const struct mlm_workload batch_conv;
