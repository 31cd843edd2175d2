/* Memory for a workload's data: straight from the kernel, page-aligned, never of a huge page (the worker
 * turns THP off, so that a figure does not hang on a machine's setting), and given back when freed. Using
 * malloc() for data would put glibc's moving mmap threshold into the figures; that is what `pooling`
 * measures. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

/* Zeroed, not yet touched. Returns NULL with -ENOMEM through mlm_fail(), naming `what`. size 0 gives one
 * page. */
void *mlm_map(size_t size, const char *what, struct mlm_scoreboard *sb);
void mlm_unmap(void *data, size_t size); /* takes NULL */

/* Incompressible pages: the range is filled from the random stream. */
void mlm_touch_random(void *data, size_t size, uint64_t key);
