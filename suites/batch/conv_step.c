/* Forward and backward passes of batch/conv, each layer directly or by im2col. */
#include <math.h>
#include <string.h>

#include "batch/conv.h"
#include "data/layer_kernels.h"
#include "data/random.h"

#define OUT CONV_CHANNELS

static uint64_t planes_in(uint64_t layer)
{
    return layer == 1 ? 3 : CONV_CHANNELS;
}

/* The first layer has fewer weights than the others. */
uint64_t conv_weights_at(uint64_t layer)
{
    uint64_t first = OUT * (3 * CONV_TAPS + 1), each = OUT * (CONV_CHANNELS * CONV_TAPS + 1);
    return layer <= 1 ? 0 : first + (layer - 2) * each;
}

/* Activation `layer` of one image of the batch. */
static float *activation(const struct conv_state *state, uint64_t layer, uint64_t image)
{
    uint64_t batch = state->config.batch;
    if (layer == 0)
        return state->activations + image * 3 * CONV_PLANE;
    return state->activations + (batch * 3 + (batch * (layer - 1) + image) * CONV_CHANNELS) * CONV_PLANE;
}

/* Delta `layer`: the loss's derivative by activation `layer`, before the ReLU. */
static float *delta(const struct conv_state *state, uint64_t layer, uint64_t image)
{
    return state->deltas + ((layer % 2) * state->config.batch + image) * CONV_CHANNELS * CONV_PLANE;
}

static const float *weights(const struct conv_state *state, uint64_t layer)
{
    return state->weights + conv_weights_at(layer);
}

static float *gradient(const struct conv_state *state, uint64_t layer)
{
    return state->gradient + conv_weights_at(layer);
}

static uint64_t bias_at(uint64_t layer)
{
    return OUT * planes_in(layer) * CONV_TAPS;
}

/* The columns of an image: the place of the whole batch, or the only one. */
static float *columns(const struct conv_state *state, uint64_t image)
{
    uint64_t place = state->config.method == CONV_IM2COL ? image : 0;
    return state->columns + place * CONV_CHANNELS * CONV_TAPS * CONV_PLANE;
}

/* ---- The products of one image ---- */

static void forward_product(const struct conv_state *state, uint64_t layer, uint64_t image)
{
    float *out = activation(state, layer, image);
    uint64_t in = planes_in(layer);
    if (state->config.method == CONV_DIRECT) {
        conv_pad(activation(state, layer - 1, image), in, state->padded);
        conv_direct(state->padded, in, weights(state, layer), OUT, out);
        return;
    }
    state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, OUT, CONV_PLANE, (int)(in * CONV_TAPS), 1,
        weights(state, layer), (int)(in * CONV_TAPS), columns(state, image), CONV_PLANE, 0, out, CONV_PLANE);
}

/* The convolution that goes back has the planes in each other's place and the taps in reverse order. */
static void delta_direct(const struct conv_state *state, uint64_t layer, uint64_t image)
{
    float turned[CONV_CHANNELS * CONV_CHANNELS * CONV_TAPS];
    const float *from = weights(state, layer);
    for (uint64_t o = 0; o < OUT; o++)
        for (uint64_t i = 0; i < CONV_CHANNELS; i++)
            for (uint64_t tap = 0; tap < CONV_TAPS; tap++)
                turned[(i * OUT + o) * CONV_TAPS + CONV_TAPS - 1 - tap] =
                    from[(o * CONV_CHANNELS + i) * CONV_TAPS + tap];
    conv_pad(delta(state, layer, image), OUT, state->padded);
    conv_direct(state->padded, OUT, turned, CONV_CHANNELS, delta(state, layer - 1, image));
}

/* The gradient of the weights, and delta `layer - 1` before the derivative of its ReLU. */
static void backward_products(const struct conv_state *state, uint64_t layer, uint64_t image)
{
    const float *deltas = delta(state, layer, image);
    uint64_t in = planes_in(layer);
    int depth = (int)(in * CONV_TAPS);
    if (state->config.method == CONV_DIRECT) {
        conv_pad(activation(state, layer - 1, image), in, state->padded);
        conv_direct_weights(state->padded, in, deltas, OUT, gradient(state, layer));
        if (layer > 1)
            delta_direct(state, layer, image);
        return;
    }
    float *moved = columns(state, image);
    state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, OUT, depth, CONV_PLANE, 1, deltas, CONV_PLANE,
        moved, CONV_PLANE, 1, gradient(state, layer), depth);
    if (layer == 1)
        return;
    state->blas.sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, depth, CONV_PLANE, OUT, 1,
        weights(state, layer), depth, deltas, CONV_PLANE, 0, moved, CONV_PLANE);
    conv_raise(moved, in, delta(state, layer - 1, image));
}

/* ---- A layer ---- */

static void bias_add(float *planes, const float *bias, bool relu)
{
    for (uint64_t o = 0; o < OUT; o++, planes += CONV_PLANE)
#pragma omp simd
        for (uint64_t i = 0; i < CONV_PLANE; i++) {
            float x = planes[i] + bias[o];
            planes[i] = x > 0 || !relu ? x : 0;
        }
}

/* The derivative of the ReLU, and the gradient of the biases. */
static void relu_backward(float *deltas, const float *activations, float *bias_gradient)
{
    for (uint64_t o = 0; o < OUT; o++, deltas += CONV_PLANE, activations += CONV_PLANE) {
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (uint64_t i = 0; i < CONV_PLANE; i++) {
            float x = activations[i] > 0 ? deltas[i] : 0;
            deltas[i] = x;
            sum += x;
        }
        bias_gradient[o] += sum;
    }
}

/* Images whose columns are made before the first of them is multiplied. */
static uint64_t group_of(const struct conv_state *state, uint64_t count)
{
    return state->config.method == CONV_IM2COL ? count : 1;
}

static void columns_make(const struct conv_state *state, uint64_t layer, uint64_t from, uint64_t to)
{
    for (uint64_t image = from; state->columns && image < to; image++)
        conv_lower(activation(state, layer - 1, image), planes_in(layer), columns(state, image));
}

static void forward(const struct conv_state *state, uint64_t layer, uint64_t count)
{
    uint64_t group = group_of(state, count);
    for (uint64_t from = 0; from < count; from += group) {
        columns_make(state, layer, from, from + group);
        for (uint64_t image = from; image < from + group; image++) {
            forward_product(state, layer, image);
            bias_add(activation(state, layer, image), weights(state, layer) + bias_at(layer),
                layer < state->config.layers);
        }
    }
}

static void backward(const struct conv_state *state, uint64_t layer, uint64_t count)
{
    uint64_t group = group_of(state, count);
    for (uint64_t from = 0; from < count; from += group) {
        columns_make(state, layer, from, from + group);
        for (uint64_t image = from; image < from + group; image++) {
            backward_products(state, layer, image);
            if (layer > 1)
                relu_backward(delta(state, layer - 1, image), activation(state, layer - 1, image),
                    gradient(state, layer - 1) + bias_at(layer - 1));
        }
    }
}

/* Softmax cross-entropy over the means of the planes. */
static void loss(struct conv_state *state, uint64_t first, uint64_t count)
{
    uint64_t last = state->config.layers;
    float *bias_gradient = gradient(state, last) + bias_at(last);
    for (uint64_t image = 0; image < count; image++) {
        const float *planes = activation(state, last, image);
        float *deltas = delta(state, last, image), scores[OUT];
        for (uint64_t o = 0; o < OUT; o++) {
            double sum = 0;
            for (uint64_t i = 0; i < CONV_PLANE; i++)
                sum += (double)planes[o * CONV_PLANE + i];
            scores[o] = (float)(sum / (double)CONV_PLANE);
        }
        state->loss +=
            mlm_softmax_backward(scores, OUT, mlm_random_below(state->label_key, first + image, OUT));
        for (uint64_t o = 0; o < OUT; o++) {
            bias_gradient[o] += scores[o];
            for (uint64_t i = 0; i < CONV_PLANE; i++)
                deltas[o * CONV_PLANE + i] = scores[o] / (float)CONV_PLANE;
        }
    }
}

void conv_batch(struct conv_state *state, uint64_t first, uint64_t count, struct mlm_scoreboard *sb)
{
    mlm_random_fill_floats(
        state->input_key, first * 3 * CONV_PLANE, activation(state, 0, 0), count * 3 * CONV_PLANE);
    for (uint64_t layer = 1; layer <= state->config.layers; layer++) {
        forward(state, layer, count);
        mlm_progress_add(sb, count);
    }
    loss(state, first, count);
    for (uint64_t layer = state->config.layers; layer >= 1; layer--) {
        backward(state, layer, count);
        mlm_progress_add(sb, 2 * count);
    }
}
