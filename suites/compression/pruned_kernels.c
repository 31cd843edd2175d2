/* The kernels of pruned_kernels.h in C, and with AVX2. */
#include "compression/pruned_kernels.h"

#include <string.h>

#include "data/eight.h"

/* Hardware prefetchers end at each page. A hint behind the end of an array has no effect. */
#define AHEAD_BYTES 4096
#define HINT(at) __builtin_prefetch((const char *)(at) + AHEAD_BYTES)

MLM_INLINE mlm_eight eight_at(const float *x, const uint32_t *at)
{
    return (mlm_eight){x[at[0]], x[at[1]], x[at[2]], x[at[3]], x[at[4]], x[at[5]], x[at[6]], x[at[7]]};
}

MLM_INLINE float csr_dot(const float *values, const uint32_t *columns, uint64_t count, const float *vector)
{
    mlm_eight sums[2] = {0}, v;
    uint64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        HINT(values + i);
        HINT(columns + i);
#pragma GCC unroll 2
        for (size_t k = 0; k < 2; k++) {
            memcpy(&v, values + i + 8 * k, sizeof v);
            sums[k] += v * eight_at(vector, columns + i + 8 * k);
        }
    }
    float sum = 0;
    for (; i < count; i++)
        sum += values[i] * vector[columns[i]];
    sums[0] += sums[1];
    return sum + mlm_eight_sum(&sums[0]);
}

static float csr_dot_plain(const float *values, const uint32_t *columns, uint64_t count, const float *vector)
{
    return csr_dot(values, columns, count, vector);
}

static float two_of_four_dot_plain(
    const float *values, const uint16_t *picks, uint64_t columns, const float *vector)
{
    mlm_eight sums = {0}, v;
    for (uint64_t c = 0; c < columns; c += PRUNED_GROUP, values += PRUNED_GROUP_KEPT, picks++) {
        uint32_t at[PRUNED_GROUP_KEPT];
        for (unsigned i = 0; i < PRUNED_GROUP_KEPT; i++)
            at[i] = pruned_column(*picks, i);
        memcpy(&v, values, sizeof v);
        sums += v * eight_at(vector + c, at);
    }
    return mlm_eight_sum(&sums);
}

#if MLM_CLONES

#include <immintrin.h>

MLM_TARGET_AVX2 static float csr_dot_avx2(
    const float *values, const uint32_t *columns, uint64_t count, const float *vector)
{
    return csr_dot(values, columns, count, vector);
}

/* Eight columns are two quads, one in each half of a register. Their picks are moved to the two lowest bits
 * of the lanes that they choose, and the two chosen lanes of both registers are put together. */
MLM_TARGET_AVX2 MLM_INLINE __m256 group_pick(uint16_t picks, const float *x)
{
    const __m256i low = _mm256_setr_epi32(0, 2, 0, 0, 4, 6, 0, 0);
    const __m256i high = _mm256_setr_epi32(8, 10, 0, 0, 12, 14, 0, 0);
    __m256i bits = _mm256_set1_epi32(picks);
    __m256 a = _mm256_permutevar_ps(_mm256_loadu_ps(x), _mm256_srlv_epi32(bits, low));
    __m256 b = _mm256_permutevar_ps(_mm256_loadu_ps(x + 8), _mm256_srlv_epi32(bits, high));
    return _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
}

/* Rows are whole multiples of four groups. */
MLM_TARGET_AVX2 static float two_of_four_dot_avx2(
    const float *values, const uint16_t *picks, uint64_t columns, const float *vector)
{
    __m256 sums[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
    for (uint64_t c = 0; c < columns; c += 4 * PRUNED_GROUP, values += 4 * PRUNED_GROUP_KEPT, picks += 4) {
        HINT(values);
        HINT(values + 2 * PRUNED_GROUP_KEPT);
#pragma GCC unroll 4
        for (size_t k = 0; k < 4; k++)
            sums[k] = _mm256_fmadd_ps(_mm256_loadu_ps(values + k * PRUNED_GROUP_KEPT),
                group_pick(picks[k], vector + c + k * PRUNED_GROUP), sums[k]);
    }
    mlm_eight sum;
    __m256 all = _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3]));
    memcpy(&sum, &all, sizeof sum);
    return mlm_eight_sum(&sum);
}

#endif

pruned_csr_dot *pruned_csr_dot_of(enum mlm_clone clone)
{
#if MLM_CLONES
    if (clone != MLM_CLONE_PLAIN)
        return csr_dot_avx2;
#endif
    (void)clone;
    return csr_dot_plain;
}

pruned_2of4_dot *pruned_2of4_dot_of(enum mlm_clone clone)
{
#if MLM_CLONES
    if (clone != MLM_CLONE_PLAIN)
        return two_of_four_dot_avx2;
#endif
    (void)clone;
    return two_of_four_dot_plain;
}
