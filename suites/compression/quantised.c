/* Weights as f32, f16, i8 or i4. One sample at a time is multiplied with the weights as they are held, so the
 * bytes of the weights are what takes time. A batch is multiplied by BLAS, some rows after the other, which
 * are made floats before: the work on a weight is then the same in all formats. */
#include <errno.h>
#include <stdlib.h>

#include "compression/compression.h"
#include "data/memory.h"
#include "data/parallel.h"
#include "data/random.h"

enum { STREAM_WEIGHTS = 0x7175 };

/* Mean square of a code times its factor: 17.5 · 31.5. */
#define VARIANCE 551.25

/* Rows that are made floats at once. */
#define TILE_ROWS UINT64_C(128)

/* Rows of a thread between two vectors: they stay in its cache. */
#define CACHE_ROWS UINT64_C(16)

/* Rounding vectors to 16 bits changes an answer by less than a thousandth. */
#define TOLERANCE 2e-3

static const enum mlm_blocks formats[] = {MLM_BLOCKS_F32, MLM_BLOCKS_F16, MLM_BLOCKS_Q8_0, MLM_BLOCKS_Q4_0};
static const char *const format_words[] = {"f32", "f16", "i8", "i4", NULL};

static int quantised_derive(void *config, struct mlm_error *error)
{
    return compression_derive(config, error);
}

static enum mlm_blocks format_of(const struct compression_config *config)
{
    return formats[config->weights];
}

static bool by_blas(const struct compression_config *config)
{
    return config->batch >= COMPRESSION_BLAS_BATCH;
}

static uint64_t row_bytes(const struct compression_config *config)
{
    return mlm_blocks_bytes(format_of(config), config->width);
}

static uint64_t weights_bytes(const struct compression_config *config)
{
    return COMPRESSION_LAYERS * config->width * row_bytes(config);
}

static uint64_t tile_bytes(const struct compression_config *config)
{
    return by_blas(config) && config->weights ? TILE_ROWS * config->width * sizeof(float) : 0;
}

static uint64_t vector_rounded_bytes(const struct compression_config *config)
{
    return config->width * sizeof(int16_t) + config->width / MLM_PART * sizeof(int32_t);
}

static uint64_t rounded_bytes(const struct compression_config *config)
{
    return by_blas(config) ? 0 : config->batch * vector_rounded_bytes(config);
}

static uint64_t quantised_core(const void *p)
{
    const struct compression_config *config = p;
    return weights_bytes(config) + compression_pass_bytes(config);
}

static uint64_t quantised_peak(const void *p)
{
    const struct compression_config *config = p;
    uint64_t held = quantised_core(p) + tile_bytes(config) + rounded_bytes(config);
    uint64_t blas =
        by_blas(config) ? mlm_blas_bytes(config->job.threads, config->width, TILE_ROWS, config->batch) : 0;
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held) + blas;
}

/* Assumes 2 ns to draw a weight, 1 GB/s to store it; products at 8 GB/s, or at 50 GFlop/s. */
static uint64_t quantised_rough(const void *p)
{
    const struct compression_config *config = p;
    uint64_t count = compression_weight_count(config), bytes = weights_bytes(config);
    uint64_t product = by_blas(config) ? config->samples * count / 25 : config->samples * bytes / 8;
    return 2 * count + bytes + product;
}

static void quantised_destroy(void *p)
{
    struct quantised_state *state = p;
    if (!state)
        return;
    mlm_unmap(state->weights, weights_bytes(&state->config));
    mlm_unmap(state->tile, tile_bytes(&state->config));
    mlm_unmap(state->rounded, rounded_bytes(&state->config));
    compression_pass_close(&state->pass);
    free(state);
}

static void weights_fill(const struct quantised_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format_of(config)];
    uint64_t group_bytes = mlm_blocks_bytes(format_of(config), MLM_GROUP), of_row = config->width / MLM_GROUP;
    uint64_t rows = COMPRESSION_LAYERS * config->width;
    uint64_t key = mlm_random_key(config->job.seed, STREAM_WEIGHTS);
    float unit = compression_unit(VARIANCE, config->width);
    uint8_t *at = state->weights;
    mlm_progress_begin(sb, rows);
    for (uint64_t row = 0; row < rows; row++) {
        for (uint64_t i = 0; i < of_row; i++, at += group_bytes) {
            struct mlm_exact_group group;
            mlm_exact_group_draw(key, row * of_row + i, unit, &group);
            spec->encode(&group, at);
        }
        mlm_progress_add(sb, 1);
    }
}

/* The values of one row in 64. */
static uint64_t weights_checksum(const struct quantised_state *state)
{
    const struct compression_config *config = &state->config;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format_of(config)];
    uint64_t sum = 1, bytes = row_bytes(config);
    for (uint64_t row = 0; row < COMPRESSION_LAYERS * config->width; row += 64)
        for (uint64_t at = 0; at < bytes; at += spec->block_bytes) {
            float values[MLM_GROUP];
            spec->decode(state->weights + row * bytes + at, values);
            sum = compression_checksum(sum, values, spec->block_values);
        }
    return sum;
}

static int state_open(struct quantised_state *state, struct mlm_scoreboard *sb)
{
    const struct compression_config *config = &state->config;
    int r = compression_pass_open(config, &state->pass, sb);
    if (r == 0 && by_blas(config))
        r = mlm_blas_open(config->job.threads, &state->blas, sb);
    if (r < 0)
        return r;
    state->products = mlm_four_products_of(format_of(config), mlm_clone_best());
    state->weights = mlm_map(weights_bytes(config), "the weights", sb);
    if (!state->weights)
        return -ENOMEM;
    if (tile_bytes(config) && !(state->tile = mlm_map(tile_bytes(config), "rows as floats", sb)))
        return -ENOMEM;
    if (rounded_bytes(config) && !(state->rounded = mlm_map(rounded_bytes(config), "rounded vectors", sb)))
        return -ENOMEM;
    return 0;
}

static int quantised_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct quantised_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct compression_config *)config;
    int r = state_open(state, sb);
    if (r < 0) {
        quantised_destroy(state);
        return r;
    }
    weights_fill(state, sb);
    sb->data_checksum = weights_checksum(state);
    *ret_state = state;
    return 0;
}

/* ---- A layer, one vector or few at a time ---- */

struct few {
    const struct quantised_state *state;
    const uint8_t *weights; /* of the layer */
    const struct mlm_vector *vectors;
    uint64_t count;
    float *out;
};

static void few_part(void *context, uint64_t part)
{
    const struct few *few = context;
    const struct compression_config *config = &few->state->config;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format_of(config)];
    uint64_t tiles = config->width / CACHE_ROWS, bytes = row_bytes(config);
    uint64_t begin = mlm_part_begin(tiles, part, config->job.threads) * CACHE_ROWS;
    uint64_t end = mlm_part_begin(tiles, part + 1, config->job.threads) * CACHE_ROWS;
    for (uint64_t tile = begin; tile < end; tile += CACHE_ROWS)
        for (uint64_t v = 0; v < few->count; v++)
            for (uint64_t row = tile; row < tile + CACHE_ROWS; row += MLM_ROWS_AT_ONCE) {
                const struct mlm_four_rows rows = {.first = few->weights + row * bytes,
                    .row_pitch = bytes,
                    .block_pitch = spec->block_bytes,
                    .blocks = config->width / spec->block_values};
                few->state->products(&rows, &few->vectors[v], few->out + v * config->width + row);
            }
}

static int few_multiply(const struct quantised_state *state, const uint8_t *weights, const float *in,
    uint64_t count, float *out, struct mlm_scoreboard *sb)
{
    uint64_t width = state->config.width;
    bool rounds = format_of(&state->config) >= MLM_BLOCKS_Q8_0;
    struct mlm_vector vectors[COMPRESSION_BLAS_BATCH];
    for (uint64_t v = 0; v < count; v++) {
        uint8_t *rounded = state->rounded + v * vector_rounded_bytes(&state->config);
        int16_t *whole = (int16_t *)(void *)rounded;
        int32_t *part_sums = (int32_t *)(void *)(rounded + width * sizeof *whole);
        vectors[v] =
            (struct mlm_vector){.values = in + v * width, .whole = whole, .part_sums = part_sums, .scale = 1};
        if (rounds)
            mlm_vector_round(in + v * width, width, whole, part_sums, &vectors[v].scale);
    }
    struct few few = {.state = state, .weights = weights, .vectors = vectors, .count = count, .out = out};
    return mlm_parallel(state->config.job.threads, few_part, &few, sb);
}

/* ---- A layer, a batch at a time ---- */

static void batch_multiply(
    const struct quantised_state *state, const uint8_t *weights, const float *in, uint64_t count, float *out)
{
    const struct compression_config *config = &state->config;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format_of(config)];
    uint64_t width = config->width, bytes = row_bytes(config);
    for (uint64_t row = 0; row < width; row += TILE_ROWS) {
        const uint8_t *from = weights + row * bytes;
        const float *tile = state->tile;
        if (tile)
            for (uint64_t at = 0; at < TILE_ROWS * width; at += spec->block_values, from += spec->block_bytes)
                spec->decode(from, state->tile + at);
        else
            tile = (const float *)(const void *)from;
        state->blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)count, (int)TILE_ROWS, (int)width, 1,
            in, (int)width, tile, (int)width, 0, out + row, (int)width);
    }
}

static int quantised_product(
    void *p, uint64_t layer, const float *in, uint64_t count, float *out, struct mlm_scoreboard *sb)
{
    const struct quantised_state *state = p;
    const struct compression_config *config = &state->config;
    const uint8_t *weights = state->weights + layer * config->width * row_bytes(config);
    int r = 0;
    if (by_blas(config))
        batch_multiply(state, weights, in, count, out);
    else
        r = few_multiply(state, weights, in, count, out, sb);
    mlm_progress_add(sb, count);
    return r;
}

static int quantised_run(void *p, struct mlm_scoreboard *sb)
{
    struct quantised_state *state = p;
    mlm_progress_begin(sb, COMPRESSION_LAYERS * state->config.samples);
    return compression_pass_run(&state->pass, quantised_product, state, sb);
}

static int quantised_verify(const void *p, struct mlm_scoreboard *sb)
{
    compression_pass_answer(&((const struct quantised_state *)p)->pass, sb);
    return 0;
}

#define CONFIG(field) offsetof(struct compression_config, field)

static const struct mlm_param quantised_params[] = {
    {.name = "weights",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(weights),
        .words = format_words,
        .help = "how a weight is held: f32, f16, i8 or i4 (with a scale for each 32 weights)",
        .sweep = "f32,f16,i8,i4",
        .quick = "f32,i4"},
    {.name = "batch",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(batch),
        .help = "samples that pass the layers together",
        .sweep = "1,256",
        .quick = "1",
        .minimum = 1,
        .maximum = 4096,
        .equal_work = true},
    {.name = NULL},
};

const struct mlm_workload compression_quantised = {.name = "quantised",
    .summary = "scores samples with weights of fewer bits",
    .flags = MLM_QUICK,
    .params = quantised_params,
    .config_size = sizeof(struct compression_config),
    .work = "quantised",
    .answer_tolerance = TOLERANCE,
    .library = MLM_BLAS_LIBRARY,
    .library_package = MLM_BLAS_PACKAGE,
    .derive = quantised_derive,
    .core_bytes = quantised_core,
    .peak_bytes = quantised_peak,
    .rough_ns = quantised_rough,
    .prepare = quantised_prepare,
    .run = quantised_run,
    .verify = quantised_verify,
    .destroy = quantised_destroy};
