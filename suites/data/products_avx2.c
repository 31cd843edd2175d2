/* The kernels with AVX2. */
#include "data/products_sets.h"

#if MLM_CLONES

#define TARGET MLM_TARGET_AVX2
#define LANES 8u

TARGET MLM_INLINE float lanes_sum(__m256 lanes)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
}

TARGET MLM_INLINE __m256 half_everywhere(const uint8_t *at)
{
    return _mm256_cvtph_ps(_mm_set1_epi16(mlm_half_bits(at)));
}

TARGET MLM_INLINE __m256i load_whole(const int16_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

TARGET MLM_INLINE __m128i load_16(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

TARGET MLM_INLINE __m256i load_32(const uint8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* Sums of four products of 16 signed bytes each with whole numbers, in eight lanes. */
TARGET MLM_INLINE __m256i bytes_products(__m128i low, __m128i high, __m256i x_low, __m256i x_high)
{
    return _mm256_add_epi32(_mm256_madd_epi16(_mm256_cvtepi8_epi16(low), x_low),
        _mm256_madd_epi16(_mm256_cvtepi8_epi16(high), x_high));
}

TARGET MLM_INLINE __m256 f32_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m256 sum)
{
#pragma GCC unroll 4
    for (size_t i = 0; i < MLM_PART; i += LANES)
        sum = _mm256_fmadd_ps(_mm256_loadu_ps((const float *)(const void *)(block + 4 * i)),
            _mm256_loadu_ps(x->values + at + i), sum);
    return sum;
}

TARGET MLM_INLINE __m256 f16_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m256 sum)
{
#pragma GCC unroll 4
    for (size_t i = 0; i < MLM_PART; i += LANES)
        sum = _mm256_fmadd_ps(
            _mm256_cvtph_ps(load_16(block + 2 * i)), _mm256_loadu_ps(x->values + at + i), sum);
    return sum;
}

TARGET MLM_INLINE __m256 q8_0_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m256 sum)
{
    __m256i products = bytes_products(
        load_16(block + 2), load_16(block + 18), load_whole(x->whole + at), load_whole(x->whole + at + 16));
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
}

TARGET MLM_INLINE __m256 q4_0_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m256 sum)
{
    const __m128i mask = _mm_set1_epi8(15), eight = _mm_set1_epi8(8);
    __m128i bytes = load_16(block + 2);
    __m128i low = _mm_sub_epi8(_mm_and_si128(bytes, mask), eight);
    __m128i high = _mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), mask), eight);
    __m256i products = bytes_products(low, high, load_whole(x->whole + at), load_whole(x->whole + at + 16));
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
}

/* A scale times a q is below 2^10, so the sum of 32 products with numbers of 16 bits stays below 2^31, and a
 * whole block has one conversion to floats. */
TARGET MLM_INLINE __m256 q4_k_block(const uint8_t *block, const struct mlm_vector *x, uint64_t at, __m256 sum)
{
    const __m256i mask = _mm256_set1_epi8(15);
    uint64_t scales, offsets;
    mlm_q4_k_parts(block + 4, &scales, &offsets);
    __m256i scale_of = _mm256_broadcastsi128_si256(_mm_cvtepu8_epi16(_mm_cvtsi64_si128((int64_t)scales)));
    __m256i products = _mm256_setzero_si256();
#pragma GCC unroll 4
    for (size_t pair = 0; pair < MLM_PARTS / 2; pair++) {
        __m256i bytes = load_32(block + 16 + pair * MLM_PART);
#pragma GCC unroll 2
        for (size_t odd = 0; odd < 2; odd++) {
            size_t part = 2 * pair + odd;
            __m256i q = _mm256_and_si256(odd ? _mm256_srli_epi16(bytes, 4) : bytes, mask);
            __m256i scale =
                _mm256_shuffle_epi8(scale_of, _mm256_set1_epi16((int16_t)(0x0100 + 0x0202 * part)));
            __m256i low = _mm256_mullo_epi16(_mm256_cvtepu8_epi16(_mm256_castsi256_si128(q)), scale);
            __m256i high = _mm256_mullo_epi16(_mm256_cvtepu8_epi16(_mm256_extracti128_si256(q, 1)), scale);
            const int16_t *whole = x->whole + at + part * MLM_PART;
            products = _mm256_add_epi32(products, _mm256_add_epi32(_mm256_madd_epi16(low, load_whole(whole)),
                                                      _mm256_madd_epi16(high, load_whole(whole + 16))));
        }
    }
    __m256i part_sums = _mm256_loadu_si256((const __m256i *)(const void *)(x->part_sums + at / MLM_PART));
    __m256i shifts = _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)offsets)), part_sums);
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
    return _mm256_fnmadd_ps(_mm256_cvtepi32_ps(shifts), half_everywhere(block + 2), sum);
}

#define ZERO _mm256_setzero_ps()
#define whole_sum(lanes) (lanes_sum(lanes) * x->scale)
MLM_PRODUCTS_ALL(TARGET, __m256, ZERO, _mm256_add_ps, lanes_sum, whole_sum)

TARGET MLM_INLINE void f16_block_decode(const uint8_t *block, float *values)
{
    for (size_t i = 0; i < MLM_PART; i += LANES)
        _mm256_storeu_ps(values + i, _mm256_cvtph_ps(load_16(block + 2 * i)));
}

TARGET MLM_INLINE void bytes_decode(__m128i bytes, __m256 d, float *values)
{
    _mm256_storeu_ps(values, _mm256_mul_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes))));
    _mm256_storeu_ps(values + LANES,
        _mm256_mul_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_unpackhi_epi64(bytes, bytes)))));
}

TARGET MLM_INLINE void q8_0_block_decode(const uint8_t *block, float *values)
{
    bytes_decode(load_16(block + 2), half_everywhere(block), values);
    bytes_decode(load_16(block + 18), half_everywhere(block), values + 16);
}

TARGET MLM_INLINE void q4_0_block_decode(const uint8_t *block, float *values)
{
    const __m128i mask = _mm_set1_epi8(15), eight = _mm_set1_epi8(8);
    __m128i bytes = load_16(block + 2);
    bytes_decode(_mm_sub_epi8(_mm_and_si128(bytes, mask), eight), half_everywhere(block), values);
    bytes_decode(_mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), mask), eight), half_everywhere(block),
        values + 16);
}

MLM_DECODE(TARGET, f16, 2 * MLM_PART)
MLM_DECODE(TARGET, q8_0, MLM_Q8_0_BYTES)
MLM_DECODE(TARGET, q4_0, MLM_Q4_0_BYTES)

const struct mlm_kernels mlm_kernels_avx2 = {.products = MLM_PRODUCTS_TABLE,
    .decode = {
        [MLM_BLOCKS_F16] = f16_decode, [MLM_BLOCKS_Q8_0] = q8_0_decode, [MLM_BLOCKS_Q4_0] = q4_0_decode}};

#endif
