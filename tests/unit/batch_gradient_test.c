/* Compares the training step with the same network written in plain loops, in double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/perceptron.h"
#include "data/random.h"

#define SAMPLES 37
#define WIDTH_MAX 24
#define LAYERS 5

static const uint32_t widths[] = {10, 24, 6, 17, 8, 12};

static struct mlm_mlp_spec spec_of(enum mlm_mlp_optimizer optimizer, bool training)
{
    return (struct mlm_mlp_spec){.shape = {.layers = LAYERS, .pattern = widths, .pattern_length = LAYERS + 1},
        .optimizer = optimizer,
        .training = training};
}

/* Random weights with significant biases, so that every part of the step matters. */
static struct mlm_perceptron *model_make(const struct mlm_mlp_spec *spec, uint64_t rows)
{
    struct mlm_scoreboard sb = {0};
    const struct mlm_job job = {.seed = 5, .threads = 1};
    struct mlm_perceptron *model;
    if (mlm_perceptron_open(spec, rows, &job, &model, &sb) < 0)
        fail_msg("%s", sb.message);
    uint64_t key = mlm_random_key(5, 99);
    for (uint32_t l = 1; l <= LAYERS; l++) {
        float *weights = mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, l);
        size_t count = mlm_mlp_layer_parameters(&spec->shape, l);
        mlm_random_fill_floats(key, 1000 * (uint64_t)l, weights, count);
        for (size_t i = 0; i < count; i++)
            weights[i] *= (float)sqrt(6.0 / widths[l - 1]);
    }
    return model;
}

struct reference {
    double gradient[LAYERS + 1][(WIDTH_MAX + 1) * WIDTH_MAX];
    double outputs[WIDTH_MAX];
    double loss;
};

static void reference_sample(const struct mlm_perceptron *model, uint64_t sample, struct reference *sum)
{
    double value[LAYERS + 1][WIDTH_MAX], delta[WIDTH_MAX], before[WIDTH_MAX];
    float input[WIDTH_MAX];
    mlm_random_fill_floats(model->input_key, sample * widths[0], input, widths[0]);
    for (uint32_t i = 0; i < widths[0]; i++)
        value[0][i] = (double)input[i];
    for (uint32_t l = 1; l <= LAYERS; l++) {
        const float *w = mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, l);
        for (uint32_t j = 0; j < widths[l]; j++) {
            double x = (double)w[widths[l - 1] * widths[l] + j];
            for (uint32_t i = 0; i < widths[l - 1]; i++)
                x += value[l - 1][i] * (double)w[i * widths[l] + j];
            value[l][j] = l < LAYERS && x < 0 ? 0 : x;
        }
    }
    double normalizer = 0;
    uint32_t label = mlm_random_below(model->label_key, sample, widths[LAYERS]);
    for (uint32_t j = 0; j < widths[LAYERS]; j++) {
        normalizer += exp(value[LAYERS][j]);
        sum->outputs[j] += value[LAYERS][j];
    }
    sum->loss += log(normalizer) - value[LAYERS][label];
    for (uint32_t j = 0; j < widths[LAYERS]; j++)
        delta[j] = exp(value[LAYERS][j]) / normalizer - (j == label);
    for (uint32_t l = LAYERS; l >= 1; l--) {
        const float *w = mlm_perceptron_lasting(model, MLM_MLP_WEIGHTS, l);
        for (uint32_t i = 0; i <= widths[l - 1]; i++) {
            double in = i < widths[l - 1] ? value[l - 1][i] : 1; /* the last row is the bias's */
            double back = 0;
            for (uint32_t j = 0; j < widths[l]; j++) {
                sum->gradient[l][i * widths[l] + j] += in * delta[j];
                back += delta[j] * (double)w[i * widths[l] + j];
            }
            if (i < widths[l - 1])
                before[i] = value[l - 1][i] > 0 ? back : 0;
        }
        memcpy(delta, before, sizeof delta);
    }
}

static struct reference *reference_make(const struct mlm_perceptron *model)
{
    struct reference *sum = calloc(1, sizeof *sum);
    assert_non_null(sum);
    for (uint64_t sample = 0; sample < SAMPLES; sample++)
        reference_sample(model, sample, sum);
    return sum;
}

static void assert_close(double got, double expected, double scale)
{
    if (!(fabs(got - expected) <= 1e-5 * scale))
        fail_msg("%.9g instead of %.9g (scale %g)", got, expected, scale);
}

static void compute(struct mlm_perceptron *model, uint64_t batch)
{
    struct mlm_scoreboard sb = {0};
    for (uint64_t first = 0; first < SAMPLES; first += batch) {
        uint64_t rows = SAMPLES - first < batch ? SAMPLES - first : batch;
        mlm_perceptron_compute(model, MLM_MLP_PASS, first, rows, &sb);
        mlm_perceptron_compute(model, MLM_MLP_STEP, first, rows, &sb);
    }
}

static void gradient_is_the_plain_one(enum mlm_mlp_optimizer optimizer, uint64_t batch, uint64_t block)
{
    struct mlm_mlp_spec spec = spec_of(optimizer, true);
    struct mlm_perceptron *model = model_make(&spec, batch);
    struct reference *expected = reference_make(model);
    size_t parameters = mlm_mlp_parameters(&spec.shape);
    float *before = calloc(parameters, sizeof *before);
    assert_non_null(before);
    memcpy(before, model->lasting[MLM_MLP_WEIGHTS], parameters * sizeof *before);
    if (block)
        model->block_rows = block;
    compute(model, batch);
    for (uint32_t l = 1; l <= LAYERS; l++) {
        size_t count = mlm_mlp_layer_parameters(&spec.shape, l);
        const float *gradient = mlm_perceptron_lasting(model, MLM_MLP_GRADIENT, l);
        double largest = 0;
        for (size_t i = 0; i < count; i++)
            largest = fmax(largest, fabs(expected->gradient[l][i]));
        assert_true(largest > 0);
        for (size_t i = 0; i < count; i++)
            assert_close((double)gradient[i], expected->gradient[l][i], largest);
    }
    assert_close(model->loss, expected->loss, expected->loss);
    assert_memory_equal(before, model->lasting[MLM_MLP_WEIGHTS], parameters * sizeof *before); /* frozen */
    free(before);
    free(expected);
    mlm_perceptron_close(model);
}

static void every_batch_sums_the_plain_gradient(void **state)
{
    (void)state;
    static const uint64_t batches[] = {1, 2, 7, 36, 37};
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        gradient_is_the_plain_one(MLM_MLP_SGD, batches[b], 0);
}

static void every_optimizer_sums_the_plain_gradient(void **state)
{
    (void)state;
    gradient_is_the_plain_one(MLM_MLP_MOMENTUM, 16, 0);
    gradient_is_the_plain_one(MLM_MLP_ADAM, 16, 0);
}

static void blocks_do_not_show(void **state)
{
    (void)state;
    gradient_is_the_plain_one(MLM_MLP_SGD, 37, 5);
    gradient_is_the_plain_one(MLM_MLP_SGD, 37, 1);
}

static void inference_has_the_plain_outputs(void **state)
{
    (void)state;
    struct mlm_mlp_spec spec = spec_of(MLM_MLP_SGD, false);
    struct mlm_perceptron *model = model_make(&spec, 8);
    struct reference *expected = reference_make(model);
    compute(model, 8);
    double largest = 0;
    for (uint32_t j = 0; j < widths[LAYERS]; j++)
        largest = fmax(largest, fabs(expected->outputs[j]));
    for (uint32_t j = 0; j < widths[LAYERS]; j++)
        assert_close(model->outputs[j], expected->outputs[j], largest);
    assert_close(model->loss, expected->loss, expected->loss);
    free(expected);
    mlm_perceptron_close(model);
}

/* Checks two updates at a rate other than 0 against the textbook formulas. */
static void optimizers_move_weights_by_their_rule(void **state)
{
    (void)state;
    const double rate = 0.25;
    for (int optimizer = MLM_MLP_SGD; optimizer <= MLM_MLP_ADAM; optimizer++) {
        struct mlm_scoreboard sb = {0};
        struct mlm_mlp_spec spec = spec_of((enum mlm_mlp_optimizer)optimizer, true);
        struct mlm_perceptron *model = model_make(&spec, 1);
        model->rate = (float)rate;
        size_t parameters = mlm_mlp_parameters(&spec.shape);
        double *weights = calloc(parameters, sizeof *weights);
        assert_non_null(weights);
        mlm_random_fill_floats(7, 0, model->lasting[MLM_MLP_GRADIENT], parameters);
        for (size_t i = 0; i < parameters; i++) {
            double g = (double)model->lasting[MLM_MLP_GRADIENT][i];
            double m = 0, v = 0;
            weights[i] = (double)model->lasting[MLM_MLP_WEIGHTS][i];
            for (int t = 1; t <= 2; t++) {
                if (optimizer == MLM_MLP_SGD) {
                    weights[i] -= rate * g;
                } else if (optimizer == MLM_MLP_MOMENTUM) {
                    m = 0.9 * m + g;
                    weights[i] -= rate * m;
                } else {
                    m = 0.9 * m + 0.1 * g;
                    v = 0.999 * v + 0.001 * g * g;
                    weights[i] -= rate * m / (1 - pow(0.9, t)) / (sqrt(v / (1 - pow(0.999, t))) + 1e-8);
                }
            }
        }
        mlm_perceptron_compute(model, MLM_MLP_STEP, 0, 1, &sb);
        mlm_perceptron_compute(model, MLM_MLP_STEP, 0, 1, &sb);
        for (size_t i = 0; i < parameters; i++)
            assert_close((double)model->lasting[MLM_MLP_WEIGHTS][i], weights[i], 1);
        free(weights);
        mlm_perceptron_close(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_batch_sums_the_plain_gradient),
        cmocka_unit_test(every_optimizer_sums_the_plain_gradient),
        cmocka_unit_test(blocks_do_not_show),
        cmocka_unit_test(inference_has_the_plain_outputs),
        cmocka_unit_test(optimizers_move_weights_by_their_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
