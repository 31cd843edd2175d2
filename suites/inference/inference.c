/* The suite inference: its descriptors, formulas and checks. */
#include "inference/inference.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "data/parallel.h"

/* Rounding of vectors to 16 bits changes an answer by less than a thousandth. Where a run adds keys and
 * values of four bits to the exact ones of the cache, one in 16 at most, they change it by up to a hundredth.
 * The answers of two unlike decoders differ by several hundredths. */
#define ANSWER_TOLERANCE 1.5e-2
#define ANSWER_WORDS 256u
#define CONTEXT_OF_TOKEN 16u

/* A decode of this many bytes of weights as f16 lasts long enough to be timed. */
#define DECODE_BYTES (UINT64_C(2) << 30)
#define DECODE_TOKENS_MOST 32u

struct inference_state {
    struct mlm_inference_config config;
    struct mlm_weights weights;
    struct mlm_decoder_run *run;
    uint64_t checksum;
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static int inference_derive(void *p, struct mlm_error *error)
{
    struct mlm_inference_config *config = p;
    config->prefill = config->job.workload->variant != NULL;
    if (config->job.threads < 1 || config->job.threads > MLM_THREADS_MAX)
        return mlm_error_set(error, -ERANGE, "threads must lie in 1..%d", MLM_THREADS_MAX);
    if (!mlm_decoder_shape_of(config->job.data_bytes, (enum mlm_kv_heads)config->kv_heads, &config->shape))
        return mlm_error_set(error, -ERANGE, "a model of one layer needs data=4M at least");
    if (config->prefill) {
        config->sequences = 1;
        config->context = config->tokens;
        config->kv = MLM_BLOCKS_F16;
        config->ubatch = least(config->ubatch, config->tokens);
        return 0;
    }
    if (!mlm_blocks_specs[config->kv].round)
        return mlm_error_set(error, -EINVAL, "keys and values are f16, q8_0 or q4_0, not %s",
            mlm_blocks_specs[config->kv].name);
    uint64_t most = least(config->context / CONTEXT_OF_TOKEN, DECODE_TOKENS_MOST);
    if (config->tokens == 0)
        config->tokens = least(DECODE_BYTES / config->job.data_bytes + 1, most);
    if (config->tokens > most)
        return mlm_error_set(error, -EINVAL, "%" PRIu64 " tokens need a context of %" PRIu64 " at least",
            config->tokens, config->tokens * CONTEXT_OF_TOKEN);
    return 0;
}

/* Bytes of weights that the process holds itself; a mapped file is in the page cache. */
static uint64_t held_weights(const struct mlm_inference_config *config)
{
    bool held = config->load == MLM_LOAD_READ || config->load == MLM_LOAD_REPACK;
    return held ? mlm_weights_bytes(config) : 0;
}

static uint64_t inference_core(const void *p)
{
    const struct mlm_inference_config *config = p;
    return held_weights(config) + mlm_kv_bytes(config);
}

/* The page tables of a mapping stay until it is unmapped. */
static uint64_t inference_peak(const void *p)
{
    const struct mlm_inference_config *config = p;
    uint64_t held = inference_core(p) + mlm_buffer_bytes(config);
    uint64_t mapped = config->load == MLM_LOAD_READ ? 0 : mlm_weights_bytes(config);
    return MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held + mapped);
}

/* Assumes 1 GB/s for a cold file, and for each token 5 GB/s, or 10 G multiplications a second where several
 * tokens share the bytes. */
static uint64_t inference_rough(const void *p)
{
    const struct mlm_inference_config *config = p;
    uint64_t bytes = mlm_weights_bytes(config), steps = config->tokens;
    if (mlm_step_tokens(config) > 1)
        return 2 * bytes + steps * config->sequences * config->job.data_bytes / 20;
    return 2 * bytes + steps * (bytes + mlm_kv_bytes(config)) / 5;
}

static void inference_destroy(void *p)
{
    struct inference_state *state = p;
    if (!state)
        return;
    mlm_decoder_run_close(state->run);
    mlm_weights_close(&state->weights);
    free(state);
}

/* decode computes one step before the clock starts, because what is timed is a model that already answers;
 * the first step of the run overwrites what it added to the cache. */
static int state_fill(struct inference_state *state, struct mlm_scoreboard *sb)
{
    struct mlm_inference_config *config = &state->config;
    int r = mlm_weights_open(config, &state->weights, sb);
    if (r == 0)
        r = mlm_decoder_run_open(config, &state->weights, &state->run, sb);
    if (r < 0)
        return r;
    if (config->prefill)
        return 0;
    uint64_t before = config->context - config->tokens;
    mlm_progress_begin(sb, config->shape.layers);
    mlm_decoder_fill(state->run, before);
    return mlm_decoder_step(state->run, before, config->sequences, sb);
}

static int inference_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct inference_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct mlm_inference_config *)config;
    int r = state_fill(state, sb);
    if (r < 0) {
        inference_destroy(state);
        return r;
    }
    *ret_state = state;
    return 0;
}

static int decode_run(void *p, struct mlm_scoreboard *sb)
{
    struct inference_state *state = p;
    const struct mlm_inference_config *config = &state->config;
    mlm_progress_begin(sb, config->tokens * config->shape.layers);
    for (uint64_t i = 0; i < config->tokens; i++) {
        int r = mlm_decoder_step(state->run, config->context - config->tokens + i, config->sequences, sb);
        if (r < 0)
            return r;
    }
    return 0;
}

static int prefill_run(void *p, struct mlm_scoreboard *sb)
{
    struct inference_state *state = p;
    const struct mlm_inference_config *config = &state->config;
    uint64_t steps = (config->tokens + config->ubatch - 1) / config->ubatch;
    mlm_progress_begin(sb, steps * config->shape.layers);
    for (uint64_t at = 0; at < config->tokens; at += config->ubatch) {
        int r = mlm_decoder_step(state->run, at, least(config->tokens - at, config->ubatch), sb);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The answer: the root of the mean square of logits, of 256 words in each eighth of the vocabulary. */
static int inference_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct inference_state *state = p;
    const struct mlm_inference_config *config = &state->config;
    const float *logits = mlm_decoder_logits(state->run);
    uint64_t eighth = config->shape.vocabulary / MLM_ANSWER_MAX;
    sb->items = config->tokens * config->sequences;
    sb->data_checksum = mlm_weights_checksum(config, &state->weights);
    for (unsigned i = 0; i < MLM_ANSWER_MAX; i++, logits += eighth) {
        double squares = 0;
        for (uint64_t word = 0; word < ANSWER_WORDS; word++) {
            double logit = (double)logits[word * eighth / ANSWER_WORDS];
            squares += logit * logit;
        }
        mlm_answer_add(sb, sqrt(squares / ANSWER_WORDS));
    }
    return 0;
}

static const char *const weights_words[] = {[MLM_BLOCKS_F32] = "f32",
    [MLM_BLOCKS_F16] = "f16",
    [MLM_BLOCKS_Q8_0] = "q8_0",
    [MLM_BLOCKS_Q4_0] = "q4_0",
    [MLM_BLOCKS_Q4_K] = "q4_k",
    NULL};
static const char *const load_words[] = {[MLM_LOAD_MMAP] = "mmap",
    [MLM_LOAD_READ] = "read",
    [MLM_LOAD_POPULATE] = "mmap_populate",
    [MLM_LOAD_MLOCK] = "mlock",
    [MLM_LOAD_REPACK] = "repack",
    NULL};
static const char *const kv_heads_words[] = {
    [MLM_KV_QUARTER] = "quarter", [MLM_KV_ONE] = "one", [MLM_KV_ALL] = "all", NULL};
static const char *const logits_words[] = {[MLM_LOGITS_LAST] = "last", [MLM_LOGITS_ALL] = "all", NULL};
static const char *const attention_words[] = {
    [MLM_ATTENTION_BLOCKS] = "blocks", [MLM_ATTENTION_WHOLE] = "whole", NULL};

#define CONFIG(field) offsetof(struct mlm_inference_config, field)
#define WEIGHTS_PARAM(...)                                                                                   \
    {                                                                                                        \
        .name = "weights", .type = MLM_PARAM_WORD, .offset = CONFIG(weights), .words = weights_words,        \
        .help = "format of the weights", __VA_ARGS__                                                         \
    }
#define LOAD_PARAM(...)                                                                                      \
    {                                                                                                        \
        .name = "load", .type = MLM_PARAM_WORD, .offset = CONFIG(load), .words = load_words,                 \
        .help = "how the weights get to memory: mmap, read, mmap_populate, mlock, or repack (mmap and a "    \
                "copy in another order)",                                                                    \
        __VA_ARGS__                                                                                          \
    }
#define KV_HEADS_PARAM                                                                                       \
    {                                                                                                        \
        .name = "kv_heads", .type = MLM_PARAM_WORD, .offset = CONFIG(kv_heads), .words = kv_heads_words,     \
        .help = "heads with keys and values: one, a quarter of all, or all", .sweep = "quarter",             \
        .equal_work = true                                                                                   \
    }

static const struct mlm_param decode_params[] = {
    WEIGHTS_PARAM(.sweep = "f16,f32,q8_0,q4_0,q4_k", .quick = "f16"),
    LOAD_PARAM(.sweep = "mmap,read,mmap_populate,mlock,repack", .quick = "mmap,read"),
    {.name = "kv",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(kv),
        .words = weights_words,
        .help = "format of the keys and values: f16, q8_0 or q4_0",
        .sweep = "f16"},
    {.name = "context",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(context),
        .help = "positions of each sequence that are in the cache",
        .sweep = "512",
        .minimum = CONTEXT_OF_TOKEN,
        .maximum = 1 << 20,
        .equal_work = true},
    KV_HEADS_PARAM,
    {.name = "sequences",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(sequences),
        .help = "answers that are written at once",
        .sweep = "1",
        .minimum = 1,
        .maximum = 256,
        .equal_work = true},
    {.name = "tokens",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(tokens),
        .help =
            "tokens of each sequence, 0: as many as read 2 GiB of f16 weights; at most context / 16, and 32",
        .sweep = "0",
        .maximum = DECODE_TOKENS_MOST,
        .equal_work = true},
    {.name = NULL},
};

static const struct mlm_param prefill_params[] = {
    WEIGHTS_PARAM(.sweep = "q4_0"),
    LOAD_PARAM(.sweep = "mmap"),
    KV_HEADS_PARAM,
    {.name = "prompt",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(tokens),
        .help = "tokens of the prompt",
        .sweep = "512",
        .minimum = 1,
        .maximum = 1 << 16,
        .equal_work = true},
    {.name = "ubatch",
        .type = MLM_PARAM_COUNT,
        .offset = CONFIG(ubatch),
        .help = "tokens that pass the layers together",
        .sweep = "512,64,8,1",
        .minimum = 1,
        .maximum = 1 << 16},
    {.name = "logits",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(logits),
        .words = logits_words,
        .help = "tokens whose logits are computed: the last one, or all",
        .sweep = "last,all"},
    {.name = "attention",
        .type = MLM_PARAM_WORD,
        .offset = CONFIG(attention),
        .words = attention_words,
        .help = "over blocks of positions, or with the whole matrix of scores in memory",
        .sweep = "blocks,whole"},
    {.name = NULL},
};

#define INFERENCE_COMMON                                                                                     \
    .config_size = sizeof(struct mlm_inference_config), .rate_of = "tokens",                                 \
    .answer_tolerance = ANSWER_TOLERANCE, .dataset = &mlm_inference_dataset, .derive = inference_derive,     \
    .core_bytes = inference_core, .peak_bytes = inference_peak, .rough_ns = inference_rough,                 \
    .prepare = inference_prepare, .verify = inference_verify, .destroy = inference_destroy

/* The variant of prefill; decode has none. */
static const bool is_prefill = true;

static const struct mlm_workload decode = {INFERENCE_COMMON, .name = "decode",
    .summary = "writes an answer, token by token, with a full cache of keys and values", .work = "decode",
    .flags = MLM_QUICK | MLM_READS_FILE | MLM_MAPS_FILE, .params = decode_params, .run = decode_run};
static const struct mlm_workload prefill = {INFERENCE_COMMON, .name = "prefill", .variant = &is_prefill,
    .summary = "reads a prompt, several tokens at once", .work = "prefill",
    .flags = MLM_READS_FILE | MLM_MAPS_FILE, .params = prefill_params, .run = prefill_run};

static const struct mlm_workload *const workloads[] = {&decode, &prefill, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "inference",
    .summary = "does that language model fit?",
    .item = "tokens",
    /* Its file is as large as --data, and is read cold: at 2G a trial takes more than the two seconds that a
     * row of a default run may take. */
    .on_request = true,
    .workloads = workloads,
};
