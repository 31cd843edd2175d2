/* The one clock that durations are measured by. */
#pragma once

#include <stdint.h>
#include <time.h>

#define MLM_SECOND_NS UINT64_C(1000000000)

/* Monotonic time: only differences mean anything. */
static inline uint64_t mlm_now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * MLM_SECOND_NS + (uint64_t)t.tv_nsec;
}
