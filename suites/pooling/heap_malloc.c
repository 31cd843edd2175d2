/* glibc's malloc, with its defaults and with fixed thresholds. By default the mmap threshold rises to the
 * size of the block freed last, and memory at the heap's top returns to the kernel as soon as twice that is
 * free, so the next step must fault it in again. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>

#include "pooling/pooling.h"

/* The largest value that glibc accepts (HEAP_MAX_SIZE / 2 on 64-bit machines). */
#define MMAP_THRESHOLD_MAX (4 * 1024 * 1024 * (int)sizeof(long))

struct heap {
    uint64_t every; /* steps between trims; 0: never */
};

static int malloc_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    (void)config, (void)dry;
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    *ret_heap = heap;
    return 0;
}

static int fixed_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    if (!mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_MAX) || !mallopt(M_TRIM_THRESHOLD, INT_MAX))
        return mlm_fail(sb, -ENOTSUP, "this C library's malloc has no thresholds to set");
    return malloc_open(config, dry, ret_heap, sb);
}

static int trim_open(
    const struct pooling_config *config, bool dry, void **ret_heap, struct mlm_scoreboard *sb)
{
    int r = malloc_open(config, dry, ret_heap, sb);
    if (r == 0)
        ((struct heap *)*ret_heap)->every = config->every;
    return r;
}

static void malloc_alloc(void *heap, struct pooling_tensor *tensor)
{
    (void)heap;
    tensor->memory = malloc(tensor->size);
}

static void malloc_free(void *heap, struct pooling_tensor *tensor)
{
    (void)heap;
    free(tensor->memory);
}

static void trim_step_end(void *p, uint32_t step)
{
    const struct heap *heap = p;
    if ((step + 1) % heap->every == 0)
        (void)malloc_trim(0);
}

const struct pooling_heap pooling_heap_malloc = {
    .page_ns = 500, .open = malloc_open, .alloc = malloc_alloc, .free = malloc_free, .close = free};

const struct pooling_heap pooling_heap_malloc_fixed = {
    .page_ns = 60, .open = fixed_open, .alloc = malloc_alloc, .free = malloc_free, .close = free};

const struct pooling_heap pooling_heap_malloc_trim = {.page_ns = 500,
    .open = trim_open,
    .alloc = malloc_alloc,
    .free = malloc_free,
    .step_end = trim_step_end,
    .close = free};
