/* Counter-based random data. Value i of stream s under a seed is a pure function of the three, so the same
 * seed gives the same bytes on every machine, in any order and with any number of threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* 64 random bits for (seed, stream, index): SplitMix64's finalizer (Steele, Lea, Flood 2014; constants of
 * Stafford's mix 13) over a key made of seed and stream. */
static inline uint64_t mlm_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return x;
}

static inline uint64_t mlm_random_key(uint64_t seed, uint64_t stream)
{
    return mlm_mix64(seed * UINT64_C(0x9e3779b97f4a7c15) + mlm_mix64(stream + UINT64_C(0xd1b54a32d192ed03)));
}

static inline uint64_t mlm_random_u64(uint64_t key, uint64_t index)
{
    return mlm_mix64(key + index * UINT64_C(0x9e3779b97f4a7c15));
}

/* Returns a number in [0, bound), bound < 2^32, by multiplication; the bias is below bound/2^32. */
static inline uint32_t mlm_random_below(uint64_t key, uint64_t index, uint32_t bound)
{
    return (uint32_t)(((mlm_random_u64(key, index) >> 32) * bound) >> 32);
}

/* Fills `size` bytes with incompressible data. */
void mlm_random_fill(uint64_t key, void *data, size_t size);

/* Fills with uniform floats in [-1, 1). */
void mlm_random_fill_floats(uint64_t key, uint64_t first_index, float *values, size_t count);
