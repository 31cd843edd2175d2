#include "pooling/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "pooling/pooling.h"

#define BINS 256u
#define NONE RUNS_NONE

/* Valid at the first and the last page of each run below `top`. */
struct page {
    uint32_t pages; /* of the run */
    uint32_t free;
    uint32_t previous, next; /* free runs of the same bin, at the first page */
};

struct runs {
    unsigned char *memory;
    uint64_t page_bytes;
    struct page *pages;
    uint64_t *touched;   /* dry: a bit a page */
    uint64_t capacity;   /* pages */
    uint64_t top, most;  /* pages from here on were never given out, or are all free again */
    uint32_t bins[BINS]; /* first free run */
    uint64_t occupied[BINS / 64];
};

/* 0..7 pages have a bin each; from there on each doubling has eight. */
static uint32_t bin_of(uint64_t pages)
{
    if (pages < 8)
        return (uint32_t)pages;
    uint32_t log = 63 - (uint32_t)__builtin_clzll(pages);
    return 8 * (log - 2) + (uint32_t)((pages >> (log - 3)) & 7);
}

static uint64_t class_of(uint64_t pages)
{
    if (pages < 8)
        return pages;
    uint64_t step = UINT64_C(1) << (60 - __builtin_clzll(pages));
    return (pages + step - 1) & ~(step - 1);
}

static void *map(uint64_t bytes)
{
    /* Address space, most of which is never touched: it must not count as memory that was asked for. */
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int runs_open(
    uint64_t bytes, uint64_t page_bytes, bool dry, struct runs **ret_runs, struct mlm_scoreboard *sb)
{
    struct runs *runs = calloc(1, sizeof *runs);
    if (!runs)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    runs->page_bytes = page_bytes;
    runs->capacity = bytes / page_bytes + 1;
    memset(runs->bins, 0xff, sizeof runs->bins);
    runs->pages = runs->capacity < NONE ? map(runs->capacity * sizeof *runs->pages) : NULL;
    if (dry)
        runs->touched = calloc(runs->capacity / 64 + 1, sizeof *runs->touched);
    else
        runs->memory = map(runs->capacity * page_bytes);
    if (!runs->pages || !(dry ? (void *)runs->touched : (void *)runs->memory)) {
        runs_close(runs);
        return mlm_fail(sb, -ENOMEM, "the machine refused %llu bytes of address space for a pool",
            (unsigned long long)bytes);
    }
    *ret_runs = runs;
    return 0;
}

void runs_close(struct runs *runs)
{
    if (!runs)
        return;
    if (runs->memory)
        (void)munmap(runs->memory, runs->capacity * runs->page_bytes);
    if (runs->pages)
        (void)munmap(runs->pages, runs->capacity * sizeof *runs->pages);
    free(runs->touched);
    free(runs);
}

static void mark(struct runs *runs, uint64_t first, uint64_t pages, bool is_free)
{
    runs->pages[first].pages = runs->pages[first + pages - 1].pages = (uint32_t)pages;
    runs->pages[first].free = runs->pages[first + pages - 1].free = is_free;
}

static void bin_insert(struct runs *runs, uint64_t first, uint64_t pages)
{
    mark(runs, first, pages, true);
    uint32_t bin = bin_of(pages), next = runs->bins[bin];
    runs->pages[first].previous = NONE;
    runs->pages[first].next = next;
    if (next != NONE)
        runs->pages[next].previous = (uint32_t)first;
    runs->bins[bin] = (uint32_t)first;
    runs->occupied[bin / 64] |= UINT64_C(1) << bin % 64;
}

static void bin_remove(struct runs *runs, uint64_t first)
{
    const struct page *page = &runs->pages[first];
    uint32_t bin = bin_of(page->pages);
    if (page->previous != NONE)
        runs->pages[page->previous].next = page->next;
    else
        runs->bins[bin] = page->next;
    if (page->next != NONE)
        runs->pages[page->next].previous = page->previous;
    if (runs->bins[bin] == NONE)
        runs->occupied[bin / 64] &= ~(UINT64_C(1) << bin % 64);
}

/* The first bin from `bin` on that has a run: all runs in there are large enough, since a class is the least
 * size of its bin. */
static uint32_t bin_find(const struct runs *runs, uint32_t bin)
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

static void touch(struct runs *runs, uint64_t first, uint64_t pages)
{
    for (uint64_t p = first; runs->touched && p < first + pages; p++)
        runs->touched[p / 64] |= UINT64_C(1) << p % 64;
}

uint32_t runs_alloc(struct runs *runs, uint64_t bytes)
{
    uint64_t touched = (bytes + runs->page_bytes - 1) / runs->page_bytes;
    uint64_t pages = class_of(touched ? touched : 1);
    uint32_t bin = bin_find(runs, bin_of(pages));
    uint64_t first = runs->top;
    if (bin != NONE) {
        first = runs->bins[bin];
        uint64_t rest = runs->pages[first].pages - pages;
        bin_remove(runs, first);
        if (rest)
            bin_insert(runs, first + pages, rest);
    } else if (pages > runs->capacity - runs->top) {
        return NONE;
    } else {
        runs->top += pages;
        runs->most = runs->top > runs->most ? runs->top : runs->most;
    }
    mark(runs, first, pages, false);
    touch(runs, first, touched);
    return (uint32_t)first;
}

void runs_free(struct runs *runs, uint32_t run)
{
    uint64_t first = run, end = first + runs->pages[first].pages;
    if (first > 0 && runs->pages[first - 1].free) {
        first -= runs->pages[first - 1].pages;
        bin_remove(runs, first);
    }
    if (end == runs->top) {
        runs->top = first;
        return;
    }
    if (runs->pages[end].free) {
        bin_remove(runs, end);
        end += runs->pages[end].pages;
    }
    bin_insert(runs, first, end - first);
}

void *runs_memory(const struct runs *runs, uint32_t run)
{
    return runs->memory && run != NONE ? runs->memory + run * runs->page_bytes : NULL;
}

uint64_t runs_bytes(const struct runs *runs, uint32_t run)
{
    return runs->pages[run].pages * runs->page_bytes;
}

uint64_t runs_resident(const struct runs *runs)
{
    uint64_t pages = 0;
    for (uint64_t w = 0; w <= runs->most / 64; w++)
        pages += (uint64_t)__builtin_popcountll(runs->touched[w]);
    return pages * runs->page_bytes + runs->most * sizeof *runs->pages;
}
