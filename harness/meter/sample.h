/* One sample of a running cage and its worker. Files are opened once for each trial and read again at each
 * tick, so that sampling stays cheap.
 *
 * In an inherited cage, what the cgroup held before the job is subtracted. Page cache that was there before
 * may be given back meanwhile; then it is no longer subtracted. Where no cgroup can be read, a sample is the
 * sum over the job's processes: their PSS. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "cage/cage.h"

struct mlm_sample {
    int64_t at_ns; /* time since the sampler was opened */
    /* MLM_NULL where the cage has no such reading. swap_bytes is what is in swap and not in memory. */
    int64_t memory_bytes, swap_bytes, anon_bytes, file_bytes, shmem_bytes, huge_pages_bytes;
    /* Pages in memory that have a place in swap, too: they are written there, or were read back. 0 where the
     * kernel does not report it. */
    int64_t swap_cached_bytes;
    /* Compressed pages of zswap: they are in memory_bytes, and in swap_bytes in their full size. 0 where
     * there are none, or where they are not charged to the cage. */
    int64_t zswap_bytes;
    /* What has no other place than memory and swap, in memory: mapped or not. MLM_NULL: not known. */
    int64_t swap_backed_bytes;
    int64_t stall_some_ns, stall_full_ns;
    /* VmHWM of the worker, and the file pages that it maps (RssFile); MLM_NULL after its end. */
    int64_t worker_peak_rss_bytes, worker_file_bytes;
    int64_t
        worker_own_bytes; /* its anonymous memory, in memory and in swap: a page is counted once, always */
};

struct mlm_sampler {
    const struct mlm_cage *cage;
    const struct mlm_dialect *dialect;
    uint64_t begin_ns;
    struct mlm_sample before; /* of an inherited cgroup, when the sampler was opened; else zeros */
    int64_t others_bytes;     /* least memory that was subtracted; 0 for a cage of our own */
    bool sums_processes;      /* no cgroup can be read */
    struct mlm_sample latest; /* of the processes, because their sum takes time */
    uint64_t spent_ns;
    int current_fd, swap_fd, stat_fd, pressure_fd, status_fd;
};

/* Call it before anything is started in the cage. Never fails: a file that cannot be opened gives no
 * readings. */
void mlm_sampler_open(struct mlm_sampler *sampler, const struct mlm_cage *cage);
/* From now on, samples have the worker's own figures, too; their time begins now. */
void mlm_sampler_watch(struct mlm_sampler *sampler, pid_t worker);
void mlm_sampler_close(struct mlm_sampler *sampler);
void mlm_sampler_take(struct mlm_sampler *sampler, struct mlm_sample *ret_sample);

/* Page cache of files. The kernel counts shared memory and files in tmpfs as file pages, but they have no
 * other place than memory and swap. MLM_NULL: not known. */
int64_t mlm_sample_cache_bytes(const struct mlm_sample *sample);

/* Memory and swap together: a page that is in both counts once. Unknown parts count as 0. */
int64_t mlm_sample_memory_and_swap_bytes(const struct mlm_sample *sample);

/* Memory without the page cache of files, and swap: what the needs are the peak of. MLM_NULL: not known. */
int64_t mlm_sample_held_bytes(const struct mlm_sample *sample);
