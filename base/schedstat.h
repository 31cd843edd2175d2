/* Time that threads spent on a processor, and in its run queue: ready to run while other threads ran. The
 * kernel gives both exactly, in /proc/…/schedstat. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mlm_schedstat {
    uint64_t cpu_ns, run_queue_ns;
};

/* Reads one file, for example "/proc/thread-self/schedstat". False: the thread has ended, or the kernel keeps
 * no such figures. Allocates nothing. */
bool mlm_schedstat_read(const char *path, struct mlm_schedstat *ret_stat);

/* Calls `see` for each living thread of a process ("self", or a pid in digits). False: there is no such
 * process. */
bool mlm_schedstat_threads(const char *process,
    void (*see)(void *context, int thread, const struct mlm_schedstat *stat), void *context);

/* The sum over the living threads of a process. The time of threads that have ended is not in it. */
bool mlm_schedstat_sum(const char *process, struct mlm_schedstat *ret_stat);
