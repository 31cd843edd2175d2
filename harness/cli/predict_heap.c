/* Sets the variables that glibc reads when a program starts. */
#include "cli/predict_heap.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the threshold becomes at most, and at first; and the free memory at the end of the heap that is kept,
 * as so many times the threshold: malloc/malloc.c of glibc, on 64-bit machines. */
#define THRESHOLD_MOST_BYTES 0x1p25
#define THRESHOLD_LEAST_BYTES 0x1p17
#define TRIM_TIMES 2
#define STEP_BYTES 1024

static const char threshold_name[] = "MALLOC_MMAP_THRESHOLD_", trim_name[] = "MALLOC_TRIM_THRESHOLD_";

/* A program of another allocator ignores all of these. */
static bool user_decides(void)
{
    static const char *const others[] = {
        threshold_name, trim_name, "MALLOC_TOP_PAD_", "MALLOC_MMAP_MAX_", "LD_PRELOAD"};
    const char *tunables = getenv("GLIBC_TUNABLES");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (getenv(others[i]))
            return true;
    return tunables && strstr(tunables, "glibc.malloc.");
}

uint64_t mlm_predict_heap_threshold_bytes(double share)
{
    const double bytes =
        fmin(fmax(share * THRESHOLD_MOST_BYTES, THRESHOLD_LEAST_BYTES), THRESHOLD_MOST_BYTES);
    return (uint64_t)bytes / STEP_BYTES * STEP_BYTES;
}

static bool put(const char *name, uint64_t bytes)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, bytes);
    return setenv(name, text, 1) == 0;
}

bool mlm_predict_heap_scale(double share)
{
    if (share >= 1 || user_decides())
        return false;
    const uint64_t threshold_bytes = mlm_predict_heap_threshold_bytes(share);
    if (put(threshold_name, threshold_bytes) && put(trim_name, TRIM_TIMES * threshold_bytes))
        return true;
    mlm_predict_heap_restore();
    return false;
}

void mlm_predict_heap_restore(void)
{
    (void)unsetenv(threshold_name);
    (void)unsetenv(trim_name);
}
