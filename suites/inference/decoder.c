/* The model at work: a step of tokens passes all layers. Everything beside the weights and the cache is one
 * block of buffers, whose layout is also the formula of its size. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/exp.h"
#include "data/memory.h"
#include "data/parallel.h"
#include "data/products.h"
#include "data/random.h"
#include "inference/attention.h"
#include "inference/inference.h"

/* Rows of a matrix that a thread multiplies with all vectors of a step, before it takes the next ones: they
 * stay in its cache. */
#define TILE_ROWS 16u

#define ROPE_BASE 10000.0
#define NORM_EPSILON 1e-5f

/* Streams of the seed. */
enum { STREAM_TOKENS = 0, STREAM_CACHE = 1 };

/* A value of the cache is about 1. */
#define CACHE_UNIT 0x1p-5f

/* Rows of `width` floats, one for each token of the step, unless stated otherwise. */
struct buffers {
    float *stream; /* what passes the layers */
    float *normed; /* and the output of a part of a layer, before it is added to the stream */
    float *queries;
    float *keys, *values; /* of the key-value heads */
    float *attended;
    float *gate, *up; /* of the feed-forward part */
    int16_t *whole;   /* the vectors of a product, as whole numbers: rows as wide as the widest vector */
    int32_t *part_sums;
    struct mlm_vector *vectors;
    float *turns;           /* cosine and sine of each pair of a head */
    float *maxima_and_sums; /* two for each head and token */
    float *decoded;         /* for each thread, keys and values of some positions */
    float *scores;          /* heads · tokens · context; attention with the whole matrix only */
    float *logits;          /* of all tokens, or of one */
};

struct mlm_decoder_run {
    struct mlm_inference_config config;
    const struct mlm_weights *weights;
    mlm_four_products *products; /* of the weights' format */
    mlm_blocks_decode *decode;   /* of the cache's */
    struct buffers buffers;
    uint8_t *block, *cache;
    uint64_t logits_of; /* the row of logits that belongs to the last token */
};

static void *carve(uint8_t *base, uint64_t *at, uint64_t size)
{
    void *here = base ? base + *at : NULL;
    *at += (size + 63) / 64 * 64;
    return here;
}

static uint64_t logits_rows(const struct mlm_inference_config *config)
{
    return config->prefill && config->logits == MLM_LOGITS_LAST ? 1 : mlm_step_tokens(config);
}

/* Returns the size of all buffers. base: where they lie; NULL: they are only counted. */
static uint64_t buffers_lay(const struct mlm_inference_config *config, uint8_t *base, struct buffers *b)
{
    const struct mlm_decoder_shape *shape = &config->shape;
    uint64_t at = 0, tokens = mlm_step_tokens(config), floats = tokens * sizeof(float);
    bool whole = config->attention == MLM_ATTENTION_WHOLE;
    b->stream = carve(base, &at, shape->width * floats);
    b->normed = carve(base, &at, shape->width * floats);
    b->queries = carve(base, &at, shape->width * floats);
    b->keys = carve(base, &at, mlm_kv_width(shape) * floats);
    b->values = carve(base, &at, mlm_kv_width(shape) * floats);
    b->attended = carve(base, &at, shape->width * floats);
    b->gate = carve(base, &at, shape->ffn * floats);
    b->up = carve(base, &at, shape->ffn * floats);
    b->whole = carve(base, &at, shape->ffn * tokens * sizeof *b->whole);
    b->part_sums = carve(base, &at, shape->ffn / MLM_PART * tokens * sizeof *b->part_sums);
    b->vectors = carve(base, &at, tokens * sizeof *b->vectors);
    b->turns = carve(base, &at, shape->head_size * floats);
    b->maxima_and_sums = carve(base, &at, 2 * shape->heads * floats);
    b->decoded = carve(
        base, &at, 2 * MLM_ATTENTION_POSITIONS * shape->head_size * sizeof(float) * config->job.threads);
    b->scores = whole ? carve(base, &at, shape->heads * config->context * floats) : NULL;
    b->logits = carve(base, &at, shape->vocabulary * logits_rows(config) * sizeof(float));
    return at;
}

uint64_t mlm_buffer_bytes(const struct mlm_inference_config *config)
{
    struct buffers counted;
    return buffers_lay(config, NULL, &counted);
}

static uint64_t head_bytes(const struct mlm_inference_config *config)
{
    return mlm_blocks_bytes((enum mlm_blocks)config->kv, config->shape.head_size);
}

uint64_t mlm_kv_bytes(const struct mlm_inference_config *config)
{
    return 2 * config->shape.layers * config->shape.kv_heads * config->context * head_bytes(config) *
           config->sequences;
}

enum half { KEYS, VALUES };

/* Position 0 of one head. */
static uint8_t *cache_at(
    const struct mlm_decoder_run *run, uint64_t sequence, uint64_t layer, enum half half, uint64_t head)
{
    const struct mlm_inference_config *config = &run->config;
    uint64_t heads = ((sequence * config->shape.layers + layer) * 2 + half) * config->shape.kv_heads + head;
    return run->cache + heads * config->context * head_bytes(config);
}

int mlm_decoder_run_open(const struct mlm_inference_config *config, const struct mlm_weights *weights,
    struct mlm_decoder_run **ret_run, struct mlm_scoreboard *sb)
{
    struct mlm_decoder_run *run = calloc(1, sizeof *run);
    if (!run)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    run->config = *config;
    run->weights = weights;
    run->products = mlm_four_products_of((enum mlm_blocks)config->weights, mlm_clone_best());
    run->decode = mlm_blocks_decode_of((enum mlm_blocks)config->kv, mlm_clone_best());
    run->cache = mlm_map(mlm_kv_bytes(config), "the cache of keys and values", sb);
    if (run->cache)
        run->block = mlm_map(mlm_buffer_bytes(config), "the compute buffer", sb);
    if (!run->block) {
        mlm_decoder_run_close(run);
        return -ENOMEM;
    }
    (void)buffers_lay(config, run->block, &run->buffers);
    *ret_run = run;
    return 0;
}

void mlm_decoder_run_close(struct mlm_decoder_run *run)
{
    if (!run)
        return;
    mlm_unmap(run->block, mlm_buffer_bytes(&run->config));
    mlm_unmap(run->cache, mlm_kv_bytes(&run->config));
    free(run);
}

/* Fills some positions of one head. A group of drawn values may end in the middle of a position. */
static void head_fill(const struct mlm_decoder_run *run, uint64_t key, uint64_t count, uint8_t *cache)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[run->config.kv];
    uint64_t values = count * run->config.shape.head_size;
    for (uint64_t at = 0; at < values; at += MLM_GROUP) {
        struct mlm_exact_group group;
        uint8_t blocks[MLM_GROUP * sizeof(float)];
        mlm_exact_group_draw(key, at / MLM_GROUP, CACHE_UNIT, &group);
        spec->encode(&group, blocks);
        uint64_t here = values - at < MLM_GROUP ? values - at : MLM_GROUP;
        uint64_t bytes = mlm_blocks_bytes((enum mlm_blocks)run->config.kv, here);
        memcpy(cache, blocks, bytes);
        cache += bytes;
    }
}

void mlm_decoder_fill(struct mlm_decoder_run *run, uint64_t count)
{
    const struct mlm_decoder_shape *shape = &run->config.shape;
    uint64_t key = mlm_random_key(run->config.job.seed, STREAM_CACHE), number = 0;
    for (uint64_t sequence = 0; sequence < run->config.sequences; sequence++)
        for (uint64_t layer = 0; layer < shape->layers; layer++)
            for (unsigned half = KEYS; half <= VALUES; half++)
                for (uint64_t head = 0; head < shape->kv_heads; head++)
                    head_fill(run, mlm_random_u64(key, number++), count,
                        cache_at(run, sequence, layer, (enum half)half, head));
}

const float *mlm_decoder_logits(const struct mlm_decoder_run *run)
{
    return run->buffers.logits + run->logits_of * run->config.shape.vocabulary;
}

/* ---- One matrix, times the vectors of a step ---- */

struct product {
    const struct mlm_decoder_run *run;
    struct mlm_weight_matrix matrix;
    uint64_t count; /* vectors */
    float *results; /* row `v` of matrix.rows floats is the product with vector `v` */
};

/* The rows from `row` on, a multiple of four. */
static struct mlm_four_rows four_rows(
    const struct mlm_decoder_run *run, const struct mlm_weight_matrix *matrix, uint64_t row)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[run->config.weights];
    const uint8_t *repacked = run->weights->repacked;
    uint64_t blocks = matrix->columns / spec->block_values, row_bytes = blocks * spec->block_bytes;
    return (struct mlm_four_rows){
        .first = (repacked ? repacked : run->weights->bytes) + matrix->offset + row * row_bytes,
        .row_pitch = repacked ? spec->block_bytes : row_bytes,
        .block_pitch = repacked ? spec->block_bytes * MLM_ROWS_AT_ONCE : spec->block_bytes,
        .blocks = blocks};
}

static void product_part(void *context, uint64_t part)
{
    const struct product *product = context;
    const struct mlm_decoder_run *run = product->run;
    uint64_t tiles = (product->matrix.rows + TILE_ROWS - 1) / TILE_ROWS, parts = run->config.job.threads;
    uint64_t end = mlm_part_begin(tiles, part + 1, parts) * TILE_ROWS;
    if (end > product->matrix.rows)
        end = product->matrix.rows;
    for (uint64_t tile = mlm_part_begin(tiles, part, parts) * TILE_ROWS; tile < end; tile += TILE_ROWS)
        for (uint64_t v = 0; v < product->count; v++)
            for (uint64_t row = tile; row < tile + TILE_ROWS && row < end; row += MLM_ROWS_AT_ONCE) {
                struct mlm_four_rows rows = four_rows(run, &product->matrix, row);
                run->products(
                    &rows, &run->buffers.vectors[v], product->results + v * product->matrix.rows + row);
            }
}

/* Makes `count` vectors of `columns` floats the factor of the products that follow. */
static void vectors_set(
    const struct mlm_decoder_run *run, const float *values, uint64_t columns, uint64_t count)
{
    const struct buffers *b = &run->buffers;
    bool rounds = run->config.weights != MLM_BLOCKS_F32 && run->config.weights != MLM_BLOCKS_F16;
    for (uint64_t v = 0; v < count; v++) {
        int16_t *whole = b->whole + v * columns;
        int32_t *part_sums = b->part_sums + v * columns / MLM_PART;
        b->vectors[v] = (struct mlm_vector){
            .values = values + v * columns, .whole = whole, .part_sums = part_sums, .scale = 1};
        if (rounds)
            mlm_vector_round(values + v * columns, columns, whole, part_sums, &b->vectors[v].scale);
    }
}

static int multiply(const struct mlm_decoder_run *run, uint64_t layer, enum mlm_matrix_id id, uint64_t count,
    float *results, struct mlm_scoreboard *sb)
{
    struct product product = {.run = run,
        .matrix = mlm_weight_matrix_of(&run->config, layer, id),
        .count = count,
        .results = results};
    return mlm_parallel(run->config.job.threads, product_part, &product, sb);
}

/* ---- A layer ---- */

static void normalize(
    const struct mlm_decoder_run *run, uint64_t norm, const float *values, float *normed, uint64_t count)
{
    uint64_t width = run->config.shape.width;
    const uint8_t *bytes = run->weights->repacked ? run->weights->repacked : run->weights->bytes;
    const float *factors = (const float *)(const void *)bytes + norm * width;
    for (uint64_t token = 0; token < count; token++, values += width, normed += width) {
        double squares = 0;
#pragma omp simd reduction(+ : squares)
        for (uint64_t i = 0; i < width; i++)
            squares += (double)values[i] * (double)values[i];
        float by = 1 / sqrtf((float)(squares / (double)width) + NORM_EPSILON);
        for (uint64_t i = 0; i < width; i++)
            normed[i] = values[i] * by * factors[i];
    }
}

static void add(float *restrict to, const float *restrict from, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        to[i] += from[i];
}

/* Turns each pair of numbers of each head by the angles of the token's position. */
static void turn(const struct mlm_decoder_run *run, float *values, uint64_t heads, uint64_t count)
{
    uint64_t size = run->config.shape.head_size;
    for (uint64_t token = 0; token < count; token++) {
        const float *turns = run->buffers.turns + token * size;
        for (uint64_t head = 0; head < heads; head++, values += size)
            for (uint64_t i = 0; i < size; i += 2) {
                float a = values[i], b = values[i + 1];
                values[i] = a * turns[i] - b * turns[i + 1];
                values[i + 1] = a * turns[i + 1] + b * turns[i];
            }
    }
}

static void turns_set(const struct mlm_decoder_run *run, uint64_t position, uint64_t count)
{
    bool prefill = run->config.prefill;
    uint64_t size = run->config.shape.head_size;
    for (uint64_t token = 0; token < count; token++)
        for (uint64_t i = 0; i < size; i += 2) {
            double angle =
                (double)(position + (prefill ? token : 0)) * pow(ROPE_BASE, -(double)i / (double)size);
            run->buffers.turns[token * size + i] = (float)cos(angle);
            run->buffers.turns[token * size + i + 1] = (float)sin(angle);
        }
}

/* The step's place in the sequences. */
struct step {
    const struct mlm_decoder_run *run;
    uint64_t layer, position, count;
};

/* Rounds one key or value to the format of the cache. */
static void cache_put(const struct step *step, enum half half, const float *values)
{
    const struct mlm_inference_config *config = &step->run->config;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[config->kv];
    bool prefill = config->prefill;
    uint64_t size = config->shape.head_size;
    for (uint64_t token = 0; token < step->count; token++)
        for (uint64_t head = 0; head < config->shape.kv_heads; head++, values += size) {
            uint8_t *at = cache_at(step->run, prefill ? 0 : token, step->layer, half, head);
            at += (step->position + (prefill ? token : 0)) * head_bytes(config);
            for (uint64_t i = 0; i < size; i += MLM_PART, at += spec->block_bytes)
                spec->round(values + i, at);
        }
}

/* Each part has some of the heads of the cache, of all sequences. */
static void attend_part(void *context, uint64_t part)
{
    const struct step *step = context;
    const struct mlm_decoder_run *run = step->run;
    const struct mlm_inference_config *config = &run->config;
    const struct mlm_decoder_shape *shape = &config->shape;
    const struct buffers *b = &run->buffers;
    bool prefill = config->prefill;
    uint64_t tokens = prefill ? step->count : 1, sequences = prefill ? 1 : step->count;
    uint64_t units = sequences * shape->kv_heads, shared = shape->heads / shape->kv_heads;
    uint64_t end = mlm_part_begin(units, part + 1, config->job.threads);
    for (uint64_t unit = mlm_part_begin(units, part, config->job.threads); unit < end; unit++) {
        uint64_t sequence = unit / shape->kv_heads, head = unit % shape->kv_heads;
        uint64_t first = sequence * shape->width + head * shared * shape->head_size;
        uint64_t rows = unit * shared * tokens;
        struct mlm_attention_job job = {.format = (enum mlm_blocks)config->kv,
            .decode = run->decode,
            .keys = cache_at(run, sequence, step->layer, KEYS, head),
            .values = cache_at(run, sequence, step->layer, VALUES, head),
            .head_size = shape->head_size,
            .heads = shared,
            .tokens = tokens,
            .position = step->position,
            .context = config->context,
            .queries = b->queries + first,
            .results = b->attended + first,
            .pitch = shape->width,
            .decoded = b->decoded + part * 2 * MLM_ATTENTION_POSITIONS * shape->head_size,
            .maxima_and_sums = b->maxima_and_sums + 2 * rows,
            .scores = b->scores ? b->scores + rows * config->context : NULL};
        mlm_attend(&job);
    }
}

static int attention(const struct step *step, struct mlm_scoreboard *sb)
{
    const struct mlm_decoder_run *run = step->run;
    const struct mlm_decoder_shape *shape = &run->config.shape;
    const struct buffers *b = &run->buffers;
    uint64_t layer = step->layer, count = step->count;
    normalize(run, 2 * layer, b->stream, b->normed, count);
    vectors_set(run, b->normed, shape->width, count);
    int r = multiply(run, layer, MLM_MATRIX_Q, count, b->queries, sb);
    if (r == 0)
        r = multiply(run, layer, MLM_MATRIX_K, count, b->keys, sb);
    if (r == 0)
        r = multiply(run, layer, MLM_MATRIX_V, count, b->values, sb);
    if (r < 0)
        return r;
    turn(run, b->queries, shape->heads, count);
    turn(run, b->keys, shape->kv_heads, count);
    cache_put(step, KEYS, b->keys);
    cache_put(step, VALUES, b->values);
    r = mlm_parallel(run->config.job.threads, attend_part, (void *)(uintptr_t)step, sb);
    if (r < 0)
        return r;
    vectors_set(run, b->attended, shape->width, count);
    return multiply(run, layer, MLM_MATRIX_O, count, b->normed, sb);
}

/* SwiGLU: up · gate · sigmoid(gate). */
static void gate_open(float *restrict gate, const float *restrict up, uint64_t count)
{
#pragma omp simd
    for (uint64_t i = 0; i < count; i++)
        gate[i] *= up[i] / (1 + mlm_exp(-gate[i]));
}

static int feed_forward(const struct step *step, struct mlm_scoreboard *sb)
{
    const struct mlm_decoder_run *run = step->run;
    const struct mlm_decoder_shape *shape = &run->config.shape;
    const struct buffers *b = &run->buffers;
    uint64_t layer = step->layer, count = step->count;
    normalize(run, 2 * layer + 1, b->stream, b->normed, count);
    vectors_set(run, b->normed, shape->width, count);
    int r = multiply(run, layer, MLM_MATRIX_GATE, count, b->gate, sb);
    if (r == 0)
        r = multiply(run, layer, MLM_MATRIX_UP, count, b->up, sb);
    if (r < 0)
        return r;
    gate_open(b->gate, b->up, count * shape->ffn);
    vectors_set(run, b->gate, shape->ffn, count);
    return multiply(run, layer, MLM_MATRIX_DOWN, count, b->normed, sb);
}

/* The row of the table that belongs to a token. */
static void embed(const struct mlm_decoder_run *run, uint64_t token, float *values)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[run->config.weights];
    struct mlm_weight_matrix table =
        mlm_weight_matrix_of(&run->config, run->config.shape.layers, MLM_MATRIX_Q);
    struct mlm_four_rows rows = four_rows(run, &table, token / MLM_ROWS_AT_ONCE * MLM_ROWS_AT_ONCE);
    const uint8_t *block = rows.first + token % MLM_ROWS_AT_ONCE * rows.row_pitch;
    for (uint64_t i = 0; i < rows.blocks; i++, block += rows.block_pitch)
        spec->decode(block, values + i * spec->block_values);
}

static int logits(struct mlm_decoder_run *run, uint64_t position, uint64_t count, struct mlm_scoreboard *sb)
{
    const struct mlm_inference_config *config = &run->config;
    const struct buffers *b = &run->buffers;
    uint64_t width = config->shape.width, wanted = count;
    const float *from = b->stream;
    if (logits_rows(config) == 1) {
        if (config->prefill && position + count < config->tokens)
            return 0;
        wanted = 1;
        from += (count - 1) * width;
    }
    run->logits_of = wanted - 1;
    normalize(run, 2 * config->shape.layers, from, b->normed, wanted);
    vectors_set(run, b->normed, width, wanted);
    return multiply(run, config->shape.layers, MLM_MATRIX_Q, wanted, b->logits, sb);
}

int mlm_decoder_step(
    struct mlm_decoder_run *run, uint64_t position, uint64_t count, struct mlm_scoreboard *sb)
{
    const struct mlm_decoder_shape *shape = &run->config.shape;
    const struct buffers *b = &run->buffers;
    uint64_t key = mlm_random_key(run->config.job.seed, STREAM_TOKENS);
    struct step step = {.run = run, .position = position, .count = count};
    for (uint64_t i = 0; i < count; i++)
        embed(run, mlm_random_below(key, position * run->config.sequences + i, (uint32_t)shape->vocabulary),
            b->stream + i * shape->width);
    turns_set(run, position, count);
    for (; step.layer < shape->layers; step.layer++) {
        int r = attention(&step, sb);
        if (r < 0)
            return r;
        add(b->stream, b->normed, count * shape->width);
        r = feed_forward(&step, sb);
        if (r < 0)
            return r;
        add(b->stream, b->normed, count * shape->width);
        mlm_progress_add(sb, 1);
    }
    return logits(run, position, count, sb);
}
