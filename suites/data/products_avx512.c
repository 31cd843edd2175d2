/* The kernels with AVX-512. */
#include "data/products_sets.h"

#if MLM_CLONES

#define TARGET MLM_TARGET_AVX512

TARGET MLM_INLINE __m512 half_everywhere(const uint8_t *at)
{
    return _mm512_cvtph_ps(_mm256_set1_epi16(mlm_half_bits(at)));
}

TARGET MLM_INLINE __m256i load_32(const uint8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

TARGET MLM_INLINE __m512 f32_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    sum = _mm512_fmadd_ps(_mm512_loadu_ps(block), _mm512_loadu_ps(x->values + at), sum);
    return _mm512_fmadd_ps(_mm512_loadu_ps(block + 64), _mm512_loadu_ps(x->values + at + 16), sum);
}

TARGET MLM_INLINE __m512 f16_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    sum = _mm512_fmadd_ps(_mm512_cvtph_ps(load_32(block)), _mm512_loadu_ps(x->values + at), sum);
    return _mm512_fmadd_ps(_mm512_cvtph_ps(load_32(block + 32)), _mm512_loadu_ps(x->values + at + 16), sum);
}

TARGET MLM_INLINE __m512 bytes_block(
    __m256i bytes, const uint8_t *factor, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    __m512i products = _mm512_madd_epi16(_mm512_cvtepi8_epi16(bytes), _mm512_loadu_si512(x->whole + at));
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(products), half_everywhere(factor), sum);
}

TARGET MLM_INLINE __m512 q8_0_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    return bytes_block(load_32(block + 2), block, x, at, sum);
}

TARGET MLM_INLINE __m512 q4_0_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + 2));
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(bytes), _mm_srli_epi16(bytes, 4), 1);
    __m256i q = _mm256_sub_epi8(_mm256_and_si256(both, _mm256_set1_epi8(15)), _mm256_set1_epi8(8));
    return bytes_block(q, block, x, at, sum);
}

/* A scale times a q is below 2^10, so the sum of 16 products with numbers of 16 bits stays below 2^31, and a
 * whole block has one conversion to floats. */
TARGET MLM_INLINE __m512 q4_k_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m512 sum)
{
    const __m256i mask = _mm256_set1_epi8(15);
    uint64_t scales, offsets;
    mlm_q4_k_parts(block + 4, &scales, &offsets);
    __m512i scale_of = _mm512_castsi128_si512(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((int64_t)scales)));
    __m512i products[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma GCC unroll 4
    for (size_t pair = 0; pair < MLM_PARTS / 2; pair++) {
        __m256i bytes = load_32(block + 16 + pair * MLM_PART);
#pragma GCC unroll 2
        for (size_t odd = 0; odd < 2; odd++) {
            size_t part = 2 * pair + odd;
            __m256i q = _mm256_and_si256(odd ? _mm256_srli_epi16(bytes, 4) : bytes, mask);
            __m512i scale = _mm512_permutexvar_epi16(_mm512_set1_epi16((int16_t)part), scale_of);
            __m512i scaled = _mm512_mullo_epi16(_mm512_cvtepu8_epi16(q), scale);
            const int16_t *whole = x->whole + at + part * MLM_PART;
            products[odd] =
                _mm512_add_epi32(products[odd], _mm512_madd_epi16(scaled, _mm512_loadu_si512(whole)));
        }
    }
    __m256i part_sums = _mm256_loadu_si256((const __m256i *)(const void *)(x->part_sums + at / MLM_PART));
    __m256i shifts = _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)offsets)), part_sums);
    sum = _mm512_fmadd_ps(
        _mm512_cvtepi32_ps(_mm512_add_epi32(products[0], products[1])), half_everywhere(block), sum);
    return _mm512_fnmadd_ps(
        _mm512_zextps256_ps512(_mm256_cvtepi32_ps(shifts)), half_everywhere(block + 2), sum);
}

#define ZERO _mm512_setzero_ps()
#define whole_sum(lanes) (_mm512_reduce_add_ps(lanes) * x->scale)
MLM_PRODUCTS_ALL(TARGET, __m512, ZERO, _mm512_add_ps, _mm512_reduce_add_ps, whole_sum)

const struct mlm_kernels mlm_kernels_avx512 = {.products = MLM_PRODUCTS_TABLE};

#endif
