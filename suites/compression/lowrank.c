/* A matrix of m × n weights as the product of m × r and r × n ones: r(m + n) numbers in place of m·n. The
 * full weights are that product, so both ways have the same outputs. */
#include <errno.h>
#include <stdlib.h>

#include "compression/compression.h"
#include "data/memory.h"
#include "data/random.h"

enum { STREAM_FACTORS = 0x6c72 };

/* Entries of the factors are whole numbers from -7 to 7 times a unit, 0 twice as often. */
#define VARIANCE 17.5

/* Rows of the full weights that are multiplied out at once. */
#define TILE_ROWS UINT64_C(128)

/* Only the order of additions differs. */
#define TOLERANCE 1e-3

static const char *const form_words[] = {[LOWRANK_FACTORS] = "factors", [LOWRANK_FULL] = "full", NULL};

static int lowrank_derive(void *p, struct mlm_error *error)
{
    struct compression_config *config = p;
    config->batch = 1;
    int r = compression_derive(config, error);
    if (r == 0 && config->rank > config->width)
        return mlm_error_set(error, -ENOTSUP, "a rank of %llu is above the width of %llu",
            (unsigned long long)config->rank, (unsigned long long)config->width);
    return r;
}

/* Floats of one factor of a layer. */
static uint64_t factor_floats(const struct compression_config *config)
{
    return config->rank * config->width;
}

static bool is_full(const struct compression_config *config)
{
    return config->form == LOWRANK_FULL;
}

/* The full weights are made of one layer's factors after the other. */
static uint64_t factor_bytes(const struct compression_config *config)
{
    return (is_full(config) ? 1 : COMPRESSION_LAYERS) * factor_floats(config) * sizeof(float);
}

static uint64_t full_bytes(const struct compression_config *config)
{
    return compression_weight_count(config) * sizeof(float);
}

static uint64_t lowrank_core(const void *p)
{
    const struct compression_config *config = p;
    uint64_t weights = is_full(config) ? full_bytes(config) : 2 * factor_bytes(config);
    return weights + compression_pass_bytes(config);
}

static uint64_t lowrank_peak(const void *p)
{
    const struct compression_config *config = p;
    uint64_t held = lowrank_core(p) + config->rank * sizeof(float);
    uint64_t packed = 0;
    if (is_full(config)) {
        held += 2 * factor_bytes(config);
        packed = mlm_blas_bytes(config->job.threads, config->rank, config->width, TILE_ROWS);
    } else {
        packed = mlm_blas_bytes(config->job.threads, 0, 0, 0);
    }
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held) + packed;
}

/* Assumes 3 ns to draw a number, 50 GFlop/s to multiply factors out, 1 GB/s to store weights, 8 GB/s to read
 * them. */
static uint64_t lowrank_rough(const void *p)
{
    const struct compression_config *config = p;
    uint64_t core = lowrank_core(p), drawn = 2 * COMPRESSION_LAYERS * factor_floats(config);
    uint64_t multiplied = is_full(config) ? config->rank * compression_weight_count(config) / 25 : 0;
    return 3 * drawn + multiplied + core + config->samples * core / 8;
}

static void factors_close(struct lowrank_state *state)
{
    mlm_unmap(state->left, factor_bytes(&state->config));
    mlm_unmap(state->right, factor_bytes(&state->config));
    state->left = state->right = NULL;
}

static void lowrank_destroy(void *p)
{
    struct lowrank_state *state = p;
    if (!state)
        return;
    factors_close(state);
    mlm_unmap(state->full, full_bytes(&state->config));
    mlm_unmap(state->narrow, state->config.rank * sizeof(float));
    compression_pass_close(&state->pass);
    free(state);
}

/* Draws one factor of a layer, 16 numbers from one random number. The width is a multiple of 16. */
static void factor_draw(const struct compression_config *config, uint64_t number, float unit, float *values)
{
    uint64_t key = mlm_random_key(config->job.seed, STREAM_FACTORS + number);
    for (uint64_t i = 0; i < factor_floats(config); i += 16) {
        uint64_t draw = mlm_random_u64(key, i / 16);
        for (unsigned k = 0; k < 16; k++) {
            int code = (int)(draw >> 4 * k & 15) - 8;
            values[i + k] = unit * (float)(code == -8 ? 0 : code);
        }
    }
}

/* The right factor keeps the size of a vector behind a ReLU, the left one adds up `rank` numbers. */
static void layer_draw(const struct lowrank_state *state, uint64_t layer, float *left, float *right)
{
    const struct compression_config *config = &state->config;
    factor_draw(config, 2 * layer, compression_unit(2 * VARIANCE, config->rank), left);
    factor_draw(config, 2 * layer + 1, compression_unit(VARIANCE, config->width), right);
}

static uint64_t layer_checksum(
    const struct compression_config *config, uint64_t sum, const float *left, const float *right)
{
    sum = compression_checksum(sum, left, factor_floats(config));
    return compression_checksum(sum, right, factor_floats(config));
}

static void layer_multiply_out(const struct lowrank_state *state, float *full)
{
    int width = (int)state->config.width, rank = (int)state->config.rank;
    for (uint64_t row = 0; row < state->config.width; row += TILE_ROWS)
        state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)TILE_ROWS, width, rank, 1,
            state->left + row * state->config.rank, rank, state->right, width, 0,
            full + row * state->config.width, width);
}

static void fill(struct lowrank_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    uint64_t sum = 1, width = config->width;
    mlm_progress_begin(sb, COMPRESSION_LAYERS);
    for (uint64_t layer = 0; layer < COMPRESSION_LAYERS; layer++) {
        uint64_t at = is_full(config) ? 0 : layer * factor_floats(config);
        layer_draw(state, layer, state->left + at, state->right + at);
        sum = layer_checksum(config, sum, state->left + at, state->right + at);
        if (state->full)
            layer_multiply_out(state, state->full + layer * width * width);
        mlm_progress_add(sb, 1);
    }
    sb->data_checksum = sum;
    if (state->full)
        factors_close(state);
}

static int state_open(struct lowrank_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    int r = compression_pass_open(config, &state->pass, sb);
    if (r == 0)
        r = mlm_blas_open(config->job.threads, &state->blas, sb);
    if (r < 0)
        return r;
    state->left = mlm_map(factor_bytes(config), "the left factors", sb);
    state->right = mlm_map(factor_bytes(config), "the right factors", sb);
    state->narrow = mlm_map(config->rank * sizeof(float), "a narrow vector", sb);
    if (!state->left || !state->right || !state->narrow)
        return -ENOMEM;
    if (is_full(config) && !(state->full = mlm_map(full_bytes(config), "the full weights", sb)))
        return -ENOMEM;
    return 0;
}

static int lowrank_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct lowrank_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct compression_config *)config;
    int r = state_open(state, sb);
    if (r < 0) {
        lowrank_destroy(state);
        return r;
    }
    fill(state, sb);
    *ret_state = state;
    return 0;
}

/* y = A x, A of rows × columns. */
static void multiply(const struct lowrank_state *state, const float *matrix, uint64_t rows, uint64_t columns,
    const float *x, float *y)
{
    state->blas.sgemv(
        CblasRowMajor, CblasNoTrans, (int)rows, (int)columns, 1, matrix, (int)columns, x, 1, 0, y, 1);
}

static int lowrank_product(
    void *p, uint64_t layer, const float *in, uint64_t count, float *out, struct mlm_scoreboard *sb)
{
    const struct lowrank_state *state = p;
    uint64_t width = state->config.width, rank = state->config.rank;
    if (state->full) {
        multiply(state, state->full + layer * width * width, width, width, in, out);
    } else {
        multiply(state, state->right + layer * factor_floats(&state->config), rank, width, in, state->narrow);
        multiply(state, state->left + layer * factor_floats(&state->config), width, rank, state->narrow, out);
    }
    mlm_progress_add(sb, count);
    return 0;
}

static int lowrank_run(void *p, struct mlm_scoreboard *sb)
{
    struct lowrank_state *state = p;
    mlm_progress_begin(sb, COMPRESSION_LAYERS * state->config.samples);
    return compression_pass_run(&state->pass, lowrank_product, state, sb);
}

static int lowrank_verify(const void *p, struct mlm_scoreboard *sb)
{
    compression_pass_answer(&((const struct lowrank_state *)p)->pass, sb);
    return 0;
}

#define CONFIG(field) offsetof(struct compression_config, field)

static const struct mlm_param lowrank_params[] = {
    {.name = "rank",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(rank),
        .help = "columns of the left factor and rows of the right one",
        .sweep = "64,8,16,32,128,256",
        .minimum = 1,
        .maximum = 1 << 16,
        .equal_work = true},
    {.name = "form",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(form),
        .words = form_words,
        .help = "two narrow factors, or the full weights that are their product",
        .sweep = "factors,full"},
    {.name = NULL},
};

const struct mlm_workload compression_lowrank = {.name = "lowrank",
    .summary = "scores samples with weights that are the product of two narrow matrices",
    .params = lowrank_params,
    .config_size = sizeof(struct compression_config),
    .work = "lowrank",
    .answer_tolerance = TOLERANCE,
    .library = MLM_BLAS_LIBRARY,
    .library_package = MLM_BLAS_PACKAGE,
    .derive = lowrank_derive,
    .core_bytes = lowrank_core,
    .peak_bytes = lowrank_peak,
    .rough_ns = lowrank_rough,
    .prepare = lowrank_prepare,
    .run = lowrank_run,
    .verify = lowrank_verify,
    .destroy = lowrank_destroy};
