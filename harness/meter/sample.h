/* One sample of a running cage and its worker. Files are opened once for each trial and read again at each
 * tick, so that sampling stays cheap. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "cage/cage.h"

struct mlm_sample {
    int64_t at_ns; /* time since the sampler was opened */
    /* MLM_NULL where the cage has no such reading. swap_bytes is swap alone on every cgroup version. */
    int64_t memory_bytes, swap_bytes, anon_bytes, file_bytes, shmem_bytes, huge_pages_bytes;
    int64_t swap_cached_bytes; /* part of both; 0 where the kernel does not report it */
    int64_t stall_some_ns, stall_full_ns;
    /* VmHWM of the worker, and the file pages that it maps (RssFile); MLM_NULL after its end. */
    int64_t worker_peak_rss_bytes, worker_file_bytes;
};

struct mlm_sampler {
    const struct mlm_dialect *dialect;
    uint64_t begin_ns;
    int current_fd, swap_fd, stat_fd, pressure_fd, status_fd;
};

/* Never fails: a file that cannot be opened gives no readings. worker 0: no worker yet. */
void mlm_sampler_open(struct mlm_sampler *sampler, const struct mlm_cage *cage, pid_t worker);
void mlm_sampler_close(struct mlm_sampler *sampler);
void mlm_sampler_take(const struct mlm_sampler *sampler, struct mlm_sample *ret_sample);

/* Page cache of files. The kernel counts shared memory and files in tmpfs as file pages, but they have no
 * other place than memory and swap. MLM_NULL: not known. */
int64_t mlm_sample_cache_bytes(const struct mlm_sample *sample);

/* Memory without the page cache of files, and swap: what the needs are the peak of. MLM_NULL: not known. */
int64_t mlm_sample_held_bytes(const struct mlm_sample *sample);

/* Swap alone: a page that was read back and keeps its place in swap is in memory already. */
int64_t mlm_sample_only_swap_bytes(const struct mlm_sample *sample);
