/* Deferred release, as in a garbage collector: a tensor is not freed after its last use. All garbage is freed
 * at once when the heap has grown to `growth` times its live size after the last collection. The memory comes
 * from the same pool as `pool`, so only the policy differs. */
#include <errno.h>
#include <stdlib.h>

#include "data/runs.h"
#include "pooling/pooling.h"

/* No collection before this size: a small heap is not worth one. */
#define FIRST_LIMIT_BYTES (UINT64_C(4) << 20)

struct heap {
    struct mlm_runs *runs;
    double growth;
    uint64_t held_bytes, garbage_bytes, limit_bytes;
    uint32_t *garbage; /* runs that are garbage */
    size_t count, capacity;
};

static void deferred_close(void *p)
{
    struct heap *heap = p;
    if (!heap)
        return;
    mlm_runs_close(heap->runs);
    free(heap->garbage);
    free(heap);
}

static int deferred_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    heap->growth = config->growth;
    heap->limit_bytes = FIRST_LIMIT_BYTES;
    /* Address space for the most that can be held, once for use and once for fragmentation; never more than
     * the whole trace allocates. */
    uint64_t all = pooling_trace_bytes(config);
    double held = 2 * config->growth * (double)(pooling_live_bytes(config) + pooling_leak_bytes(config));
    uint64_t room = held < (double)all ? (uint64_t)held : all;
    int r = mlm_runs_open(2 * room + 8 * FIRST_LIMIT_BYTES, config->job.page_bytes, dry, &heap->runs, sb);
    if (r < 0) {
        deferred_close(heap);
        return r;
    }
    *ret_heap = heap;
    return 0;
}

static void collect(struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        mlm_runs_free(heap->runs, heap->garbage[i]);
    heap->count = 0;
    heap->held_bytes -= heap->garbage_bytes;
    heap->garbage_bytes = 0;
    double limit = heap->growth * (double)heap->held_bytes;
    heap->limit_bytes = limit > (double)FIRST_LIMIT_BYTES ? (uint64_t)limit : FIRST_LIMIT_BYTES;
}

static void deferred_alloc(void *p, struct pooling_tensor *tensor)
{
    struct heap *heap = p;
    if (heap->held_bytes + tensor->size > heap->limit_bytes)
        collect(heap);
    tensor->tag = mlm_runs_alloc(heap->runs, tensor->size);
    tensor->memory = mlm_runs_memory(heap->runs, tensor->tag);
    if (tensor->tag != MLM_RUNS_NONE)
        heap->held_bytes += mlm_runs_bytes(heap->runs, tensor->tag);
}

static bool garbage_has_room(struct heap *heap)
{
    if (heap->count < heap->capacity)
        return true;
    size_t capacity = heap->capacity ? 2 * heap->capacity : 1024;
    uint32_t *garbage = realloc(heap->garbage, capacity * sizeof *garbage);
    if (!garbage)
        return false;
    heap->garbage = garbage;
    heap->capacity = capacity;
    return true;
}

static void deferred_free(void *p, struct pooling_tensor *tensor)
{
    struct heap *heap = p;
    uint64_t bytes = mlm_runs_bytes(heap->runs, tensor->tag);
    if (garbage_has_room(heap)) {
        heap->garbage[heap->count++] = tensor->tag;
        heap->garbage_bytes += bytes;
    } else { /* no memory to remember it: free it now */
        mlm_runs_free(heap->runs, tensor->tag);
        heap->held_bytes -= bytes;
    }
}

static uint64_t deferred_resident(const void *p)
{
    const struct heap *heap = p;
    return mlm_runs_resident(heap->runs) + heap->capacity * sizeof *heap->garbage;
}

const struct pooling_heap pooling_heap_deferred = {.page_ns = 60,
    .open = deferred_open,
    .alloc = deferred_alloc,
    .free = deferred_free,
    .lose = deferred_free,
    .resident = deferred_resident,
    .close = deferred_close};
