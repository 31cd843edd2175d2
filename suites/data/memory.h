/* Memory for a workload's data: mapped straight from the kernel, aligned to pages, returned to the kernel
 * when freed. Pages are never huge: the worker turns THP off, so that figures do not depend on a machine's
 * setting. malloc() would bring glibc's moving mmap threshold into the figures; `pooling` measures that. A
 * build with sanitizers, whose figures nobody uses, puts guards around each block. */
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

/* Size of the guard on either side of a block: a multiple of every page size, and more than a loop steps over
 * at once. */
#ifdef MLM_MAP_GUARDED
#define MLM_MAP_GUARD_BYTES ((size_t)65536)
#else
#define MLM_MAP_GUARD_BYTES ((size_t)0)
#endif

/* Returns zeroed memory whose pages are not touched yet. NULL with -ENOMEM through mlm_fail(), naming `what`.
 * Size 0 gives one page. */
void *mlm_map(size_t size, const char *what, struct mlm_scoreboard *sb);
void mlm_unmap(void *data, size_t size); /* accepts NULL; the size as given to mlm_map() */

/* Fills the range from the random stream: its pages cannot be compressed. */
void mlm_touch_random(void *data, size_t size, uint64_t key);
