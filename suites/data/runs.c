/* The pool's allocator: free runs in lists by size class, neighbours merged at once, books in arrays of their
 * own. */
#include "data/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BINS 256u
#define NONE MLM_RUNS_NONE

/* Valid in the first and the last block of each run below `top`. */
struct block {
    uint32_t blocks; /* length of the run */
    uint32_t free;
    uint32_t previous, next; /* neighbours in the list of free runs of the same bin; in the first block */
};

struct mlm_runs {
    unsigned char *memory;
    struct block *blocks;
    uint64_t *touched; /* dry: one bit for each page */
    uint64_t page_bytes;
    uint64_t capacity;   /* in blocks */
    uint64_t top, most;  /* blocks from `top` on are free: never used, or freed again */
    uint32_t bins[BINS]; /* first free run of each bin */
    uint64_t occupied[BINS / 64];
};

/* Sizes of 0..7 blocks have a bin each; above that each doubling has eight. */
static uint32_t bin_of(uint64_t blocks)
{
    if (blocks < 8)
        return (uint32_t)blocks;
    uint32_t log = 63 - (uint32_t)__builtin_clzll(blocks);
    return 8 * (log - 2) + (uint32_t)((blocks >> (log - 3)) & 7);
}

static uint64_t class_of(uint64_t blocks)
{
    if (blocks < 8)
        return blocks;
    uint64_t step = UINT64_C(1) << (60 - __builtin_clzll(blocks));
    return (blocks + step - 1) & ~(step - 1);
}

static void *map(uint64_t bytes)
{
    /* Reserves address space, most of which is never touched: it must not count as memory that was asked
     * for. */
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int mlm_runs_open(
    uint64_t bytes, uint64_t page_bytes, bool dry, struct mlm_runs **ret_runs, struct mlm_scoreboard *sb)
{
    struct mlm_runs *runs = calloc(1, sizeof *runs);
    if (!runs)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    runs->page_bytes = page_bytes;
    runs->capacity = bytes / MLM_RUNS_BLOCK_BYTES + 1;
    memset(runs->bins, 0xff, sizeof runs->bins);
    runs->blocks = runs->capacity < NONE ? map(runs->capacity * sizeof *runs->blocks) : NULL;
    if (dry)
        runs->touched = calloc(runs->capacity / 64 + 1, sizeof *runs->touched);
    else
        runs->memory = map(runs->capacity * MLM_RUNS_BLOCK_BYTES);
    if (!runs->blocks || !(dry ? (void *)runs->touched : (void *)runs->memory)) {
        mlm_runs_close(runs);
        return mlm_fail(sb, -ENOMEM, "the machine refused %llu bytes of address space for a pool",
            (unsigned long long)bytes);
    }
    *ret_runs = runs;
    return 0;
}

void mlm_runs_close(struct mlm_runs *runs)
{
    if (!runs)
        return;
    if (runs->memory)
        (void)munmap(runs->memory, runs->capacity * MLM_RUNS_BLOCK_BYTES);
    if (runs->blocks)
        (void)munmap(runs->blocks, runs->capacity * sizeof *runs->blocks);
    free(runs->touched);
    free(runs);
}

static void mark(struct mlm_runs *runs, uint64_t first, uint64_t blocks, bool is_free)
{
    runs->blocks[first].blocks = runs->blocks[first + blocks - 1].blocks = (uint32_t)blocks;
    runs->blocks[first].free = runs->blocks[first + blocks - 1].free = is_free;
}

static void bin_insert(struct mlm_runs *runs, uint64_t first, uint64_t blocks)
{
    mark(runs, first, blocks, true);
    uint32_t bin = bin_of(blocks), next = runs->bins[bin];
    runs->blocks[first].previous = NONE;
    runs->blocks[first].next = next;
    if (next != NONE)
        runs->blocks[next].previous = (uint32_t)first;
    runs->bins[bin] = (uint32_t)first;
    runs->occupied[bin / 64] |= UINT64_C(1) << bin % 64;
}

static void bin_remove(struct mlm_runs *runs, uint64_t first)
{
    const struct block *block = &runs->blocks[first];
    uint32_t bin = bin_of(block->blocks);
    if (block->previous != NONE)
        runs->blocks[block->previous].next = block->next;
    else
        runs->bins[bin] = block->next;
    if (block->next != NONE)
        runs->blocks[block->next].previous = block->previous;
    if (runs->bins[bin] == NONE)
        runs->occupied[bin / 64] &= ~(UINT64_C(1) << bin % 64);
}

/* Returns the first bin from `bin` on that has a free run. All runs in it are large enough, because a class
 * is the smallest size of its bin. */
static uint32_t bin_find(const struct mlm_runs *runs, uint32_t bin)
{
    uint64_t word = runs->occupied[bin / 64] & (~UINT64_C(0) << bin % 64);
    for (uint32_t w = bin / 64;;) {
        if (word)
            return w * 64 + (uint32_t)__builtin_ctzll(word);
        if (++w == BINS / 64)
            return NONE;
        word = runs->occupied[w];
    }
}

static void touch(struct mlm_runs *runs, uint64_t first, uint64_t bytes)
{
    uint64_t begin = first * MLM_RUNS_BLOCK_BYTES;
    for (uint64_t p = begin / runs->page_bytes; runs->touched && p * runs->page_bytes < begin + bytes; p++)
        runs->touched[p / 64] |= UINT64_C(1) << p % 64;
}

uint32_t mlm_runs_alloc(struct mlm_runs *runs, uint64_t bytes)
{
    uint64_t wanted = (bytes + MLM_RUNS_BLOCK_BYTES - 1) / MLM_RUNS_BLOCK_BYTES;
    uint64_t blocks = class_of(wanted ? wanted : 1);
    uint32_t bin = bin_find(runs, bin_of(blocks));
    uint64_t first = runs->top;
    if (bin != NONE) {
        first = runs->bins[bin];
        uint64_t rest = runs->blocks[first].blocks - blocks;
        bin_remove(runs, first);
        if (rest)
            bin_insert(runs, first + blocks, rest);
    } else if (blocks > runs->capacity - runs->top) {
        return NONE;
    } else {
        runs->top += blocks;
        runs->most = runs->top > runs->most ? runs->top : runs->most;
    }
    mark(runs, first, blocks, false);
    touch(runs, first, bytes);
    return (uint32_t)first;
}

void mlm_runs_free(struct mlm_runs *runs, uint32_t run)
{
    uint64_t first = run, end = first + runs->blocks[first].blocks;
    if (first > 0 && runs->blocks[first - 1].free) {
        first -= runs->blocks[first - 1].blocks;
        bin_remove(runs, first);
    }
    if (end == runs->top) {
        runs->top = first;
        return;
    }
    if (runs->blocks[end].free) {
        bin_remove(runs, end);
        end += runs->blocks[end].blocks;
    }
    bin_insert(runs, first, end - first);
}

void *mlm_runs_memory(const struct mlm_runs *runs, uint32_t run)
{
    return runs->memory && run != NONE ? runs->memory + (uint64_t)run * MLM_RUNS_BLOCK_BYTES : NULL;
}

uint64_t mlm_runs_bytes(const struct mlm_runs *runs, uint32_t run)
{
    return (uint64_t)runs->blocks[run].blocks * MLM_RUNS_BLOCK_BYTES;
}

uint64_t mlm_runs_resident(const struct mlm_runs *runs)
{
    uint64_t pages = 0;
    for (uint64_t w = 0; w <= runs->most / 64; w++)
        pages += (uint64_t)__builtin_popcountll(runs->touched[w]);
    return pages * runs->page_bytes + runs->most * sizeof *runs->blocks;
}
