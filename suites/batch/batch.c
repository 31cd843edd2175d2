/* The suite batch: how large a batch, which optimizer? One workload trains, one reaches the same batch by
 * accumulating the gradients of micro-batches, one infers. --data is the predicted peak of training at batch
 * 4096 with SGD: the width is fixed and the number of layers follows. The fourth trains on images (conv.h).
 */
#include "batch/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "batch/conv.h"

/* Narrow layers: activations outweigh parameters by batch / width, so with these the batch decides whether
 * the job fits. */
static const uint32_t deep_pattern[] = {128};
static const uint32_t wide_pattern[] = {1024};

enum shape { SHAPE_DEEP, SHAPE_WIDE };
static const char *const shape_words[] = {"deep", "wide", NULL};
static const char *const optimizer_words[] = {"sgd", "momentum", "adam", NULL};

/* The job that --data is scaled for: one thread and pages of 4 KiB, so that all machines do the same work. */
static const struct mlm_job nominal = {.threads = 1, .page_bytes = 4096};

static uint64_t scaled_peak(const struct mlm_mlp_spec *spec, const void *context)
{
    (void)context;
    return mlm_perceptron_peak_bytes(spec, BATCH_SAMPLES, &nominal);
}

static void derive(struct batch_config *config, bool training, uint64_t rows)
{
    struct mlm_mlp_spec spec = {
        .shape = {.pattern_length = 1, .pattern = config->shape == SHAPE_WIDE ? wide_pattern : deep_pattern},
        .optimizer = MLM_MLP_SGD,
        .training = true,
    };
    spec.shape.layers = mlm_perceptron_layers(&spec, config->job.data_bytes, scaled_peak, NULL);
    spec.optimizer = (enum mlm_mlp_optimizer)config->optimizer;
    spec.training = training;
    config->spec = spec;
    config->rows = rows;
}

static int train_derive(void *p, struct mlm_error *error)
{
    (void)error;
    struct batch_config *config = p;
    derive(config, true, config->batch);
    return 0;
}

static int accumulate_derive(void *p, struct mlm_error *error)
{
    struct batch_config *config = p;
    if (config->micro > config->batch)
        return mlm_error_set(error, -EINVAL, "a micro-batch of %llu is larger than the batch of %llu",
            (unsigned long long)config->micro, (unsigned long long)config->batch);
    derive(config, true, config->micro);
    return 0;
}

static int infer_derive(void *p, struct mlm_error *error)
{
    (void)error;
    struct batch_config *config = p;
    derive(config, false, config->batch);
    return 0;
}

static uint64_t batch_core(const void *p)
{
    const struct batch_config *config = p;
    const struct mlm_mlp_spec *spec = &config->spec;
    uint64_t sample = spec->training ? mlm_mlp_sample_floats(&spec->shape) : mlm_mlp_passing_floats(spec);
    return mlm_mlp_lasting_bytes(spec) + config->rows * sample * sizeof(float);
}

static uint64_t batch_peak(const void *p)
{
    const struct batch_config *config = p;
    return mlm_perceptron_peak_bytes(&config->spec, config->rows, &config->job);
}

/* Assumes 50 GFlop/s in products, less where a batch is small, and 15 GB/s where the lasting tensors are
 * read: once in each product of a pass, and in the update. */
static uint64_t batch_rough(const void *p)
{
    const struct batch_config *config = p;
    const struct mlm_mlp_spec *spec = &config->spec;
    uint64_t parameters = mlm_mlp_parameters(&spec->shape);
    uint64_t passes = (BATCH_SAMPLES + config->rows - 1) / config->rows;
    uint64_t steps = (BATCH_SAMPLES + config->batch - 1) / config->batch;
    double flops =
        (spec->training ? 6.0 : 2.0) * (double)parameters * BATCH_SAMPLES * (1 + 8.0 / (double)config->rows);
    double walked = 4.0 * (double)parameters * (double)(passes * (spec->training ? 4 : 1));
    if (spec->training)
        walked +=
            4.0 * (double)parameters * (double)(steps * (3 + 2 * mlm_mlp_state_floats(spec->optimizer)));
    return (uint64_t)(flops / 50 + walked / 15 + (double)batch_core(config) * 0.3);
}

struct batch_state {
    struct batch_config config;
    struct mlm_perceptron *model;
};

static void batch_destroy(void *p)
{
    struct batch_state *state = p;
    if (state)
        mlm_perceptron_close(state->model);
    free(state);
}

static int batch_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct batch_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct batch_config *)config;
    int r =
        mlm_perceptron_open(&state->config.spec, state->config.rows, &state->config.job, &state->model, sb);
    if (r < 0) {
        batch_destroy(state);
        return r;
    }
    sb->data_checksum = mlm_perceptron_checksum(state->model, BATCH_SAMPLES);
    *ret_state = state;
    return 0;
}

static int batch_run(void *p, struct mlm_scoreboard *sb)
{
    struct batch_state *state = p;
    const struct batch_config *config = &state->config;
    bool training = config->spec.training;
    mlm_progress_begin(sb, (uint64_t)BATCH_SAMPLES * config->spec.shape.layers * (training ? 3 : 1));
    for (uint64_t step = 0; step < BATCH_SAMPLES; step += config->batch) {
        uint64_t end = step + config->batch < BATCH_SAMPLES ? step + config->batch : BATCH_SAMPLES;
        for (uint64_t first = step; first < end; first += config->rows) {
            uint64_t rows = end - first < config->rows ? end - first : config->rows;
            mlm_perceptron_compute(state->model, MLM_MLP_PASS, first, rows, sb);
            sb->items += rows;
        }
        mlm_perceptron_compute(state->model, MLM_MLP_STEP, step, end - step, sb);
    }
    return 0;
}

static int batch_verify(const void *p, struct mlm_scoreboard *sb)
{
    mlm_perceptron_answer(((const struct batch_state *)p)->model, BATCH_SAMPLES, sb);
    return 0;
}

#define PARAM_BATCH                                                                                          \
    .name = "batch", .type = MLM_PARAM_COUNT, .offset = offsetof(struct batch_config, batch),                \
    .help = "samples a step", .minimum = 1, .maximum = BATCH_SAMPLES
#define PARAM_OPTIMIZER                                                                                      \
    {                                                                                                        \
        .name = "optimizer", .type = MLM_PARAM_WORD, .offset = offsetof(struct batch_config, optimizer),     \
        .help = "sgd, momentum or adam: 8, 12 or 16 bytes a parameter", .sweep = "sgd,momentum,adam",        \
        .words = optimizer_words                                                                             \
    }
#define PARAM_SHAPE                                                                                          \
    {                                                                                                        \
        .name = "shape", .type = MLM_PARAM_WORD, .offset = offsetof(struct batch_config, shape),             \
        .help = "deep: layers of 128; wide: fewer layers of 1024", .sweep = "deep,wide",                     \
        .words = shape_words, .equal_work = true                                                             \
    }

static const struct mlm_param train_params[] = {
    {PARAM_BATCH, .sweep = "64,1,16,256,1024,4096", .quick = "64,1024,4096"},
    PARAM_OPTIMIZER,
    PARAM_SHAPE,
    {.name = NULL},
};

static const struct mlm_param accumulate_params[] = {
    {PARAM_BATCH, .sweep = "4096"},
    {.name = "micro",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct batch_config, micro),
        .help = "samples a pass; their gradients are added up to a batch's",
        .sweep = "64,256",
        .quick = "64",
        .minimum = 1,
        .maximum = BATCH_SAMPLES},
    PARAM_OPTIMIZER,
    PARAM_SHAPE,
    {.name = NULL},
};

static const struct mlm_param infer_params[] = {
    {PARAM_BATCH, .sweep = "4096,64,1,16,256,1024"},
    PARAM_SHAPE,
    {.name = NULL},
};

/* Measured at 120 to 4800 layers over all batches: answers differ by 6e-4 at most with OpenBLAS's kernels for
 * Haswell (1e-6 with those for AVX-512), because a ReLU can flip where additions run in another order.
 * Leaving out one batch of 64 changes the norm by 8e-3. */
#define BATCH_TOLERANCE 2e-3

#define BATCH_COMMON                                                                                         \
    .config_size = sizeof(struct batch_config), .answer_tolerance = BATCH_TOLERANCE,                         \
    .library = MLM_BLAS_LIBRARY, .library_package = MLM_BLAS_PACKAGE, .core_bytes = batch_core,              \
    .peak_bytes = batch_peak, .rough_ns = batch_rough, .prepare = batch_prepare, .run = batch_run,           \
    .verify = batch_verify, .destroy = batch_destroy

static const struct mlm_workload batch_train = {BATCH_COMMON, .name = "train", .flags = MLM_QUICK,
    .work = "train", .summary = "forward, backward and update, a batch a step", .params = train_params,
    .derive = train_derive};
static const struct mlm_workload batch_accumulate = {BATCH_COMMON, .name = "accumulate", .flags = MLM_QUICK,
    .work = "train",
    .summary = "the same batch in micro-batches, whose gradients are added up before the update",
    .params = accumulate_params, .derive = accumulate_derive};
static const struct mlm_workload batch_infer = {BATCH_COMMON, .name = "infer", .flags = MLM_QUICK,
    .work = "infer", .summary = "forward alone: no activation outlives the next layer",
    .params = infer_params, .derive = infer_derive};

static const struct mlm_workload *const workloads[] = {
    &batch_train, &batch_accumulate, &batch_infer, &batch_conv, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "batch",
    .summary = "how large a batch, which optimizer?",
    .item = "samples",
    .workloads = workloads,
};
