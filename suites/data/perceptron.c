/* The memory of the model, its first weights, and the few numbers that stand for the result. Weights are
 * chosen so that the summed gradient hardly depends on the order of additions: only so can variants be
 * compared. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/perceptron.h"
#include "data/random.h"

enum stream { STREAM_WEIGHTS = 0x626174, STREAM_INPUTS, STREAM_LABELS, STREAM_PROJECTION };

/* 256 KiB of a layer. Three blocks (an activation, the delta that comes in and the delta that goes out) fit
 * in a middling L2 cache together. Blocks of fewer rows would slow the products down. */
#define BLOCK_FLOATS 65536u
#define BLOCK_ROWS_MIN 512u

#define LAYERS_MIN 2u
#define LAYERS_MAX (1u << 20)

uint64_t mlm_perceptron_block_rows(const struct mlm_mlp_shape *shape)
{
    uint64_t rows = BLOCK_FLOATS / mlm_mlp_widest(shape);
    return rows < BLOCK_ROWS_MIN ? BLOCK_ROWS_MIN : rows;
}

/* Training keeps every activation, or as many as have a place, and two deltas; inference two activations. */
static uint64_t activations_bytes(const struct mlm_mlp_spec *spec, uint64_t rows)
{
    uint64_t widest = mlm_mlp_widest(&spec->shape), floats = 2 * widest;
    if (spec->training)
        floats = spec->keep_every > 1 ? mlm_mlp_places(spec) * widest : mlm_mlp_sample_floats(&spec->shape);
    return rows * floats * sizeof(float);
}

static uint64_t deltas_bytes(const struct mlm_mlp_spec *spec, uint64_t rows)
{
    return spec->training ? 2 * rows * mlm_mlp_widest(&spec->shape) * sizeof(float) : 0;
}

uint64_t mlm_perceptron_bytes(const struct mlm_mlp_spec *spec, uint64_t rows)
{
    return mlm_mlp_lasting_bytes(spec) + activations_bytes(spec, rows) + deltas_bytes(spec, rows) +
           mlm_mlp_code_bytes(spec) + 2 * sizeof(uint64_t) * (spec->shape.layers + 2);
}

uint64_t mlm_perceptron_peak_bytes(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job)
{
    uint64_t data = mlm_perceptron_bytes(spec, rows), widest = mlm_mlp_widest(&spec->shape);
    uint64_t block = mlm_perceptron_block_rows(&spec->shape);
    return MLM_BASELINE_BYTES + data + mlm_page_table_bytes(job, data) +
           mlm_blas_bytes(job->threads, widest, widest, rows < block ? rows : block);
}

uint32_t mlm_perceptron_layers(const struct mlm_mlp_spec *spec, uint64_t data_bytes,
    uint64_t (*peak)(const struct mlm_mlp_spec *spec, const void *context), const void *context)
{
    struct mlm_mlp_spec least = *spec, next = *spec;
    least.shape.layers = LAYERS_MIN;
    next.shape.layers = LAYERS_MIN + 1;
    uint64_t least_bytes = peak(&least, context), each = peak(&next, context) - least_bytes;
    if (data_bytes <= least_bytes)
        return LAYERS_MIN;
    uint64_t layers = LAYERS_MIN + (data_bytes - least_bytes) / each;
    return layers < LAYERS_MAX ? (uint32_t)layers : LAYERS_MAX;
}

float *mlm_perceptron_lasting(const struct mlm_perceptron *model, enum mlm_mlp_kind kind, uint32_t layer)
{
    return model->lasting[kind] + model->weights_at[layer];
}

float *mlm_perceptron_activation(const struct mlm_perceptron *model, uint32_t layer)
{
    if (model->mlp.spec.training)
        return model->activations + model->rows * model->sample_at[layer];
    return model->activations + (layer % 2) * (model->activations_bytes / sizeof(float) / 2);
}

float *mlm_perceptron_delta(const struct mlm_perceptron *model, uint32_t layer)
{
    if (layer == model->mlp.spec.shape.layers)
        return mlm_perceptron_activation(model, layer);
    return model->deltas + (layer % 2) * (model->deltas_bytes / sizeof(float) / 2);
}

/* Returns one weight of a layer from `in` to `out` units, by the looks-linear initialization of Balduzzi et
 * al. 2017. Units come in pairs of opposite sign, j and j + out/2, so that the layer passes on relu(x) -
 * relu(-x) = x, turned by an orthogonal matrix (Hadamard's, with random signs). Its scale is that of He
 * (2015), but over a thousand layers the signal neither fades nor becomes the same for all samples. A ReLU
 * that flips by rounding changes nothing in the layers below, so the summed gradient hardly depends on the
 * order of operations. */
static float looks_linear(uint64_t key, uint32_t in, uint32_t out, bool paired, uint32_t i, uint32_t j)
{
    uint32_t in_half = in / 2, out_half = out / 2;
    bool negative = j >= out_half;
    j = negative ? j - out_half : j;
    if (paired && i >= in_half) {
        negative = !negative;
        i -= in_half;
    }
    negative ^= (__builtin_popcount(i & j) & 1) ^ (mlm_random_u64(key, 2 * (uint64_t)i) >> 63) ^
                (mlm_random_u64(key, 2 * (uint64_t)j + 1) >> 63);
    double scale = 1 / sqrt(paired ? in_half : in);
    return (float)(negative ? -scale : scale);
}

static void weights_fill(const struct mlm_perceptron *model, uint64_t seed)
{
    const struct mlm_mlp_shape *shape = &model->mlp.spec.shape;
    for (uint32_t l = 1; l <= shape->layers; l++) {
        uint64_t key = mlm_random_key(seed, STREAM_WEIGHTS + ((uint64_t)l << 32));
        uint32_t in = mlm_mlp_width(shape, l - 1), out = mlm_mlp_width(shape, l);
        float *weights = mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, l);
        for (uint32_t i = 0; i < in; i++)
            for (uint32_t j = 0; j < out; j++)
                *weights++ = looks_linear(key, in, out, l > 1, i, j);
    }
}

static int model_allocate(struct mlm_perceptron *model, struct mlm_scoreboard *sb)
{
    const struct mlm_mlp_spec *spec = &model->mlp.spec;
    const struct mlm_mlp_shape *shape = &spec->shape;
    model->weights_at = calloc(shape->layers + 2, sizeof *model->weights_at);
    model->sample_at = calloc(shape->layers + 2, sizeof *model->sample_at);
    model->outputs = calloc(mlm_mlp_width(shape, shape->layers), sizeof *model->outputs);
    if (!model->weights_at || !model->sample_at || !model->outputs)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    for (uint32_t l = 0; l <= shape->layers; l++) {
        model->weights_at[l + 1] = model->weights_at[l] + (l ? mlm_mlp_layer_parameters(shape, l) : 0);
        model->sample_at[l + 1] = model->sample_at[l] + mlm_mlp_width(shape, l);
    }
    for (uint32_t l = 0; spec->keep_every > 1 && l <= shape->layers; l++)
        model->sample_at[l] = mlm_mlp_place(spec, l) * mlm_mlp_widest(shape);

    static const char *const names[] = {
        "weights", "the gradient", "the optimizer's state", "the optimizer's second state"};
    uint32_t kinds = spec->training ? 2 + mlm_mlp_state_floats(spec->optimizer) : 1;
    model->lasting_bytes = mlm_mlp_parameters(shape) * sizeof(float);
    for (uint32_t kind = 0; kind < kinds; kind++) {
        model->lasting[kind] = mlm_map(model->lasting_bytes, names[kind], sb);
        if (!model->lasting[kind])
            return -ENOMEM;
    }
    model->activations_bytes = activations_bytes(spec, model->rows);
    model->activations = mlm_map(model->activations_bytes, "activations", sb);
    if (!model->activations)
        return -ENOMEM;
    model->deltas_bytes = deltas_bytes(spec, model->rows);
    if (model->deltas_bytes && !(model->deltas = mlm_map(model->deltas_bytes, "deltas", sb)))
        return -ENOMEM;
    return 0;
}

int mlm_perceptron_open(const struct mlm_mlp_spec *spec, uint64_t rows, const struct mlm_job *job,
    struct mlm_perceptron **ret_model, struct mlm_scoreboard *sb)
{
    struct mlm_perceptron *model = calloc(1, sizeof *model);
    if (!model)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    model->rows = rows;
    model->kernels = mlm_layer_kernels_best();
    model->block_rows = mlm_perceptron_block_rows(&spec->shape);
    model->input_key = mlm_random_key(job->seed, STREAM_INPUTS);
    model->label_key = mlm_random_key(job->seed, STREAM_LABELS);
    int r = mlm_blas_open(job->threads, &model->blas, sb);
    if (r == 0 && mlm_mlp_build(spec, &model->mlp) < 0)
        r = mlm_fail(sb, -ENOMEM, "out of memory");
    if (r == 0)
        r = model_allocate(model, sb);
    if (r < 0) {
        mlm_perceptron_close(model);
        return r;
    }
    weights_fill(model, job->seed);
    *ret_model = model;
    return 0;
}

void mlm_perceptron_close(struct mlm_perceptron *model)
{
    if (!model)
        return;
    for (size_t kind = 0; kind < sizeof model->lasting / sizeof *model->lasting; kind++)
        mlm_unmap(model->lasting[kind], model->lasting_bytes);
    mlm_unmap(model->activations, model->activations_bytes);
    mlm_unmap(model->deltas, model->deltas_bytes);
    mlm_mlp_free(&model->mlp);
    free(model->weights_at);
    free(model->sample_at);
    free(model->outputs);
    free(model);
}

static uint64_t floats_checksum(uint64_t sum, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        sum = sum * UINT64_C(0x9e3779b97f4a7c15) + bits;
    }
    return sum;
}

uint64_t mlm_perceptron_checksum(const struct mlm_perceptron *model, uint64_t samples)
{
    uint64_t sum = floats_checksum(1, model->lasting[MLM_MLP_WEIGHTS], model->lasting_bytes / sizeof(float));
    float inputs[1024];
    size_t count = samples * mlm_mlp_width(&model->mlp.spec.shape, 0);
    for (size_t at = 0; at < count; at += sizeof inputs / sizeof *inputs) {
        size_t some =
            count - at < sizeof inputs / sizeof *inputs ? count - at : sizeof inputs / sizeof *inputs;
        mlm_random_fill_floats(model->input_key, at, inputs, some);
        sum = floats_checksum(sum, inputs, some);
    }
    return sum;
}

/* Reduces a vector to few numbers, none of them near 0, so that a relative tolerance has a meaning. A
 * projection by random signs is about one norm in size; four norms are added to it. */
static double signed_sum(const float *values, size_t count, uint64_t key)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += mlm_random_u64(key, i) >> 63 ? (double)values[i] : -(double)values[i];
    return sum;
}

static double norm(const float *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum);
}

/* Counts every layer alike, whatever the size of its gradient: the geometric mean of the layers' norms, and
 * projections of the gradient with each layer scaled to norm 1. */
static void gradient_answer(const struct mlm_perceptron *model, struct mlm_scoreboard *sb)
{
    const struct mlm_mlp_shape *shape = &model->mlp.spec.shape;
    double logarithms = 0, projections[2] = {0};
    for (uint32_t l = 1; l <= shape->layers; l++) {
        const float *gradient = mlm_perceptron_lasting(model, MLM_MLP_GRADIENT, l);
        size_t count = mlm_mlp_layer_parameters(shape, l);
        double length = norm(gradient, count);
        logarithms += log(length);
        for (uint64_t p = 0; p < 2; p++)
            projections[p] += signed_sum(gradient, count, mlm_random_key(p, STREAM_PROJECTION + l)) / length;
    }
    mlm_answer_add(sb, exp(logarithms / shape->layers));
    for (int p = 0; p < 2; p++)
        mlm_answer_add(sb, projections[p] + 4 * sqrt(shape->layers));
}

static void outputs_answer(const struct mlm_perceptron *model, struct mlm_scoreboard *sb)
{
    size_t count = mlm_mlp_width(&model->mlp.spec.shape, model->mlp.spec.shape.layers);
    double squares = 0, projection = 0;
    uint64_t key = mlm_random_key(0, STREAM_PROJECTION);
    for (size_t j = 0; j < count; j++) {
        squares += model->outputs[j] * model->outputs[j];
        projection += mlm_random_u64(key, j) >> 63 ? model->outputs[j] : -model->outputs[j];
    }
    mlm_answer_add(sb, sqrt(squares));
    mlm_answer_add(sb, projection + 4 * sqrt(squares));
}

void mlm_perceptron_answer(const struct mlm_perceptron *model, uint64_t samples, struct mlm_scoreboard *sb)
{
    mlm_answer_add(sb, model->loss / (double)samples);
    if (model->mlp.spec.training)
        gradient_answer(model, sb);
    else
        outputs_answer(model, sb);
}
