/* The suite pooling: its descriptors, and the sizes that follow from the parameters. */
#include "pooling/pooling.h"

#include <errno.h>
#include <stdlib.h>

#include "data/random.h"

/* A sequence of hourglasses, the shape of encoders and decoders: tensors of one step differ in size
 * 32-fold. */
static const uint32_t pattern[] = {512, 128, 32, 16, 64, 256};
#define HOURGLASS (sizeof pattern / sizeof *pattern)

/* With that many rows activations outweigh parameters, and the largest tensor has 4 MiB. */
#define NOMINAL_ROWS 2048u
#define HOURGLASSES_MAX (1u << 18)

/* Above this size there is no formula: the harness would need the heap's books, about 15 MB and 70 ms for
 * each GiB that is live. The bound is beyond laptops. */
#define COUNTED_OUT_MOST_BYTES (UINT64_C(8) << 30)

static uint64_t pooling_core(const void *p)
{
    return pooling_live_bytes(p);
}

/* First chooses the number of whole hourglasses for the nominal batch, then the batch that fills the rest, to
 * one row. */
static int pooling_derive(void *p, struct mlm_error *error)
{
    struct pooling_config *config = p;
    (void)error;
    config->heap = config->job.workload->variant;
    config->spec = (struct mlm_mlp_spec){
        .shape = {.layers = HOURGLASS, .pattern_length = HOURGLASS, .pattern = pattern},
        .optimizer = MLM_MLP_SGD,
        .training = true,
    };
    uint64_t live = config->job.data_bytes / 4;
    uint64_t each = mlm_mlp_lasting_bytes(&config->spec) +
                    NOMINAL_ROWS * sizeof(float) * (mlm_mlp_sample_floats(&config->spec.shape) - pattern[0]);
    uint64_t hourglasses = live / each;
    hourglasses = hourglasses < 1 ? 1 : hourglasses < HOURGLASSES_MAX ? hourglasses : HOURGLASSES_MAX;
    config->spec.shape.layers = (uint32_t)(hourglasses * HOURGLASS);
    uint64_t lasting = mlm_mlp_lasting_bytes(&config->spec);
    uint64_t row = mlm_mlp_passing_floats(&config->spec) * sizeof(float);
    config->rows = live > lasting + row ? (live - lasting) / row : 1;
    return 0;
}

/* Replays the trace as the workload does, with the books of its heap but without memory. */
static uint64_t pooling_peak(const void *p)
{
    const struct pooling_config *config = p;
    struct mlm_scoreboard sb = {0};
    struct pooling_replay *replay;
    if (!config->heap->resident || pooling_live_bytes(config) > COUNTED_OUT_MOST_BYTES ||
        pooling_replay_open(config, TOUCH_NOTHING, &replay, &sb) < 0)
        return 0;
    int r = pooling_replay_run(replay, &sb);
    uint64_t resident = r == 0 ? pooling_replay_resident(replay) : 0;
    pooling_replay_close(replay);
    if (r < 0)
        return 0;
    return MLM_BASELINE_BYTES + resident + mlm_page_table_bytes(&config->job, resident) +
           pooling_replay_bytes(config);
}

static uint64_t pooling_rough(const void *p)
{
    const struct pooling_config *config = p;
    return pooling_trace_bytes(config) / config->job.page_bytes * config->heap->page_ns + pooling_core(p) / 2;
}

struct state {
    struct pooling_config config;
    struct pooling_replay *replay;
};

static void pooling_destroy(void *p)
{
    struct state *state = p;
    if (state)
        pooling_replay_close(state->replay);
    free(state);
}

/* The trace has no data but sizes and contents. */
static uint64_t trace_checksum(const struct pooling_config *config)
{
    uint64_t sum = pooling_trace_bytes(config);
    for (uint64_t step = 0; step < config->steps; step++)
        sum = mlm_mix64(sum + pooling_step_rows(config, step));
    return mlm_mix64(sum ^ mlm_random_key(config->job.seed, 0));
}

static int pooling_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct pooling_config *)config;
    int r = pooling_replay_open(&state->config, TOUCH_PAGES, &state->replay, sb);
    if (r < 0) {
        pooling_destroy(state);
        return r;
    }
    sb->data_checksum = trace_checksum(&state->config);
    *ret_state = state;
    return 0;
}

static int pooling_run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    int r = pooling_replay_run(state->replay, sb);
    sb->items = pooling_replay_tensors(state->replay);
    return r;
}

/* The memory that was read must hold what was written: compares with the same sum, computed without
 * memory. */
static int pooling_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    struct pooling_replay *reckoned;
    int r = pooling_replay_open(&state->config, TOUCH_RECKON, &reckoned, sb);
    if (r < 0)
        return r;
    (void)pooling_replay_run(reckoned, sb);
    uint64_t sum = pooling_replay_checksum(state->replay), expected = pooling_replay_checksum(reckoned);
    pooling_replay_close(reckoned);
    mlm_answer_add(sb, (double)(sum >> 32));
    mlm_answer_add(sb, (double)(sum & UINT32_MAX));
    if (sum != expected)
        return mlm_fail(sb, -EBADMSG, "tensors were read with sum %016llx, and written with %016llx",
            (unsigned long long)sum, (unsigned long long)expected);
    return 0;
}

#define PARAMS_COMMON                                                                                        \
    {.name = "survivors",                                                                                    \
        .type = MLM_PARAM_COUNT,                                                                             \
        .offset = offsetof(struct pooling_config, survivors),                                                \
        .help = "1: small tensors that outlive their step by two lie scattered among the others",            \
        .sweep = "0,1",                                                                                      \
        .maximum = 1,                                                                                        \
        .equal_work = true},                                                                                 \
        {.name = "leak",                                                                                     \
            .type = MLM_PARAM_SIZE,                                                                          \
            .offset = offsetof(struct pooling_config, leak_bytes),                                           \
            .help = "bytes a step that are dropped without being freed",                                     \
            .sweep = "0,4M",                                                                                 \
            .maximum = 0x1p40,                                                                               \
            .equal_work = true},                                                                             \
    {                                                                                                        \
        .name = "steps", .type = MLM_PARAM_COUNT, .offset = offsetof(struct pooling_config, steps),          \
        .help = "steps of training, each with another batch", .sweep = "24", .minimum = 1, .maximum = 10000, \
        .equal_work = true                                                                                   \
    }

static const struct mlm_param common_params[] = {PARAMS_COMMON, {.name = NULL}};

static const struct mlm_param trim_params[] = {
    {.name = "every",
        .type = MLM_PARAM_COUNT,
        .offset = offsetof(struct pooling_config, every),
        .help = "steps between trims",
        .sweep = "8,1",
        .minimum = 1,
        .maximum = 10000},
    PARAMS_COMMON,
    {.name = NULL},
};

static const struct mlm_param deferred_params[] = {
    {.name = "growth",
        .type = MLM_PARAM_REAL,
        .offset = offsetof(struct pooling_config, growth),
        .help = "collect when the heap is this many times its live size",
        .sweep = "2,1.5,4",
        .quick = "2,4",
        .minimum = 1,
        .maximum = 64},
    PARAMS_COMMON,
    {.name = NULL},
};

#define POOLING_COMMON                                                                                       \
    .config_size = sizeof(struct pooling_config), .max_threads = 1, .derive = pooling_derive,                \
    .core_bytes = pooling_core, .peak_bytes = pooling_peak, .rough_ns = pooling_rough,                       \
    .prepare = pooling_prepare, .run = pooling_run, .verify = pooling_verify, .destroy = pooling_destroy

static const struct mlm_workload pooling_malloc = {POOLING_COMMON, .name = "malloc",
    .summary = "the C library's malloc and free, as they come", .flags = MLM_QUICK | MLM_FOREIGN_HEAP,
    .params = common_params, .variant = &pooling_heap_malloc};
static const struct mlm_workload pooling_malloc_fixed = {POOLING_COMMON, .name = "malloc_fixed",
    .summary = "the same with fixed thresholds: nothing is mapped or trimmed",
    .flags = MLM_QUICK | MLM_FOREIGN_HEAP, .params = common_params, .variant = &pooling_heap_malloc_fixed};
static const struct mlm_workload pooling_malloc_trim = {POOLING_COMMON, .name = "malloc_trim",
    .summary = "the same with malloc_trim() every few steps", .flags = MLM_FOREIGN_HEAP,
    .params = trim_params, .variant = &pooling_heap_malloc_trim};
static const struct mlm_workload pooling_arena = {POOLING_COMMON, .name = "arena",
    .summary = "one arena a step, reset at its end", .flags = MLM_QUICK, .params = common_params,
    .variant = &pooling_heap_arena};
static const struct mlm_workload pooling_pool = {POOLING_COMMON, .name = "pool",
    .summary = "a pool in size classes that keeps what it has", .flags = MLM_QUICK, .params = common_params,
    .variant = &pooling_heap_pool};
static const struct mlm_workload pooling_refcount = {POOLING_COMMON, .name = "refcount",
    .summary = "the pool, freed when the last reference goes", .flags = MLM_QUICK, .params = common_params,
    .variant = &pooling_heap_refcount};
static const struct mlm_workload pooling_deferred = {POOLING_COMMON, .name = "deferred",
    .summary = "the pool, where garbage waits for a collection at a growth factor", .flags = MLM_QUICK,
    .params = deferred_params, .variant = &pooling_heap_deferred};
static const struct mlm_workload pooling_boehm = {POOLING_COMMON, .name = "boehm",
    .summary = "Boehm's conservative collector; nothing is freed by hand", .flags = MLM_FOREIGN_HEAP,
    .params = common_params, .variant = &pooling_heap_boehm, .library = BOEHM_LIBRARY,
    .library_package = "libgc1"};
static const struct mlm_workload pooling_mimalloc = {POOLING_COMMON, .name = "mimalloc",
    .summary = "mimalloc", .flags = MLM_FOREIGN_HEAP, .params = common_params,
    .variant = &pooling_heap_mimalloc, .library = MIMALLOC_LIBRARY,
    .library_package = "libmimalloc3 or libmimalloc2.0"};
static const struct mlm_workload pooling_jemalloc = {POOLING_COMMON, .name = "jemalloc",
    .summary = "jemalloc", .flags = MLM_FOREIGN_HEAP, .params = common_params,
    .variant = &pooling_heap_jemalloc, .library = JEMALLOC_LIBRARY, .library_package = "libjemalloc2"};
static const struct mlm_workload pooling_tcmalloc = {POOLING_COMMON, .name = "tcmalloc",
    .summary = "tcmalloc", .flags = MLM_FOREIGN_HEAP, .params = common_params,
    .variant = &pooling_heap_tcmalloc, .library = TCMALLOC_LIBRARY,
    .library_package = "libtcmalloc-minimal4t64 or libtcmalloc-minimal4"};

static const struct mlm_workload *const workloads[] = {&pooling_malloc, &pooling_malloc_fixed,
    &pooling_malloc_trim, &pooling_arena, &pooling_pool, &pooling_refcount, &pooling_deferred, &pooling_boehm,
    &pooling_mimalloc, &pooling_jemalloc, &pooling_tcmalloc, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "pooling",
    .summary = "which allocator, which policy?",
    .item = "tensors",
    .workloads = workloads,
};
