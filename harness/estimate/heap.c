#include "estimate/heap.h"

#include <math.h>
#include <stdlib.h>

#define ALIGNMENT 64              /* c10::alloc_cpu() */
#define CHUNK_ALIGNMENT 16        /* MALLOC_ALIGNMENT */
#define CHUNK_LEAST 32            /* MINSIZE */
#define CHUNK_HEAD 16             /* from a chunk's start to what the caller gets */
#define THRESHOLD (128 << 10)     /* DEFAULT_MMAP_THRESHOLD, DEFAULT_TRIM_THRESHOLD, DEFAULT_TOP_PAD */
#define THRESHOLD_MOST (32 << 20) /* DEFAULT_MMAP_THRESHOLD_MAX */
/* The longest remainder that a small block may take. */
#define CUT_MOST 1024
/* Remainders between two large blocks' calls: one before and one behind of each. */
#define LOOSE_MOST 8

enum state { FREE, USED, LOOSE, MAPPED, GONE };

struct chunk {
    int64_t start, size;
    size_t before, after;           /* by address */
    size_t free_before, free_after; /* of those that are free and large enough to be asked for */
    enum state state;
};

struct mlm_heap {
    struct chunk *chunks;
    size_t count, room;
    size_t spare; /* chunks that are gone, chained by `after` */
    size_t first, last, first_free;
    size_t cached[MLM_HEAP_CACHED_MOST], cached_count, cached_most;
    size_t loose[LOOSE_MOST], loose_count; /* in fast bins: merged before the next large block is taken */
    int64_t top, end;                      /* where the free rest begins, and the heap ends */
    int64_t touched;                       /* as far as pages were written to */
    int64_t mapped, threshold, trim, peak, page;
    bool moving, failed;
};

struct mlm_heap *mlm_heap_new(bool moving, size_t cached, uint64_t page_bytes)
{
    struct mlm_heap *heap = calloc(1, sizeof *heap);
    if (heap) {
        heap->first = heap->last = heap->first_free = heap->spare = MLM_HEAP_NONE;
        heap->threshold = heap->trim = THRESHOLD;
        heap->moving = moving;
        heap->page = (int64_t)page_bytes;
        heap->cached_most = cached < MLM_HEAP_CACHED_MOST ? cached : MLM_HEAP_CACHED_MOST;
    }
    return heap;
}

void mlm_heap_free(struct mlm_heap *heap)
{
    if (heap)
        free(heap->chunks);
    free(heap);
}

static int64_t up(int64_t value, int64_t to)
{
    return (value + to - 1) / to * to;
}

static void count(struct mlm_heap *heap)
{
    int64_t held = heap->touched + heap->mapped;
    heap->peak = held > heap->peak ? held : heap->peak;
}

static size_t chunk_new(struct mlm_heap *heap, struct chunk chunk)
{
    size_t at = heap->spare;
    if (at != MLM_HEAP_NONE) {
        heap->spare = heap->chunks[at].after;
    } else {
        if (heap->count == heap->room) {
            size_t room = heap->room ? 2 * heap->room : 64;
            struct chunk *chunks = reallocarray(heap->chunks, room, sizeof *chunks);
            if (!chunks)
                return heap->failed = true, MLM_HEAP_NONE;
            heap->chunks = chunks;
            heap->room = room;
        }
        at = heap->count++;
    }
    heap->chunks[at] = chunk;
    return at;
}

static void chunk_drop(struct mlm_heap *heap, size_t at)
{
    heap->chunks[at].state = GONE;
    heap->chunks[at].after = heap->spare;
    heap->spare = at;
}

static void link_after(struct mlm_heap *heap, size_t at, size_t before)
{
    struct chunk *chunks = heap->chunks;
    size_t after = before == MLM_HEAP_NONE ? heap->first : chunks[before].after;
    chunks[at].before = before;
    chunks[at].after = after;
    *(before == MLM_HEAP_NONE ? &heap->first : &chunks[before].after) = at;
    *(after == MLM_HEAP_NONE ? &heap->last : &chunks[after].before) = at;
}

static void unlink(struct mlm_heap *heap, size_t at)
{
    struct chunk *chunks = heap->chunks;
    size_t before = chunks[at].before, after = chunks[at].after;
    *(before == MLM_HEAP_NONE ? &heap->first : &chunks[before].after) = after;
    *(after == MLM_HEAP_NONE ? &heap->last : &chunks[after].before) = before;
    chunk_drop(heap, at);
}

static void free_add(struct mlm_heap *heap, size_t at)
{
    struct chunk *chunks = heap->chunks;
    chunks[at].state = FREE;
    if (chunks[at].size <= CUT_MOST)
        return;
    chunks[at].free_before = MLM_HEAP_NONE;
    chunks[at].free_after = heap->first_free;
    if (heap->first_free != MLM_HEAP_NONE)
        chunks[heap->first_free].free_before = at;
    heap->first_free = at;
}

static void free_remove(struct mlm_heap *heap, size_t at)
{
    struct chunk *chunks = heap->chunks;
    size_t before = chunks[at].free_before, after = chunks[at].free_after;
    if (chunks[at].size <= CUT_MOST)
        return;
    *(before == MLM_HEAP_NONE ? &heap->first_free : &chunks[before].free_after) = after;
    if (after != MLM_HEAP_NONE)
        chunks[after].free_before = before;
}

/* _int_free(): merges with free neighbours, or with the top. */
static void merge(struct mlm_heap *heap, size_t at)
{
    struct chunk *chunks = heap->chunks;
    size_t before = chunks[at].before, after = chunks[at].after;
    if (after != MLM_HEAP_NONE && chunks[after].state == FREE) {
        free_remove(heap, after);
        chunks[at].size += chunks[after].size;
        unlink(heap, after);
    }
    if (before != MLM_HEAP_NONE && chunks[before].state == FREE) {
        free_remove(heap, before);
        chunks[before].size += chunks[at].size;
        unlink(heap, at);
        at = before;
    }
    if (at == heap->last) {
        heap->top = chunks[at].start;
        unlink(heap, at);
    } else {
        free_add(heap, at);
    }
}

void mlm_heap_give_small(struct mlm_heap *heap, size_t small)
{
    if (heap->failed || small == MLM_HEAP_NONE)
        return;
    if (heap->cached_count < heap->cached_most) {
        heap->chunks[small].state = LOOSE;
        heap->cached[heap->cached_count++] = small;
    } else if (heap->loose_count < LOOSE_MOST) {
        heap->chunks[small].state = LOOSE;
        heap->loose[heap->loose_count++] = small;
    } else {
        merge(heap, small);
    }
}

size_t mlm_heap_take_small(struct mlm_heap *heap)
{
    if (heap->failed || (!heap->cached_count && !heap->loose_count))
        return MLM_HEAP_NONE;
    size_t small = heap->loose_count ? heap->loose[--heap->loose_count] : heap->cached[--heap->cached_count];
    heap->chunks[small].state = USED;
    return small;
}

/* _int_malloc(): the smallest free chunk that is large enough. */
static size_t best_fit(const struct mlm_heap *heap, int64_t wanted)
{
    size_t best = MLM_HEAP_NONE;
    for (size_t at = heap->first_free; at != MLM_HEAP_NONE; at = heap->chunks[at].free_after) {
        const struct chunk *chunk = &heap->chunks[at];
        if (chunk->size >= wanted &&
            (best == MLM_HEAP_NONE || chunk->size < heap->chunks[best].size ||
                (chunk->size == heap->chunks[best].size && chunk->start < heap->chunks[best].start)))
            best = at;
    }
    return best;
}

/* sysmalloc(): a mapping of its own. */
static size_t map(struct mlm_heap *heap, int64_t wanted)
{
    int64_t size = up(wanted + CHUNK_HEAD, heap->page);
    size_t block = chunk_new(heap, (struct chunk){.size = size, .state = MAPPED});
    heap->mapped += size;
    count(heap);
    return block;
}

/* What is cut off in front and behind of what an aligned block is taken from (_int_memalign()): too little
 * for a block like this, so that its place, when it is free, does for the next of its size only if the
 * pieces beside it are free, too. */
static size_t align(struct mlm_heap *heap, size_t at, int64_t size)
{
    int64_t start = heap->chunks[at].start, whole = heap->chunks[at].size;
    int64_t lead = up(start + CHUNK_HEAD, ALIGNMENT) - start - CHUNK_HEAD;
    lead += lead && lead < CHUNK_LEAST ? ALIGNMENT : 0;
    int64_t rest = whole - lead - size;
    if (rest <= CHUNK_LEAST)
        size += rest;
    heap->chunks[at].state = USED;
    size_t block = at, front = MLM_HEAP_NONE, back = MLM_HEAP_NONE;
    if (lead) {
        front = at;
        heap->chunks[at].size = lead;
        block = chunk_new(heap, (struct chunk){.start = start + lead, .state = USED});
        if (heap->failed)
            return MLM_HEAP_NONE;
        link_after(heap, block, at);
    }
    heap->chunks[block].size = size;
    if (rest > CHUNK_LEAST) {
        back = chunk_new(heap, (struct chunk){.start = start + lead + size, .size = rest, .state = USED});
        if (heap->failed)
            return MLM_HEAP_NONE;
        link_after(heap, back, block);
    }
    int64_t end = heap->chunks[block].start + size;
    heap->touched = end > heap->touched ? end : heap->touched;
    count(heap);
    mlm_heap_give_small(heap, front);
    if (back != MLM_HEAP_NONE && rest <= CUT_MOST && back != heap->last)
        mlm_heap_give_small(heap, back);
    else if (back != MLM_HEAP_NONE)
        merge(heap, back);
    return block;
}

size_t mlm_heap_take(struct mlm_heap *heap, double bytes)
{
    if (heap->failed || !(bytes < 0x1p56))
        return heap->failed = true, MLM_HEAP_NONE;
    int64_t size = up((int64_t)bytes + 8, CHUNK_ALIGNMENT), wanted = size + ALIGNMENT + CHUNK_LEAST;
    /* malloc_consolidate() */
    while (heap->loose_count)
        merge(heap, heap->loose[--heap->loose_count]);
    size_t at = best_fit(heap, wanted);
    if (at == MLM_HEAP_NONE) {
        bool lacks = wanted > heap->end - heap->top;
        if (lacks && wanted >= heap->threshold)
            return map(heap, wanted);
        if (lacks)
            heap->end = up(heap->top + wanted + THRESHOLD + CHUNK_LEAST, heap->page);
        at = chunk_new(heap, (struct chunk){.start = heap->top, .size = wanted});
        if (heap->failed)
            return MLM_HEAP_NONE;
        link_after(heap, at, heap->last);
        heap->top += wanted;
    } else {
        free_remove(heap, at);
    }
    return align(heap, at, size);
}

void mlm_heap_give(struct mlm_heap *heap, size_t block)
{
    if (heap->failed || block == MLM_HEAP_NONE)
        return;
    int64_t size = heap->chunks[block].size;
    if (heap->chunks[block].state == MAPPED) {
        heap->mapped -= size;
        /* __libc_free() */
        if (heap->moving && size > heap->threshold && size <= THRESHOLD_MOST) {
            heap->threshold = size;
            heap->trim = 2 * size;
        }
        chunk_drop(heap, block);
        return;
    }
    merge(heap, block);
    /* systrim() */
    if (heap->end - heap->top > heap->trim) {
        heap->end = heap->top + THRESHOLD;
        heap->touched = heap->touched < heap->end ? heap->touched : heap->end;
    }
}

double mlm_heap_peak_bytes(const struct mlm_heap *heap)
{
    return heap->failed ? NAN : (double)heap->peak;
}
