/* The peer of kernels that read memory: a sum of floats over the same bytes, with the widest vectors that the
 * machine has. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "data/clones.h"

typedef float peer_lanes __attribute__((vector_size(64)));

/* Four chains of sixteen, so that only loads can be the limit. */
MLM_INLINE float peer_sum_body(const void *bytes, uint64_t size)
{
    const char *at = bytes, *end = at + size / 256 * 256;
    peer_lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, loaded[4];
    for (; at < end; at += 256) {
        memcpy(loaded, at, sizeof loaded);
        sum0 += loaded[0];
        sum1 += loaded[1];
        sum2 += loaded[2];
        sum3 += loaded[3];
    }
    sum0 += sum1 + sum2 + sum3;
    float sum = 0;
    for (int lane = 0; lane < 16; lane++)
        sum += sum0[lane];
    return sum;
}

static inline float peer_sum_plain(const void *bytes, uint64_t size)
{
    return peer_sum_body(bytes, size);
}

#if MLM_CLONES
MLM_TARGET_AVX2 static inline float peer_sum_avx2(const void *bytes, uint64_t size)
{
    return peer_sum_body(bytes, size);
}

MLM_TARGET_AVX512 static inline float peer_sum_avx512(const void *bytes, uint64_t size)
{
    return peer_sum_body(bytes, size);
}
#endif

static inline void peer_sum(const void *bytes, uint64_t size)
{
    static float (*const sums[])(const void *, uint64_t) = {
        [MLM_CLONE_PLAIN] = peer_sum_plain,
#if MLM_CLONES
        [MLM_CLONE_AVX2] = peer_sum_avx2,
        [MLM_CLONE_AVX512] = peer_sum_avx512,
#endif
    };
    volatile float kept = sums[mlm_clone_best()](bytes, size); /* so that no compiler leaves the sum out */
    (void)kept;
}
