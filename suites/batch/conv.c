/* The descriptor, memory and answer of batch/conv. --data is the predicted peak of direct convolution at the
 * largest batch; the number of layers follows. */
#include "batch/conv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "data/memory.h"
#include "data/random.h"

enum stream { STREAM_WEIGHTS = 0x636e76, STREAM_INPUTS, STREAM_LABELS, STREAM_SIGNS };

#define LAYERS_MIN 2u
#define LAYERS_MAX (UINT64_C(1) << 16)

/* As in the rest of the suite (batch.c). */
#define TOLERANCE 2e-3

static const char *const method_words[] = {
    [CONV_DIRECT] = "direct", [CONV_IM2COL] = "im2col", [CONV_IM2COL_IMAGE] = "im2col_image", NULL};

/* ---- Theory ---- */

static uint64_t weights_bytes(const struct conv_config *config)
{
    return conv_weights_at(config->layers + 1) * sizeof(float);
}

static uint64_t activations_bytes(const struct conv_config *config)
{
    return config->batch * (3 + config->layers * CONV_CHANNELS) * CONV_PLANE * sizeof(float);
}

static uint64_t deltas_bytes(const struct conv_config *config)
{
    return 2 * config->batch * CONV_CHANNELS * CONV_PLANE * sizeof(float);
}

/* Nine times an activation, of the batch or of one image. */
static uint64_t columns_bytes(const struct conv_config *config)
{
    uint64_t images = config->method == CONV_DIRECT ? 0 : config->method == CONV_IM2COL ? config->batch : 1;
    return images * CONV_CHANNELS * CONV_TAPS * CONV_PLANE * sizeof(float);
}

static uint64_t padded_bytes(const struct conv_config *config)
{
    return config->method == CONV_DIRECT ? CONV_CHANNELS * CONV_PADDED * sizeof(float) : 0;
}

static uint64_t conv_core(const void *p)
{
    const struct conv_config *config = p;
    return 2 * weights_bytes(config) + activations_bytes(config);
}

static uint64_t conv_peak(const void *p)
{
    const struct conv_config *config = p;
    uint64_t held = conv_core(p) + deltas_bytes(config) + columns_bytes(config) + padded_bytes(config);
    uint64_t blas = mlm_blas_bytes(config->job.threads, CONV_PLANE, CONV_PLANE, CONV_CHANNELS);
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held) +
           (config->method == CONV_DIRECT ? 0 : blas);
}

static uint64_t scaled_peak(uint64_t layers)
{
    /* One thread and pages of 4 KiB, so that all machines do the same work. */
    const struct conv_config config = {.job = {.threads = 1, .page_bytes = 4096},
        .batch = CONV_IMAGES,
        .method = CONV_DIRECT,
        .layers = layers};
    return conv_peak(&config);
}

static int conv_derive(void *p, struct mlm_error *error)
{
    (void)error;
    struct conv_config *config = p;
    uint64_t least = scaled_peak(LAYERS_MIN), each = scaled_peak(LAYERS_MIN + 1) - least;
    uint64_t more = config->job.data_bytes > least ? (config->job.data_bytes - least) / each : 0;
    config->layers = LAYERS_MIN + more < LAYERS_MAX ? LAYERS_MIN + more : LAYERS_MAX;
    return 0;
}

/* Assumes 20 GFlop/s. */
static uint64_t conv_rough(const void *p)
{
    const struct conv_config *config = p;
    uint64_t layer = 6 * CONV_CHANNELS * CONV_CHANNELS * CONV_TAPS * CONV_PLANE;
    return conv_core(p) / 3 + CONV_IMAGES * config->layers * layer / 20;
}

/* ---- The job ---- */

static void conv_destroy(void *p)
{
    struct conv_state *state = p;
    if (!state)
        return;
    mlm_unmap(state->weights, weights_bytes(&state->config));
    mlm_unmap(state->gradient, weights_bytes(&state->config));
    mlm_unmap(state->activations, activations_bytes(&state->config));
    mlm_unmap(state->deltas, deltas_bytes(&state->config));
    mlm_unmap(state->columns, columns_bytes(&state->config));
    mlm_unmap(state->padded, padded_bytes(&state->config));
    free(state);
}

/* The weights of one layer; the biases stay 0. Outputs and inputs j and j + half have opposite signs, so that
 * the layer passes on relu(x) - relu(-x) = x, convolved with random weights that keep its size. */
static void layer_fill(uint64_t key, uint64_t in, bool paired, float *weights)
{
    uint64_t in_half = paired ? in / 2 : in, out_half = CONV_CHANNELS / 2;
    float size = (float)sqrt(3.0 / (double)(in_half * CONV_TAPS));
    for (uint64_t o = 0; o < CONV_CHANNELS; o++)
        for (uint64_t i = 0; i < in; i++)
            for (uint64_t tap = 0; tap < CONV_TAPS; tap++) {
                float value;
                mlm_random_fill_floats(
                    key, ((o % out_half) * in_half + i % in_half) * CONV_TAPS + tap, &value, 1);
                bool negative = (o >= out_half) != (i >= in_half);
                *weights++ = negative ? -size * value : size * value;
            }
}

static int state_open(struct conv_state *state, struct mlm_scoreboard *sb)
{
    const struct conv_config *config = &state->config;
    if (config->method != CONV_DIRECT) {
        int r = mlm_blas_open(config->job.threads, &state->blas, sb);
        if (r < 0)
            return r;
    }
    state->weights = mlm_map(weights_bytes(config), "weights", sb);
    state->gradient = mlm_map(weights_bytes(config), "the gradient", sb);
    state->activations = mlm_map(activations_bytes(config), "activations", sb);
    state->deltas = mlm_map(deltas_bytes(config), "deltas", sb);
    if (!state->weights || !state->gradient || !state->activations || !state->deltas)
        return -ENOMEM;
    if (columns_bytes(config) && !(state->columns = mlm_map(columns_bytes(config), "columns", sb)))
        return -ENOMEM;
    if (padded_bytes(config) && !(state->padded = mlm_map(padded_bytes(config), "a padded image", sb)))
        return -ENOMEM;
    return 0;
}

static int conv_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct conv_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct conv_config *)config;
    int r = state_open(state, sb);
    if (r < 0) {
        conv_destroy(state);
        return r;
    }
    uint64_t seed = state->config.job.seed, sum = 1;
    state->input_key = mlm_random_key(seed, STREAM_INPUTS);
    state->label_key = mlm_random_key(seed, STREAM_LABELS);
    for (uint64_t layer = 1; layer <= state->config.layers; layer++) {
        float *weights = state->weights + conv_weights_at(layer);
        uint64_t key = mlm_random_key(seed, STREAM_WEIGHTS + (layer << 32));
        layer_fill(key, layer == 1 ? 3 : CONV_CHANNELS, layer > 1, weights);
        sum = mlm_mix64(sum + key) + (uint64_t)(weights[0] * 0x1p24f + 0x1p28f);
    }
    sb->data_checksum = sum;
    *ret_state = state;
    return 0;
}

static int conv_run(void *p, struct mlm_scoreboard *sb)
{
    struct conv_state *state = p;
    uint64_t batch = state->config.batch;
    mlm_progress_begin(sb, 3 * CONV_IMAGES * state->config.layers);
    for (uint64_t first = 0; first < CONV_IMAGES; first += batch) {
        uint64_t count = CONV_IMAGES - first < batch ? CONV_IMAGES - first : batch;
        conv_batch(state, first, count, sb);
        sb->items += count;
    }
    return 0;
}

/* The mean loss; the geometric mean of the norms of the layers' gradients; and two projections of the
 * gradient by random signs, with each layer scaled to norm 1. */
static int conv_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct conv_state *state = p;
    uint64_t layers = state->config.layers;
    double logarithms = 0, projections[2] = {0};
    for (uint64_t layer = 1; layer <= layers; layer++) {
        const float *gradient = state->gradient + conv_weights_at(layer);
        uint64_t count = conv_weights_at(layer + 1) - conv_weights_at(layer);
        double squares = 0, sums[2] = {0};
        for (uint64_t i = 0; i < count; i++) {
            double value = (double)gradient[i];
            squares += value * value;
            for (uint64_t k = 0; k < 2; k++)
                sums[k] +=
                    mlm_random_u64(mlm_random_key(layer, STREAM_SIGNS), 2 * i + k) >> 63 ? value : -value;
        }
        logarithms += log(squares) / 2;
        for (unsigned k = 0; k < 2; k++)
            projections[k] += sums[k] / sqrt(squares);
    }
    mlm_answer_add(sb, state->loss / (double)CONV_IMAGES);
    mlm_answer_add(sb, exp(logarithms / (double)layers));
    for (unsigned k = 0; k < 2; k++)
        mlm_answer_add(sb, projections[k] + 4 * sqrt((double)layers));
    return 0;
}

static const struct mlm_param conv_params[] = {
    {.name = "batch",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct conv_config, batch),
        .help = "images a step",
        .sweep = "64,1,16,256",
        .minimum = 1,
        .maximum = CONV_IMAGES},
    {.name = "method",
        .type = MLM_PARAM_WORD,
        .offset = offsetof(struct conv_config, method),
        .words = method_words,
        .help =
            "direct; or by im2col, which copies each value nine times: for the whole batch at once, or for "
            "one image after the other",
        .sweep = "direct,im2col,im2col_image"},
    {.name = NULL},
};

const struct mlm_workload batch_conv = {.name = "conv",
    .summary = "images through convolutions, forward and backward, a batch a step",
    .params = conv_params,
    .config_size = sizeof(struct conv_config),
    .work = "conv",
    .answer_tolerance = TOLERANCE,
    .library = MLM_BLAS_LIBRARY,
    .library_package = MLM_BLAS_PACKAGE,
    .max_threads = 1,
    .derive = conv_derive,
    .core_bytes = conv_core,
    .peak_bytes = conv_peak,
    .rough_ns = conv_rough,
    .prepare = conv_prepare,
    .run = conv_run,
    .verify = conv_verify,
    .destroy = conv_destroy};
