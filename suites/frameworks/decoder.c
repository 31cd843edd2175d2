/* The language model of the suite `inference` in llama.cpp: its descriptor, and the file that the script
 * makes with the package gguf. --data is the size of the weights as f16.
 *
 * The weights are exact in every format, and the tokens come from the seed, so that all rows do the same
 * work. llama.cpp rounds the vectors that it multiplies with weights of 8 and 4 bits, hence the tolerance.
 * Keys and values are not exact: in four bits, they change the answer by some hundredths. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "frameworks/params.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

enum load { LOAD_MMAP, LOAD_READ };
enum repack { REPACK_ON, REPACK_OFF };
static const char *const weights_words[] = {"f16", "q8_0", "q4_0", "q4_k", NULL};
static const char *const kv_words[] = {"f16", "q8_0", "q4_0", NULL};
static const char *const load_words[] = {[LOAD_MMAP] = "mmap", [LOAD_READ] = "read", NULL};
static const char *const repack_words[] = {[REPACK_ON] = "on", [REPACK_OFF] = "off", NULL};

/* In the order of the words. */
static const struct {
    uint64_t values, bytes;
} formats[] = {{MLM_PART, MLM_F16_BYTES}, {MLM_PART, MLM_Q8_0_BYTES}, {MLM_PART, MLM_Q4_0_BYTES},
    {MLM_GROUP, MLM_Q4_K_BYTES}};

/* llama.cpp rounds the number of positions up to a multiple of this. */
#define POSITIONS_STEP UINT64_C(256)

static int decoder_derive(void *p, struct mlm_error *error)
{
    struct frameworks_config *config = p;
    if (!mlm_decoder_shape_of(config->job.data_bytes, MLM_KV_QUARTER, &config->decoder))
        return mlm_error_set(error, -ERANGE, "a model of one layer needs data=4M at least");
    if (config->prompt + config->tokens > config->context)
        return mlm_error_set(error, -EINVAL,
            "a prompt of %" PRIu64 " tokens and an answer of %" PRIu64 " need a context of %" PRIu64,
            config->prompt, config->tokens, config->prompt + config->tokens);
    return 0;
}

static uint64_t weights_bytes(const struct frameworks_config *config)
{
    const struct mlm_decoder_shape *shape = &config->decoder;
    return mlm_decoder_values(shape) / formats[config->weights].values * formats[config->weights].bytes +
           mlm_norm_count(shape) * shape->width * sizeof(float);
}

static uint64_t kv_bytes(const struct frameworks_config *config)
{
    uint64_t positions = (config->context + POSITIONS_STEP - 1) / POSITIONS_STEP * POSITIONS_STEP;
    uint64_t values = 2 * config->decoder.layers * mlm_kv_width(&config->decoder) * positions;
    return values / formats[config->kv].values * formats[config->kv].bytes;
}

/* Weights that are mapped are in the page cache. */
static uint64_t decoder_core(const void *p)
{
    const struct frameworks_config *config = p;
    return (config->load == LOAD_READ ? weights_bytes(config) : 0) + kv_bytes(config);
}

/* Assumes 1 GB/s for a cold file, 5 GB/s for each token that is written, 10 G multiplications a second in the
 * prompt. */
static uint64_t decoder_rough(const void *p)
{
    const struct frameworks_config *config = p;
    uint64_t bytes = weights_bytes(config);
    return 2000000000u + bytes + (config->tokens + 1) * bytes / 5 +
           config->prompt * mlm_decoder_values(&config->decoder) / 10;
}

static void decoder_name(const void *p, char name[static 128])
{
    const struct frameworks_config *config = p;
    const struct mlm_decoder_shape *shape = &config->decoder;
    snprintf(name, 128,
        "frameworks-decoder-v%d-w%" PRIu64 "-l%" PRIu64 "-k%" PRIu64 "-b%" PRIu64 "-s%" PRIu64 ".gguf",
        GENERATOR_VERSION, shape->width, shape->layers, shape->kv_heads, formats[config->weights].bytes,
        config->job.seed);
}

/* The header has a name for each word, and a line for each matrix. */
static uint64_t decoder_size(const void *p)
{
    const struct frameworks_config *config = p;
    return weights_bytes(config) + config->decoder.vocabulary * 32 + config->decoder.layers * 4096 + 65536;
}

static const struct mlm_dataset decoder_file = {.name = decoder_name, .size_bytes = decoder_size};

static const struct mlm_param decoder_params[] = {
    {WORD(weights, "f16,q8_0,q4_0,q4_k", "format of the weights"), .quick = "f16,q4_0"},
    {WORD(load, "mmap,read", "weights that are mapped, or read"), .quick = "mmap,read"},
    {WORD(kv, "f16,q8_0,q4_0", "format of the keys and values"), .quick = "f16", .equal_work = true},
    {COUNT(context, "512,4096", 1 << 20, "positions that the cache of keys and values has"), .quick = "512"},
    {WORD(repack, "on,off",
         "llama.cpp may hold some formats in another order, which suits the processor: a copy of the weights"),
        .quick = "on"},
    {COUNT(prompt, "64", 1 << 20, "tokens of the prompt"), .equal_work = true},
    {COUNT(tokens, "16", 1 << 16, "tokens of the answer"), .equal_work = true}, {.name = NULL}};

const struct mlm_workload mlm_frameworks_llama_decode = {COMMON, .name = "llama_decode",
    .summary = "llama.cpp writes an answer, token by token", .work = "llama",
    .library_package = "xllamacpp (PyPI)",
    .flags = MLM_QUICK | MLM_FOREIGN_HEAP | MLM_READS_FILE | MLM_MAPS_FILE, .params = decoder_params,
    .derive = decoder_derive, .dataset = &decoder_file, .core_bytes = decoder_core, .rough_ns = decoder_rough,
    .rate_of = "tokens", .answer_tolerance = 1e-2};
