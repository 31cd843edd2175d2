/* The passes of a training step that are not products. Each works on one block of rows while it is in the
 * cache; the optimizers work on one layer's parameters.
 *
 * Matrices are row-major, rows × width. Sums over rows are kept in float, as in the products. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Kernels that gain from vectors wider than the compiler's baseline: compiled for several instruction
 * sets. */
struct mlm_layer_kernels {
    /* values[r][j] += bias[j]; bias_relu also applies the ReLU. */
    void (*bias)(float *values, size_t rows, size_t width, const float *bias);
    void (*bias_relu)(float *values, size_t rows, size_t width, const float *bias);

    /* delta[r][j] = 0 where the ReLU was closed (activation <= 0); adds the column sums of delta to the
     * bias's gradient. */
    void (*relu_backward)(
        float *delta, const float *activation, size_t rows, size_t width, float *bias_gradient);

    /* Optimizers over `count` parameters. With rate 0 they do all of the work and leave the weights
     * unchanged. */
    void (*sgd)(float *weights, const float *gradient, size_t count, float rate);
    void (*momentum)(float *weights, const float *gradient, float *velocity, size_t count, float rate);
    /* `step` counts from 1 (Kingma and Ba 2015, algorithm 1). */
    void (*adam)(float *weights, const float *gradient, float *first, float *second, size_t count, float rate,
        uint64_t step);
};

/* Returns the fastest kernels that this machine can run. */
const struct mlm_layer_kernels *mlm_layer_kernels_best(void);

/* Softmax cross-entropy of one sample, whose class is `label`. Both return the loss; backward also overwrites
 * the logits by the derivative. */
double mlm_softmax_backward(float *logits, size_t width, uint32_t label);
double mlm_softmax_loss(const float *logits, size_t width, uint32_t label);
