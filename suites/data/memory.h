/* Memory for a workload's data: straight from the kernel, page-aligned, never of a huge page (the worker
 * turns THP off, so that a figure does not depend on a machine's setting), and given back when freed. Using
 * malloc() for data would put glibc's moving mmap threshold into the figures; that is what `pooling`
 * measures. A build with sanitizers, whose figures nobody
 * uses, puts guards around each block. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

#if defined(__SANITIZE_ADDRESS__)
#define MLM_MAP_GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MLM_MAP_GUARDED 1
#endif
#endif

/* On either side of a block: a multiple of every page size that there is, and more than a loop steps over at
 * once. */
#ifdef MLM_MAP_GUARDED
#define MLM_MAP_GUARD_BYTES ((size_t)65536)
#else
#define MLM_MAP_GUARD_BYTES ((size_t)0)
#endif

/* Zeroed, not yet touched. Returns NULL with -ENOMEM through mlm_fail(), naming `what`. size 0 gives one
 * page. */
void *mlm_map(size_t size, const char *what, struct mlm_scoreboard *sb);
void mlm_unmap(void *data, size_t size); /* takes NULL; the size that it was asked for */

/* Incompressible pages: the range is filled from the random stream. */
void mlm_touch_random(void *data, size_t size, uint64_t key);
