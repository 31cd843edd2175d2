/* The passes of a training step that are not products. Each works on one block of rows while it is in the
 * cache, and the optimizers on one layer's parameters.
 *
 * Matrices are row-major, rows × width. Sums over rows go into float, as the products' do. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* values[r][j] += bias[j], then ReLU. */
void batch_bias_relu(float *values, size_t rows, size_t width, const float *bias);
void batch_bias(float *values, size_t rows, size_t width, const float *bias);

/* delta[r][j] = 0 where the ReLU was closed (activation <= 0), and the bias's gradient += its column sums. */
void batch_relu_backward(
    float *delta, const float *activation, size_t rows, size_t width, float *bias_gradient);

/* Softmax cross-entropy of one sample, whose class is `label`; returns the loss and overwrites the logits by
 * its derivative. */
double batch_softmax_backward(float *logits, size_t width, uint32_t label);
double batch_softmax_loss(const float *logits, size_t width, uint32_t label);

void batch_add(float *sum, const float *values, size_t count);
void batch_add_double(double *sum, const float *values, size_t count);

/* Optimizers over `count` parameters. rate 0 does all of the work and leaves the weights as they are. */
void batch_sgd(float *weights, const float *gradient, size_t count, float rate);
void batch_momentum(float *weights, const float *gradient, float *velocity, size_t count, float rate);
/* `step` counts from 1 (Kingma and Ba 2015, algorithm 1). */
void batch_adam(float *weights, const float *gradient, float *first, float *second, size_t count, float rate,
    uint64_t step);
