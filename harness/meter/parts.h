/* Splits the time of a job into parts that do not overlap: CPU time in user mode and in the kernel, waiting
 * for a processor, and blocked; blocked into memory, storage and the rest. */
#pragma once

#include <stdbool.h>

#include "record/metric.h"

/* Waits of the job in its timed part; MLM_NULL: not known. */
struct mlm_waits {
    int64_t run_queue_ns;
    int64_t memory_ns;  /* waiting for pages from swap, and for memory to be freed */
    int64_t storage_ns; /* waiting for block devices; swap may be part of it */
};

/* Fills the metrics of the parts from the waits and from run_ns, run_cpu_user_ns and run_cpu_system_ns.
 * one_thread: never more than one thread computed at a time; otherwise the times of threads overlap, and only
 * run_queue_ns is filled. swap_share: the part of all bytes read from devices that was swap. */
void mlm_parts_fill(const struct mlm_waits *waits, bool one_thread, double swap_share, int64_t *values);
