/* The file of the weights: its layout, how it is made, and the ways to bring it to memory. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/output.h"
#include "data/products.h"
#include "data/random.h"
#include "inference/inference.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

/* Streams of the seed: the norms, then a stream for each matrix. */
enum { STREAM_NORMS = 16, STREAM_MATRICES };

static uint64_t norms_bytes(const struct mlm_decoder_shape *shape)
{
    return mlm_norm_count(shape) * shape->width * sizeof(float);
}

static uint64_t matrix_bytes(const struct mlm_inference_config *config, const struct mlm_weight_matrix *m)
{
    return mlm_blocks_bytes((enum mlm_blocks)config->weights, m->rows * m->columns);
}

static struct mlm_weight_matrix matrix_shape(const struct mlm_decoder_shape *shape, unsigned id)
{
    uint64_t width = shape->width, kv_width = mlm_kv_width(shape);
    switch (id) {
    case MLM_MATRIX_K:
    case MLM_MATRIX_V:
        return (struct mlm_weight_matrix){.rows = kv_width, .columns = width};
    case MLM_MATRIX_GATE:
    case MLM_MATRIX_UP:
        return (struct mlm_weight_matrix){.rows = shape->ffn, .columns = width};
    case MLM_MATRIX_DOWN:
        return (struct mlm_weight_matrix){.rows = width, .columns = shape->ffn};
    case MLM_MATRICES:
        return (struct mlm_weight_matrix){.rows = shape->vocabulary, .columns = width};
    default:
        return (struct mlm_weight_matrix){.rows = width, .columns = width};
    }
}

struct mlm_weight_matrix mlm_weight_matrix_of(
    const struct mlm_inference_config *config, uint64_t layer, enum mlm_matrix_id id)
{
    const struct mlm_decoder_shape *shape = &config->shape;
    unsigned last = layer < shape->layers ? id : MLM_MATRICES, before = layer < shape->layers ? last : 0;
    struct mlm_weight_matrix matrix = matrix_shape(shape, last);
    uint64_t layer_bytes = 0, earlier = 0;
    for (unsigned i = 0; i < MLM_MATRICES; i++) {
        struct mlm_weight_matrix other = matrix_shape(shape, i);
        layer_bytes += matrix_bytes(config, &other);
        earlier += i < before ? matrix_bytes(config, &other) : 0;
    }
    matrix.offset = norms_bytes(shape) + layer * layer_bytes + earlier;
    return matrix;
}

uint64_t mlm_weights_bytes(const struct mlm_inference_config *config)
{
    struct mlm_weight_matrix table = mlm_weight_matrix_of(config, config->shape.layers, MLM_MATRIX_Q);
    return table.offset + matrix_bytes(config, &table);
}

/* The size of a block tells the formats apart. */
static void dataset_name(const void *p, char name[static 128])
{
    const struct mlm_inference_config *config = p;
    const struct mlm_decoder_shape *shape = &config->shape;
    snprintf(name, 128,
        "inference-decoder-v%d-w%" PRIu64 "-l%" PRIu64 "-k%" PRIu64 "-b%" PRIu32 "-s%" PRIu64 ".weights",
        GENERATOR_VERSION, shape->width, shape->layers, shape->kv_heads,
        mlm_blocks_specs[config->weights].block_bytes, config->job.seed);
}

static uint64_t dataset_size(const void *config)
{
    return mlm_weights_bytes(config);
}

/* A vector of ones has products of about that size, whatever the number of columns is. */
static float unit_of(uint64_t columns)
{
    float unit = 0x1p-5f;
    for (; columns > 1; columns /= 4)
        unit /= 2;
    return unit;
}

static int norms_write(const struct mlm_inference_config *config, struct mlm_output *out)
{
    uint64_t key = mlm_random_key(config->job.seed, STREAM_NORMS);
    uint64_t count = norms_bytes(&config->shape) / sizeof(float);
    for (uint64_t i = 0; i < count; i++) {
        char *at;
        int r = mlm_output_reserve(out, sizeof(float), &at);
        if (r < 0)
            return r;
        float value = 0.5f + (float)mlm_random_below(key, i, 17) / 16;
        memcpy(at, &value, sizeof value);
        out->used += sizeof value;
    }
    return 0;
}

static int matrix_write(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
    uint64_t number, struct mlm_output *out)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[config->weights];
    uint64_t key = mlm_random_key(config->job.seed, STREAM_MATRICES + number);
    uint64_t of_row = matrix->columns / MLM_GROUP;
    size_t size = mlm_blocks_bytes((enum mlm_blocks)config->weights, MLM_GROUP);
    float unit = unit_of(matrix->columns);
    for (uint64_t row = 0; row < matrix->rows; row++) {
        for (uint64_t i = 0; i < of_row; i++) {
            struct mlm_exact_group group;
            char *at;
            int r = mlm_output_reserve(out, size, &at);
            if (r < 0)
                return r;
            mlm_exact_group_draw(key, row * of_row + i, unit, &group);
            spec->encode(&group, (uint8_t *)at);
            out->used += size;
        }
        mlm_progress_add(out->sb, 1);
    }
    return 0;
}

/* Calls `visit` for every matrix in the order of the file, until it fails. */
static int matrices_visit(const struct mlm_inference_config *config,
    int (*visit)(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
        uint64_t number, void *context),
    void *context)
{
    int r = 0;
    for (uint64_t layer = 0; r == 0 && layer <= config->shape.layers; layer++)
        for (unsigned id = 0; r == 0 && id < (layer < config->shape.layers ? MLM_MATRICES : 1u); id++) {
            struct mlm_weight_matrix matrix = mlm_weight_matrix_of(config, layer, (enum mlm_matrix_id)id);
            r = visit(config, &matrix, layer * MLM_MATRICES + id, context);
        }
    return r;
}

static int visit_write(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
    uint64_t number, void *context)
{
    return matrix_write(config, matrix, number, context);
}

static int visit_count(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
    uint64_t number, void *context)
{
    (void)config;
    (void)number;
    *(uint64_t *)context += matrix->rows;
    return 0;
}

static int weights_write(const void *p, struct mlm_output *out)
{
    const struct mlm_inference_config *config = p;
    uint64_t rows = 0;
    (void)matrices_visit(config, visit_count, &rows);
    mlm_progress_begin(out->sb, rows);
    int r = norms_write(config, out);
    return r < 0 ? r : matrices_visit(config, visit_write, out);
}

static int dataset_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, false, weights_write, config, sb);
}

static int dataset_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, true, weights_write, config, sb);
}

const struct mlm_dataset mlm_inference_dataset = {
    .name = dataset_name, .size_bytes = dataset_size, .build = dataset_build, .check = dataset_check};

/* Steps of the progress while the file is read or copied. */
#define PIECE_BYTES (UINT64_C(4) << 20)

static int weights_read(int fd, uint8_t *bytes, uint64_t size, struct mlm_scoreboard *sb)
{
    for (uint64_t done = 0; done < size;) {
        uint64_t left = size - done;
        ssize_t n = read(fd, bytes + done, left < PIECE_BYTES ? left : PIECE_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return mlm_fail(sb, n < 0 ? -errno : -EBADMSG, "cannot read the weights: %s",
                n < 0 ? strerror(errno) : "the file has become shorter");
        done += (uint64_t)n;
        mlm_progress_add(sb, (uint64_t)n);
    }
    return 0;
}

static int weights_lock(const struct mlm_weights *weights, struct mlm_scoreboard *sb)
{
    if (mlock(weights->bytes, weights->size) == 0)
        return 0;
    if (errno == EAGAIN)
        return mlm_fail(sb, -ENOMEM, "the kernel cannot keep all weights in memory");
    return mlm_fail(sb, -ENOTSUP,
        "cannot lock %" PRIu64 " MiB in memory: %s; raise the limit that `ulimit -l` shows",
        weights->size >> 20, strerror(errno));
}

/* Lets four rows take turns, block by block. */
static int visit_repack(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
    uint64_t number, void *context)
{
    (void)number;
    const struct mlm_weights *weights = context;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[config->weights];
    uint64_t blocks = matrix->columns / spec->block_values, row_bytes = blocks * spec->block_bytes;
    const uint8_t *from = weights->bytes + matrix->offset;
    uint8_t *to = weights->repacked + matrix->offset;
    for (uint64_t row = 0; row < matrix->rows; row += MLM_ROWS_AT_ONCE, from += MLM_ROWS_AT_ONCE * row_bytes)
        for (uint64_t block = 0; block < blocks; block++)
            for (unsigned i = 0; i < MLM_ROWS_AT_ONCE; i++, to += spec->block_bytes)
                memcpy(to, from + i * row_bytes + block * spec->block_bytes, spec->block_bytes);
    return 0;
}

static int weights_repack(
    const struct mlm_inference_config *config, struct mlm_weights *weights, struct mlm_scoreboard *sb)
{
    weights->repacked = mlm_map(weights->size, "the repacked weights", sb);
    if (!weights->repacked)
        return -ENOMEM;
    memcpy(weights->repacked, weights->bytes, norms_bytes(&config->shape));
    return matrices_visit(config, visit_repack, weights);
}

static int weights_map(
    const struct mlm_inference_config *config, int fd, struct mlm_weights *weights, struct mlm_scoreboard *sb)
{
    int flags = MAP_SHARED | (config->load == MLM_LOAD_POPULATE ? MAP_POPULATE : 0);
    void *bytes = mmap(NULL, weights->size, PROT_READ, flags, fd, 0);
    if (bytes == MAP_FAILED)
        return mlm_fail(sb, -errno, "cannot map the weights: %s", strerror(errno));
    weights->bytes = bytes;
    weights->mapped = true;
    if (config->load == MLM_LOAD_MLOCK)
        return weights_lock(weights, sb);
    return config->load == MLM_LOAD_REPACK ? weights_repack(config, weights, sb) : 0;
}

static int weights_bring(
    const struct mlm_inference_config *config, int fd, struct mlm_weights *weights, struct mlm_scoreboard *sb)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return mlm_fail(sb, -errno, "cannot examine the weights: %s", strerror(errno));
    if ((uint64_t)st.st_size != weights->size)
        return mlm_fail(sb, -EBADMSG, "the file of the weights has %" PRIu64 " bytes, not %" PRIu64,
            (uint64_t)st.st_size, weights->size);
    if (config->load != MLM_LOAD_READ)
        return weights_map(config, fd, weights, sb);
    uint8_t *bytes = mlm_map(weights->size, "the weights", sb);
    if (!bytes)
        return -ENOMEM;
    weights->bytes = bytes;
    mlm_progress_begin(sb, weights->size);
    return weights_read(fd, bytes, weights->size, sb);
}

int mlm_weights_open(
    const struct mlm_inference_config *config, struct mlm_weights *ret_weights, struct mlm_scoreboard *sb)
{
    if (!config->job.dataset)
        return mlm_fail(
            sb, -EINVAL, "this workload reads a file; name it with dataset=FILE (`build` makes one)");
    int fd = open(config->job.dataset, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return mlm_fail(sb, -errno, "cannot open %s: %s", config->job.dataset, strerror(errno));
    struct mlm_weights weights = {.size = mlm_weights_bytes(config)};
    int r = weights_bring(config, fd, &weights, sb);
    close(fd);
    if (r < 0) {
        mlm_weights_close(&weights);
        return r;
    }
    *ret_weights = weights;
    return 0;
}

void mlm_weights_close(struct mlm_weights *weights)
{
    void *bytes = (void *)(uintptr_t)weights->bytes;
    if (weights->mapped)
        (void)munmap(bytes, weights->size);
    else
        mlm_unmap(bytes, weights->size);
    mlm_unmap(weights->repacked, weights->size);
    *weights = (struct mlm_weights){0};
}

struct sampled {
    const struct mlm_weights *weights;
    uint64_t sum;
};

static int visit_sample(const struct mlm_inference_config *config, const struct mlm_weight_matrix *matrix,
    uint64_t number, void *context)
{
    struct sampled *sampled = context;
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[config->weights];
    uint64_t row = mlm_mix64(number) % matrix->rows, blocks = matrix->columns / spec->block_values;
    const uint8_t *block = sampled->weights->bytes + matrix->offset + row * blocks * spec->block_bytes;
    for (uint64_t b = 0; b < blocks; b++, block += spec->block_bytes) {
        float values[MLM_GROUP];
        spec->decode(block, values);
        for (unsigned i = 0; i < spec->block_values; i++) {
            uint32_t bits;
            memcpy(&bits, &values[i], sizeof bits);
            sampled->sum = mlm_mix64(sampled->sum + bits);
        }
    }
    return 0;
}

uint64_t mlm_weights_checksum(const struct mlm_inference_config *config, const struct mlm_weights *weights)
{
    struct sampled sampled = {.weights = weights, .sum = config->job.seed};
    (void)matrices_visit(config, visit_sample, &sampled);
    return sampled.sum;
}
