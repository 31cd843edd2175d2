/* glibc's malloc, as a program meets it that takes and gives back large aligned blocks, as tensors are: which
 * places are taken again and which are not, hence how far the heap grows. Replayed on numbers; no memory is
 * taken.
 *
 * After glibc 2.36, malloc/malloc.c; the functions are named where they are followed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlm_heap;

/* What an alignment cuts off in front has 32, 48 or 80 bytes. Of each size a thread's cache keeps seven
 * (TCACHE_FILL_COUNT), which are not merged with what is beside them. */
#define MLM_HEAP_CACHED_SIZE ((size_t)7)
#define MLM_HEAP_CACHED_MOST (3 * MLM_HEAP_CACHED_SIZE)

/* moving: the mmap threshold moves up to 32 MiB with what is freed, as it comes; otherwise it stays at
 * 128 KiB (mallopt(3), MALLOC_MMAP_THRESHOLD_). cached: room in the thread's cache, where small blocks from
 * elsewhere leave some. page_bytes: the machine's, by which mappings and the heap grow. NULL: no memory. */
struct mlm_heap *mlm_heap_new(bool moving, size_t cached, uint64_t page_bytes);
void mlm_heap_free(struct mlm_heap *heap);

/* Blocks by number, of those that posix_memalign(64) gives. Beyond memory's end all calls do nothing, and
 * the peak is not a number. */
size_t mlm_heap_take(struct mlm_heap *heap, double bytes);
void mlm_heap_give(struct mlm_heap *heap, size_t block);

#define MLM_HEAP_NONE SIZE_MAX

/* A small block, as large as what an alignment cuts off: it takes such a remainder, and keeps the places on
 * both of its sides apart. MLM_HEAP_NONE: there was none, and it lives elsewhere. */
size_t mlm_heap_take_small(struct mlm_heap *heap);
void mlm_heap_give_small(struct mlm_heap *heap, size_t small);

/* Bytes of pages that the blocks are or were in, at most. */
double mlm_heap_peak_bytes(const struct mlm_heap *heap);
