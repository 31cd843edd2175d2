/* Time that threads spent on a processor, and in its run queue: ready to run while other threads ran. The
 * kernel gives both, in /proc/…/schedstat: exactly, but that from Linux 6.12 on it adds a sleep to the time
 * in the run queue at times, if it moves the sleeping thread to another processor. */
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

/* The times of a thread that is looked at again and again. */
struct mlm_thread_times {
    struct mlm_schedstat told; /* what the kernel says */
    struct mlm_schedstat real; /* the same without sleeps */
    bool runnable;             /* at the latest look */
};

/* Adds a look. passed_ns: time since the look before began. A thread that was asleep then has waited for a
 * processor no longer than that. Returns by how much the real times grew. */
struct mlm_schedstat mlm_thread_times_look(
    struct mlm_thread_times *times, const struct mlm_schedstat *told, bool runnable, uint64_t passed_ns);

/* Returns true if the thread runs, or is ready to run; false also if it has ended. */
bool mlm_thread_is_runnable(const char *process, int thread);

/* The sum over the living threads of a process. The time of threads that have ended is not in it. */
bool mlm_schedstat_sum(const char *process, struct mlm_schedstat *ret_stat);
