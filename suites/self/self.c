/* The suite self: workloads with a known result, to calibrate the harness. A difference from that result
 * is the harness's own error: touch must read N bytes, null almost nothing, spin only CPU time and no
 * waiting. */
#include <errno.h>
#include <stdlib.h>

#include "data/background.h"
#include "data/memory.h"
#include "data/random.h"
#include "workload.h"

#define STEP_BYTES (UINT64_C(4) << 20)

struct self_config {
    struct mlm_job job;
    uint64_t size_bytes;
    double seconds;
    uint32_t mode;
};

struct self_state {
    struct self_config config;
    unsigned char *data;
    uint64_t sum;
};

static int self_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state)
{
    struct self_state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct self_config *)config;
    *ret_state = state;
    return 0;
}

static void self_destroy(void *p)
{
    struct self_state *state = p;
    if (state && state->data)
        mlm_unmap(state->data, state->config.size_bytes);
    free(state);
}

static int null_run(void *state, struct mlm_scoreboard *sb)
{
    (void)state;
    sb->items = 1;
    return 0;
}

static uint64_t null_core(const void *config)
{
    (void)config;
    return 0;
}

static uint64_t null_peak(const void *config)
{
    (void)config;
    return MLM_BASELINE_BYTES;
}

static uint64_t null_rough(const void *config)
{
    (void)config;
    return 1000000;
}

/* Writes random data, so that zram and zswap cannot compress it; in steps, so that progress is visible. */
static void touch_all(struct self_state *state, struct mlm_scoreboard *sb)
{
    uint64_t key = mlm_random_key(state->config.job.seed, 0);
    uint64_t size = state->config.size_bytes;
    mlm_progress_begin(sb, size);
    for (uint64_t at = 0; at < size; at += STEP_BYTES) {
        uint64_t step = size - at < STEP_BYTES ? size - at : STEP_BYTES;
        mlm_touch_random(state->data + at, step, key + at);
        mlm_progress_add(sb, step);
    }
    sb->items = size / state->config.job.page_bytes;
}

static int touch_run(void *p, struct mlm_scoreboard *sb)
{
    struct self_state *state = p;
    state->data = mlm_map(state->config.size_bytes, "touch", sb);
    if (!state->data)
        return -ENOMEM;
    touch_all(state, sb);
    return 0;
}

static int touch_verify(const void *p, struct mlm_scoreboard *sb)
{
    /* Checking the first and the last page is enough to show that the data was written. */
    const struct self_state *state = p;
    uint64_t size = state->config.size_bytes;
    mlm_answer_add(sb, state->data[0]);
    mlm_answer_add(sb, state->data[size - 1]);
    return 0;
}

static uint64_t touch_core(const void *config)
{
    return ((const struct self_config *)config)->size_bytes;
}

static uint64_t touch_peak(const void *config)
{
    uint64_t size = touch_core(config);
    return MLM_BASELINE_BYTES + size + mlm_page_table_bytes(config, size);
}

static uint64_t touch_rough(const void *config)
{
    return touch_core(config);
}

static int hog_run(void *p, struct mlm_scoreboard *sb)
{
    struct self_state *state = p;
    uint64_t key = mlm_random_key(state->config.job.seed, 1);
    for (uint64_t held = 0;; held += STEP_BYTES) {
        void *step = mlm_map(STEP_BYTES, "hog", sb);
        if (!step)
            return -ENOMEM;
        mlm_touch_random(step, STEP_BYTES, key + held);
        sb->items = (held + STEP_BYTES) / state->config.job.page_bytes;
        mlm_progress_add(sb, STEP_BYTES);
    }
}

/* Does a fixed number of steps, about `seconds` on a middling core, so that its time can be compared between
 * runs with and without sampling. */
static int spin_run(void *p, struct mlm_scoreboard *sb)
{
    struct self_state *state = p;
    uint64_t blocks = (uint64_t)(state->config.seconds * 1000);
    mlm_progress_begin(sb, blocks);
    uint64_t x = state->config.job.seed;
    for (uint64_t block = 0; block < blocks; block++) {
        for (int i = 0; i < 200000; i++)
            x = mlm_mix64(x + 1);
        mlm_progress_add(sb, 1);
    }
    state->sum = x;
    sb->items = blocks;
    return 0;
}

static int spin_verify(const void *p, struct mlm_scoreboard *sb)
{
    mlm_answer_add(sb, (double)(((const struct self_state *)p)->sum >> 16));
    return 0;
}

static uint64_t spin_rough(const void *config)
{
    return (uint64_t)(((const struct self_config *)config)->seconds * 1e9);
}

enum { BACKGROUND_IDLE, BACKGROUND_ACTIVE };
static const char *const background_modes[] = {"idle", "active", NULL};

/* Holds memory beside the worker of a trial until it is killed. */
static int background_run(void *p, struct mlm_scoreboard *sb)
{
    struct self_state *state = p;
    int r = touch_run(p, sb);
    if (r < 0)
        return r;
    mlm_background_hold(state->data, state->config.size_bytes, state->config.job.page_bytes,
        state->config.mode == BACKGROUND_ACTIVE);
}

static const struct mlm_param touch_params[] = {
    {.name = "size",
        .type = MLM_PARAM_SIZE,
        .offset = offsetof(struct self_config, size_bytes),
        .help = "bytes to touch",
        .sweep = "64M,256M,1G",
        .quick = "64M,256M,1G",
        .minimum = 1,
        .maximum = 0x1p62,
        .equal_work = true},
    {.name = NULL},
};

static const struct mlm_param spin_params[] = {
    {.name = "seconds",
        .type = MLM_PARAM_REAL,
        .offset = offsetof(struct self_config, seconds),
        .help = "CPU time, about",
        .sweep = "1",
        .minimum = 0.001,
        .maximum = 3600,
        .equal_work = true},
    {.name = NULL},
};

static const struct mlm_param background_params[] = {
    {.name = "size",
        .type = MLM_PARAM_SIZE,
        .offset = offsetof(struct self_config, size_bytes),
        .help = "bytes to hold",
        .sweep = "64M",
        .minimum = 1,
        .maximum = 0x1p62},
    {.name = "mode",
        .type = MLM_PARAM_WORD,
        .offset = offsetof(struct self_config, mode),
        .help = "idle or active",
        .sweep = "idle,active",
        .words = background_modes},
    {.name = NULL},
};

#define SELF_COMMON                                                                                          \
    .config_size = sizeof(struct self_config), .max_threads = 1, .prepare = self_prepare,                    \
    .destroy = self_destroy

static const struct mlm_workload self_null = {SELF_COMMON, .name = "null", .flags = MLM_QUICK,
    .summary = "does nothing: what a worker costs by itself", .core_bytes = null_core,
    .peak_bytes = null_peak, .rough_ns = null_rough, .run = null_run};
static const struct mlm_workload self_touch = {SELF_COMMON, .name = "touch", .flags = MLM_QUICK,
    .summary = "touches exactly `size` bytes once", .params = touch_params, .core_bytes = touch_core,
    .peak_bytes = touch_peak, .rough_ns = touch_rough, .run = touch_run, .verify = touch_verify};
static const struct mlm_workload self_hog = {SELF_COMMON, .name = "hog", .flags = MLM_GROWS,
    .summary = "grows until something stops it; needs a cap", .core_bytes = null_core, .rough_ns = null_rough,
    .run = hog_run};
static const struct mlm_workload self_spin = {SELF_COMMON, .name = "spin", .flags = MLM_QUICK,
    .summary = "computes and touches no memory: what sampling costs", .params = spin_params,
    .core_bytes = null_core, .peak_bytes = null_peak, .rough_ns = spin_rough, .run = spin_run,
    .verify = spin_verify};
static const struct mlm_workload self_background = {SELF_COMMON, .name = "background", .flags = MLM_HIDDEN,
    .summary = "holds memory beside a trial's worker", .params = background_params, .core_bytes = touch_core,
    .rough_ns = touch_rough, .run = background_run};

static const struct mlm_workload *const workloads[] = {
    &self_null, &self_touch, &self_spin, &self_hog, &self_background, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "self",
    .summary = "does mlmembench measure right?",
    .item = "pages",
    .calibrates = true,
    .on_request = true,
    .workloads = workloads,
};
