/* A pool with size classes, and the same pool with reference counts. With counts, whoever drops the last
 * reference frees the tensor; the price is counting around every use. */
#include "data/runs.h"
#include "pooling/pooling.h"

/* Address space per byte of data. Generous, because untouched address space costs nothing. */
#define ROOM 8u

static int pool_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    struct mlm_runs *runs;
    uint64_t bytes = ROOM * (pooling_live_bytes(config) + config->steps * pooling_leak_bytes(config));
    int r = mlm_runs_open(bytes, config->job.page_bytes, dry, &runs, sb);
    if (r == 0)
        *ret_heap = runs;
    return r;
}

static void pool_alloc(void *heap, struct pooling_tensor *tensor)
{
    tensor->tag = mlm_runs_alloc(heap, tensor->size);
    tensor->memory = mlm_runs_memory(heap, tensor->tag);
}

static void pool_free(void *heap, struct pooling_tensor *tensor)
{
    mlm_runs_free(heap, tensor->tag);
}

static uint64_t pool_resident(const void *heap)
{
    return mlm_runs_resident(heap);
}

static void pool_close(void *heap)
{
    mlm_runs_close(heap);
}

/* Atomic, as in every framework whose tensors can be shared between threads. */
static void refcount_hold(void *heap, struct pooling_tensor *tensor)
{
    (void)heap;
    (void)atomic_fetch_add_explicit(&tensor->references, 1, memory_order_relaxed);
}

static void refcount_drop(void *heap, struct pooling_tensor *tensor)
{
    if (atomic_fetch_sub_explicit(&tensor->references, 1, memory_order_acq_rel) == 1)
        mlm_runs_free(heap, tensor->tag);
}

static void refcount_alloc(void *heap, struct pooling_tensor *tensor)
{
    pool_alloc(heap, tensor);
    atomic_store_explicit(&tensor->references, 1, memory_order_relaxed);
}

const struct pooling_heap pooling_heap_pool = {.page_ns = 60,
    .open = pool_open,
    .alloc = pool_alloc,
    .free = pool_free,
    .resident = pool_resident,
    .close = pool_close};

const struct pooling_heap pooling_heap_refcount = {.page_ns = 60,
    .open = pool_open,
    .alloc = refcount_alloc,
    .free = refcount_drop,
    .hold = refcount_hold,
    .drop = refcount_drop,
    .resident = pool_resident,
    .close = pool_close};
