/* Training with fewer activations in memory: the backward pass computes the others again (Chen et al. 2016,
 * "Training deep nets with sublinear memory cost"). With every √L-th activation of L layers, about 2√L are in
 * memory at once, and the forward pass is done nearly twice: 4 products a layer in place of 3. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "compression/compression.h"
#include "data/perceptron.h"

#define SAMPLES UINT64_C(4096)

static const uint32_t pattern[] = {128};

struct checkpointed_config {
    struct mlm_job job;
    uint64_t every;           /* 0: √L */
    struct mlm_mlp_spec spec; /* derived */
};

struct checkpointed_state {
    struct checkpointed_config config;
    struct mlm_perceptron *model;
};

/* The job that --data is scaled for: one thread and pages of 4 KiB, so that all machines do the same work. */
static const struct mlm_job nominal = {.threads = 1, .page_bytes = 4096};

static uint64_t scaled_peak(const struct mlm_mlp_spec *spec, const void *context)
{
    (void)context;
    return mlm_perceptron_peak_bytes(spec, SAMPLES, &nominal);
}

static int checkpointed_derive(void *p, struct mlm_error *error)
{
    (void)error;
    struct checkpointed_config *config = p;
    struct mlm_mlp_spec spec = {.shape = {.pattern_length = 1, .pattern = pattern}, .training = true};
    spec.shape.layers = mlm_perceptron_layers(&spec, config->job.data_bytes, scaled_peak, NULL);
    uint64_t every = config->every ? config->every : (uint64_t)llround(sqrt(spec.shape.layers));
    spec.keep_every = (uint32_t)(every < spec.shape.layers ? every : spec.shape.layers);
    config->spec = spec;
    return 0;
}

static uint64_t checkpointed_core(const void *p)
{
    const struct mlm_mlp_spec *spec = &((const struct checkpointed_config *)p)->spec;
    return mlm_mlp_lasting_bytes(spec) + SAMPLES * mlm_mlp_places(spec) * pattern[0] * sizeof(float);
}

static uint64_t checkpointed_peak(const void *p)
{
    const struct checkpointed_config *config = p;
    return mlm_perceptron_peak_bytes(&config->spec, SAMPLES, &config->job);
}

/* Products of one layer in a step. */
static uint64_t layer_products(const struct mlm_mlp_spec *spec)
{
    return 3 * (uint64_t)spec->shape.layers + mlm_mlp_repeated(spec);
}

/* Assumes 50 GFlop/s. */
static uint64_t checkpointed_rough(const void *p)
{
    const struct checkpointed_config *config = p;
    return checkpointed_core(p) / 3 + layer_products(&config->spec) * SAMPLES * pattern[0] * pattern[0] / 25;
}

static void checkpointed_destroy(void *p)
{
    struct checkpointed_state *state = p;
    if (state)
        mlm_perceptron_close(state->model);
    free(state);
}

static int checkpointed_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct checkpointed_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct checkpointed_config *)config;
    int r = mlm_perceptron_open(&state->config.spec, SAMPLES, &state->config.job, &state->model, sb);
    if (r < 0) {
        checkpointed_destroy(state);
        return r;
    }
    sb->data_checksum = mlm_perceptron_checksum(state->model, SAMPLES);
    *ret_state = state;
    return 0;
}

/* One step over all samples. The learning rate is 0. */
static int checkpointed_run(void *p, struct mlm_scoreboard *sb)
{
    struct checkpointed_state *state = p;
    mlm_progress_begin(sb, SAMPLES * layer_products(&state->config.spec));
    mlm_perceptron_compute(state->model, MLM_MLP_PASS, 0, SAMPLES, sb);
    mlm_perceptron_compute(state->model, MLM_MLP_STEP, 0, SAMPLES, sb);
    sb->items = SAMPLES;
    return 0;
}

static int checkpointed_verify(const void *p, struct mlm_scoreboard *sb)
{
    mlm_perceptron_answer(((const struct checkpointed_state *)p)->model, SAMPLES, sb);
    return 0;
}

static const struct mlm_param checkpointed_params[] = {
    {.name = "every",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct checkpointed_config, every),
        .help = "keep the activations of every N-th layer; 1: all; 0: N is the root of the number of layers",
        .sweep = "0,1,4,16",
        .maximum = 1 << 20},
    {.name = NULL},
};

/* A layer that is computed again has the same bits, so the gradient has, too. */
const struct mlm_workload compression_checkpointed = {.name = "checkpointed",
    .summary = "trains with some of the activations in memory and computes the others again",
    .params = checkpointed_params,
    .config_size = sizeof(struct checkpointed_config),
    .work = "checkpointed",
    .library = MLM_BLAS_LIBRARY,
    .library_package = MLM_BLAS_PACKAGE,
    .derive = checkpointed_derive,
    .core_bytes = checkpointed_core,
    .peak_bytes = checkpointed_peak,
    .rough_ns = checkpointed_rough,
    .prepare = checkpointed_prepare,
    .run = checkpointed_run,
    .verify = checkpointed_verify,
    .destroy = checkpointed_destroy};
