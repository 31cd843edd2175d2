/* Training that keeps snapshots of the model: a copy of each epoch in memory, as a script does that wants the
 * best one in the end; the last few; or none, because they go to disk. The last way ends in the middle, gives
 * all memory back, and goes on from the disk: it must reach the same weights, bit for bit. */
#include "compression/snapshots.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compression/compression.h"
#include "data/memory.h"
#include "data/random.h"

enum { STREAM_SIGNS = 0x736e };

/* Samples of an epoch: one step. */
#define SAMPLES UINT64_C(64)

/* Small, so that the weights stay about as large as they were. */
#define RATE 1e-5f

static const uint32_t pattern[] = {1024};
static const char *const keep_words[] = {[SNAPSHOTS_EVERY] = "every",
    [SNAPSHOTS_LAST] = "last",
    [SNAPSHOTS_DISK] = "disk",
    [SNAPSHOTS_RESUMED] = "resumed",
    NULL};

/* ---- Theory ---- */

/* Weights and momentum. */
static uint64_t snapshot_bytes(const struct mlm_mlp_spec *spec)
{
    return 2 * mlm_mlp_parameters(&spec->shape) * sizeof(float);
}

static uint64_t peak_with(const struct mlm_mlp_spec *spec, uint64_t copies, const struct mlm_job *job)
{
    uint64_t held = copies * snapshot_bytes(spec);
    return mlm_perceptron_peak_bytes(spec, SAMPLES, job) + held + mlm_page_table_bytes(job, held);
}

/* The job that --data is scaled for: one thread and pages of 4 KiB, so that all machines do the same work. */
static const struct mlm_job nominal = {.threads = 1, .page_bytes = 4096};

static uint64_t scaled_peak(const struct mlm_mlp_spec *spec, const void *epochs)
{
    return peak_with(spec, *(const uint64_t *)epochs, &nominal);
}

static int snapshots_derive(void *p, struct mlm_error *error)
{
    (void)error;
    struct snapshots_config *config = p;
    struct mlm_mlp_spec spec = {
        .shape = {.pattern_length = 1, .pattern = pattern}, .optimizer = MLM_MLP_MOMENTUM, .training = true};
    spec.shape.layers = mlm_perceptron_layers(&spec, config->job.data_bytes, scaled_peak, &config->epochs);
    config->spec = spec;
    uint64_t last = config->copies < config->epochs ? config->copies : config->epochs;
    config->in_memory = config->keep == SNAPSHOTS_EVERY  ? config->epochs
                        : config->keep == SNAPSHOTS_LAST ? last
                                                         : 0;
    return 0;
}

static uint64_t snapshots_core(const void *p)
{
    const struct snapshots_config *config = p;
    return mlm_mlp_lasting_bytes(&config->spec) + config->in_memory * snapshot_bytes(&config->spec) +
           SAMPLES * mlm_mlp_sample_floats(&config->spec.shape) * sizeof(float);
}

static uint64_t snapshots_peak(const void *p)
{
    const struct snapshots_config *config = p;
    return peak_with(&config->spec, config->in_memory, &config->job);
}

/* Assumes 50 GFlop/s, 1 GB/s for fresh memory, and 0.5 GB/s for a disk. */
static uint64_t snapshots_rough(const void *p)
{
    const struct snapshots_config *config = p;
    uint64_t parameters = mlm_mlp_parameters(&config->spec.shape);
    uint64_t written = config->in_memory ? 0 : config->epochs * snapshot_bytes(&config->spec);
    return snapshots_core(p) + 6 * parameters * SAMPLES * config->epochs / 50 + 2 * written;
}

/* ---- The job ---- */

static void snapshots_destroy(void *p)
{
    struct snapshots_state *state = p;
    if (!state)
        return;
    for (uint64_t i = 0; state->copies && i < state->config.in_memory; i++)
        mlm_unmap(state->copies[i], snapshot_bytes(&state->config.spec));
    free(state->copies);
    mlm_perceptron_close(state->model);
    if (state->fd >= 0)
        (void)close(state->fd);
    free(state);
}

static int model_open(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    struct mlm_perceptron *model;
    int r = mlm_perceptron_open(&state->config.spec, SAMPLES, &state->config.job, &model, sb);
    if (r < 0)
        return r;
    model->rate = RATE;
    state->model = model;
    return 0;
}

static int state_open(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    state->copies = calloc(state->config.in_memory + 1, sizeof *state->copies);
    if (!state->copies)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    if (state->config.in_memory == 0) {
        int r = snapshots_file_open(&state->fd, sb);
        if (r < 0)
            return r;
    }
    return model_open(state, sb);
}

static int snapshots_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct snapshots_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct snapshots_config *)config;
    state->fd = -1;
    int r = state_open(state, sb);
    if (r < 0) {
        snapshots_destroy(state);
        return r;
    }
    sb->data_checksum = mlm_perceptron_checksum(state->model, SAMPLES * state->config.epochs);
    *ret_state = state;
    return 0;
}

/* Memory for a copy is taken when it is first needed, as a script does. */
static int copy_take(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    const struct mlm_perceptron *model = state->model;
    float **copy = &state->copies[(state->epoch - 1) % state->config.in_memory];
    if (!*copy && !(*copy = mlm_map(snapshot_bytes(&state->config.spec), "a snapshot", sb)))
        return -ENOMEM;
    uint64_t floats = model->lasting_bytes / sizeof(float);
    memcpy(*copy, model->lasting[MLM_MLP_WEIGHTS], model->lasting_bytes);
    memcpy(*copy + floats, model->lasting[MLM_MLP_STATE1], model->lasting_bytes);
    return 0;
}

/* Ends as a job that was killed, and starts again. */
static int resume(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    mlm_perceptron_close(state->model);
    state->model = NULL;
    int r = model_open(state, sb);
    return r < 0 ? r : snapshots_read(state, state->epoch, sb);
}

static int epoch_run(struct snapshots_state *state, struct mlm_scoreboard *sb)
{
    struct mlm_perceptron *model = state->model;
    uint64_t first = state->epoch * SAMPLES;
    memset(model->lasting[MLM_MLP_GRADIENT], 0, model->lasting_bytes);
    mlm_perceptron_compute(model, MLM_MLP_PASS, first, SAMPLES, sb);
    mlm_perceptron_compute(model, MLM_MLP_STEP, first, SAMPLES, sb);
    state->epoch++;
    sb->items += SAMPLES;
    return state->config.in_memory ? copy_take(state, sb) : snapshots_write(state, sb);
}

static int snapshots_run(void *p, struct mlm_scoreboard *sb)
{
    struct snapshots_state *state = p;
    const struct snapshots_config *config = &state->config;
    mlm_progress_begin(sb, 3 * SAMPLES * config->epochs * config->spec.shape.layers);
    while (state->epoch < config->epochs) {
        int r = epoch_run(state, sb);
        if (r == 0 && config->keep == SNAPSHOTS_RESUMED && state->epoch == (config->epochs + 1) / 2)
            r = resume(state, sb);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The mean loss, and norm and projection by random signs of weights and momentum. */
static int snapshots_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct snapshots_state *state = p;
    const struct mlm_perceptron *model = state->model;
    mlm_answer_add(sb, model->loss / (double)(SAMPLES * state->config.epochs));
    for (unsigned kind = 0; kind < 2; kind++) {
        const float *values = model->lasting[kind ? MLM_MLP_STATE1 : MLM_MLP_WEIGHTS];
        uint64_t key = mlm_random_key(kind, STREAM_SIGNS);
        double squares = 0, projection = 0;
        for (uint64_t i = 0; i < model->lasting_bytes / sizeof(float); i++) {
            double value = (double)values[i];
            squares += value * value;
            projection += mlm_random_u64(key, i) >> 63 ? value : -value;
        }
        mlm_answer_add(sb, sqrt(squares));
        mlm_answer_add(sb, projection + 4 * sqrt(squares));
    }
    return 0;
}

#define CONFIG(field) offsetof(struct snapshots_config, field)

static const struct mlm_param snapshots_params[] = {
    {.name = "keep",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(keep),
        .words = keep_words,
        .help = "where the snapshots are: a copy of every epoch in memory; the last ones in memory; on disk; "
                "or on disk, and the job is ended in the middle and resumed",
        .sweep = "every,last,disk,resumed"},
    {.name = "copies",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(copies),
        .help = "copies that keep=last has",
        .sweep = "2",
        .minimum = 1,
        .maximum = 1 << 10},
    {.name = "epochs",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(epochs),
        .help = "epochs, each of 64 samples and with a snapshot at its end",
        .sweep = "8",
        .minimum = 2,
        .maximum = 1 << 10,
        .equal_work = true},
    {.name = NULL},
};

const struct mlm_workload compression_snapshots = {.name = "snapshots",
    .summary = "trains, and keeps the model of each epoch in memory or on disk",
    .flags = MLM_READS_FILE,
    .params = snapshots_params,
    .config_size = sizeof(struct snapshots_config),
    .work = "snapshots",
    .library = MLM_BLAS_LIBRARY,
    .library_package = MLM_BLAS_PACKAGE,
    .derive = snapshots_derive,
    .core_bytes = snapshots_core,
    .peak_bytes = snapshots_peak,
    .rough_ns = snapshots_rough,
    .prepare = snapshots_prepare,
    .run = snapshots_run,
    .verify = snapshots_verify,
    .destroy = snapshots_destroy};
