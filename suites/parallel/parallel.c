/* The suite parallel: its descriptors and its formulas. A row's need is that of its cage: all processes
 * together, and what they share counts once. So is its formula. */
#include "parallel/parallel.h"

#include <errno.h>
#include <inttypes.h>

#include "data/parallel.h"

/* Memory of a worker beside its rows, measured: of a process, its kernel memory, stack, and the pages of libc
 * that it writes to; of a thread, its stacks. */
#define PROCESS_BYTES (UINT64_C(128) << 10)
#define THREAD_BYTES (UINT64_C(32) << 10)

static const struct parallel_way copied_way = {.copies = true};
static const struct parallel_way forked_way = {.copies = false};
static const struct parallel_way counted_way = {.counts = true};
static const struct parallel_way mapped_way = {.shared_map = true};
static const struct parallel_way threads_way = {.threads = true};

static int parallel_derive(void *p, struct mlm_error *error)
{
    struct parallel_config *config = p;
    config->rows = config->job.data_bytes / PARALLEL_SHARES / sizeof(struct parallel_row);
    if (config->rows < PARALLEL_TASKS)
        return mlm_error_set(error, -ERANGE, "data of %" PRIu64 " B is too small for %u rows",
            config->job.data_bytes, PARALLEL_TASKS);
    return 0;
}

static const struct parallel_way *way_of(const struct parallel_config *config)
{
    return config->job.workload->variant;
}

/* (1 + W·f)·D */
static uint64_t passes_core(const void *p)
{
    const struct parallel_config *config = p;
    const struct parallel_way *way = way_of(config);
    return parallel_bytes(config) * (1 + (way->copies || way->counts ? config->workers : 0));
}

/* A forked process has page tables of its own for all that it inherits or shares. */
static uint64_t passes_peak(const void *p)
{
    const struct parallel_config *config = p;
    const struct parallel_way *way = way_of(config);
    uint64_t rows = parallel_bytes(config), core = passes_core(p);
    if (way->threads)
        return MLM_BASELINE_BYTES + core + mlm_page_table_bytes(&config->job, rows) +
               (config->workers - 1) * THREAD_BYTES;
    uint64_t mapped = rows * (1 + config->workers * (way->copies ? 2 : 1));
    return MLM_BASELINE_BYTES + core + mlm_page_table_bytes(&config->job, mapped) +
           config->workers * PROCESS_BYTES;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Assumes 2 GB/s to make rows, 3 GB/s to copy them, and 8 GB/s to look at them, on two cores. */
static uint64_t passes_rough(const void *p)
{
    const struct parallel_config *config = p;
    uint64_t rows = parallel_bytes(config), copied = passes_core(p) - rows;
    return 20000000 + rows / 2 + copied / 3 + PARALLEL_TASKS * rows / 8 / smaller(config->workers, 2);
}

static uint64_t gather_core(const void *p)
{
    const struct parallel_config *config = p;
    return parallel_bytes(config) * (config->results == PARALLEL_SHARED ? 2 : 3);
}

static uint64_t gather_peak(const void *p)
{
    const struct parallel_config *config = p;
    uint64_t mapped = parallel_bytes(config) * (3 + config->workers);
    return MLM_BASELINE_BYTES + gather_core(p) + mlm_page_table_bytes(&config->job, mapped) +
           config->workers * PROCESS_BYTES;
}

static uint64_t gather_rough(const void *p)
{
    return 20000000 + gather_core(p);
}

static uint64_t beside_core(const void *p)
{
    const struct parallel_config *config = p;
    return parallel_bytes(config) * (config->background == PARALLEL_ALONE ? 1 : 2);
}

static uint64_t beside_peak(const void *p)
{
    const struct parallel_config *config = p;
    uint64_t core = beside_core(p);
    return MLM_BASELINE_BYTES + core + mlm_page_table_bytes(&config->job, core) +
           (config->background == PARALLEL_ALONE ? 0 : PROCESS_BYTES);
}

static uint64_t beside_rough(const void *p)
{
    const struct parallel_config *config = p;
    return 20000000 + beside_core(p) + PARALLEL_TASKS * parallel_bytes(config) / 8;
}

static uint64_t allocate_core(const void *p)
{
    return parallel_allocate_live_bytes(p);
}

static uint64_t allocate_peak(const void *p)
{
    const struct parallel_config *config = p;
    uint64_t held = parallel_allocate_held_bytes(config);
    return held ? MLM_BASELINE_BYTES + held + mlm_page_table_bytes(&config->job, held) +
                      (config->workers - 1) * THREAD_BYTES
                : 0;
}

static uint64_t allocate_rough(const void *p)
{
    return 20000000 + 2 * parallel_bytes(p);
}

static const char *const results_words[] = {[PARALLEL_COPIES] = "copies", [PARALLEL_SHARED] = "shared", NULL};
static const char *const heap_words[] = {
    [PARALLEL_ARENAS] = "arenas", [PARALLEL_TWO] = "two", [PARALLEL_POOLS] = "pools", NULL};
static const char *const background_words[] = {
    [PARALLEL_ALONE] = "alone", [PARALLEL_IDLE] = "idle", [PARALLEL_ACTIVE] = "active", NULL};

#define FIELD(field) offsetof(struct parallel_config, field)
#define PARAM_WORKERS                                                                                        \
    .name = "workers", .type = MLM_PARAM_COUNT, .offset = FIELD(workers), .sweep = "4,1,2,8", .minimum = 1,  \
    .maximum = PARALLEL_TASKS, .help = "processes or threads that share the work"

static const struct mlm_param passes_params[] = {{PARAM_WORKERS}, {.name = NULL}};

static const struct mlm_param gather_params[] = {
    {.name = "results",
        .type = MLM_PARAM_WORD,
        .offset = FIELD(results),
        .words = results_words,
        .help = "results come back as copies through a socket, or lie in memory that all share",
        .sweep = "copies,shared"},
    {PARAM_WORKERS},
    {.name = NULL},
};

static const struct mlm_param allocate_params[] = {
    {.name = "heap",
        .type = MLM_PARAM_WORD,
        .offset = FIELD(heap),
        .words = heap_words,
        .help = "glibc's malloc() with as many arenas as it makes, with two, or a pool of size classes each",
        .sweep = "arenas,two,pools"},
    {PARAM_WORKERS, .equal_work = true},
    {.name = NULL},
};

static const struct mlm_param beside_params[] = {
    {.name = "background",
        .type = MLM_PARAM_WORD,
        .offset = FIELD(background),
        .words = background_words,
        .help = "what is beside it: nothing, or a process that holds as much memory, idle or active",
        .sweep = "alone,idle,active"},
    {.name = NULL},
};

#define PARALLEL_COMMON                                                                                      \
    .config_size = sizeof(struct parallel_config), .max_threads = 1, .derive = parallel_derive
/* As many helpers as workers can be beside the first thread: they get a core each where there are enough. */
#define WORKERS PARALLEL_COMMON, .extra_threads = PARALLEL_TASKS - 1
#define PASSES                                                                                               \
    WORKERS, .work = "passes", .params = passes_params, .core_bytes = passes_core,                           \
             .peak_bytes = passes_peak, .rough_ns = passes_rough, .prepare = parallel_passes_prepare,        \
             .run = parallel_passes_run, .verify = parallel_passes_verify,                                   \
             .destroy = parallel_passes_destroy

static const struct mlm_workload copied = {PASSES, .name = "copied", .variant = &copied_way,
    .summary = "each worker has a copy of the rows, as where they are sent to it"};
static const struct mlm_workload forked = {PASSES, .name = "forked", .variant = &forked_way,
    .summary = "forked workers read the rows of the first process: no page is copied"};
static const struct mlm_workload counted = {PASSES, .name = "counted", .flags = MLM_QUICK,
    .variant = &counted_way,
    .summary =
        "forked workers write a count beside each row that they read, as CPython does: all pages are copied"};
static const struct mlm_workload mapped = {PASSES, .name = "mapped", .flags = MLM_QUICK,
    .variant = &mapped_way, .summary = "the rows lie in one map that all workers share"};
static const struct mlm_workload threads = {
    PASSES, .name = "threads", .variant = &threads_way, .summary = "the workers are threads of one process"};
static const struct mlm_workload gather = {WORKERS, .name = "gather", .work = "gather",
    .summary = "each worker scales a part of the rows, and one process gets all of them",
    .params = gather_params, .core_bytes = gather_core, .peak_bytes = gather_peak, .rough_ns = gather_rough,
    .prepare = parallel_gather_prepare, .run = parallel_gather_run, .verify = parallel_gather_verify,
    .destroy = parallel_gather_destroy};
static const struct mlm_workload allocate = {WORKERS, .name = "allocate", .work = "allocate",
    .flags = MLM_FOREIGN_HEAP,
    .summary = "threads take and release blocks; each in turn needs half of what is live",
    .params = allocate_params, .core_bytes = allocate_core, .peak_bytes = allocate_peak,
    .rough_ns = allocate_rough, .prepare = parallel_allocate_prepare, .run = parallel_allocate_run,
    .verify = parallel_allocate_verify, .destroy = parallel_allocate_destroy};
static const struct mlm_workload beside = {PARALLEL_COMMON, .extra_threads = 1, .name = "beside",
    .work = "beside",
    .summary = "one process alone, beside an idle one with as much memory, beside an active one",
    .params = beside_params, .core_bytes = beside_core, .peak_bytes = beside_peak, .rough_ns = beside_rough,
    .prepare = parallel_beside_prepare, .run = parallel_beside_run, .verify = parallel_beside_verify,
    .destroy = parallel_beside_destroy};

static const struct mlm_workload *const workloads[] = {
    &copied, &forked, &counted, &mapped, &threads, &gather, &allocate, &beside, NULL};

MLM_EXPORT const struct mlm_suite mlm_suite = {
    .contract = MLM_CONTRACT_VERSION,
    .name = "parallel",
    .summary = "what do workers cost?",
    .item = "rows",
    .workloads = workloads,
};
