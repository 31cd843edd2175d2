/* The clocks by which durations are measured. */
#pragma once

#include <stdint.h>
#include <time.h>

#define MLM_SECOND_NS UINT64_C(1000000000)

/* Monotonic nanoseconds; only the difference of two values has a meaning. */
static inline uint64_t mlm_now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * MLM_SECOND_NS + (uint64_t)t.tv_nsec;
}

/* CPU time of the calling thread: what its work takes from others; waiting for a processor takes nothing. */
static inline uint64_t mlm_thread_cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * MLM_SECOND_NS + (uint64_t)t.tv_nsec;
}
