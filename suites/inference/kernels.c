/* Each kernel twice: in plain C, and with AVX2 and F16C. */
#include "inference/kernels.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "data/f16.h"

#if MLM_CLONES
#include <cpuid.h>
#include <immintrin.h>
#define TARGET __attribute__((target("avx2,fma,f16c")))
#endif

#define ROWS MLM_ROWS_AT_ONCE

MLM_INLINE void vector_round(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
    /* As whole numbers, the bits of floats without their signs have the order of the floats. */
    uint32_t most_bits = 0;
#pragma omp simd reduction(max : most_bits)
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        bits &= INT32_MAX;
        most_bits = bits > most_bits ? bits : most_bits;
    }
    float most;
    memcpy(&most, &most_bits, sizeof most);
    float inverse = most > 0 ? INT16_MAX / most : 0;
#pragma omp simd
    for (uint64_t i = 0; i < count; i++) {
        float value = values[i] * inverse;
        whole[i] = (int16_t)(int32_t)(value + copysignf(0.5f, value));
    }
    for (uint64_t part = 0; part < count / MLM_PART; part++) {
        int32_t sum = 0;
        for (uint64_t i = 0; i < MLM_PART; i++)
            sum += whole[part * MLM_PART + i];
        part_sums[part] = sum;
    }
    *ret_scale = most / INT16_MAX;
}

#if MLM_CLONES
TARGET static void vector_round_avx2(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
    vector_round(values, count, whole, part_sums, ret_scale);
}
#endif

void mlm_vector_round(
    const float *values, uint64_t count, int16_t *whole, int32_t *part_sums, float *ret_scale)
{
#if MLM_CLONES
    if (mlm_clone_best() != MLM_CLONE_PLAIN) {
        vector_round_avx2(values, count, whole, part_sums, ret_scale);
        return;
    }
#endif
    vector_round(values, count, whole, part_sums, ret_scale);
}

/* ---- Plain C: one product for all formats, by decoding a block at a time ---- */

MLM_INLINE void plain_products(
    enum mlm_blocks format, const struct mlm_four_rows *rows, const struct mlm_vector *x, float *ret)
{
    const struct mlm_blocks_spec *spec = &mlm_blocks_specs[format];
    float values[MLM_GROUP];
    for (size_t row = 0; row < ROWS; row++) {
        const uint8_t *block = rows->first + row * rows->row_pitch;
        const float *at = x->values;
        float sum = 0;
        for (uint64_t b = 0; b < rows->blocks; b++, block += rows->block_pitch, at += spec->block_values) {
            spec->decode(block, values);
#pragma omp simd reduction(+ : sum)
            for (size_t i = 0; i < spec->block_values; i++)
                sum += values[i] * at[i];
        }
        ret[row] = sum;
    }
}

#define PLAIN(name, format)                                                                                  \
    static void name##_plain(const struct mlm_four_rows *rows, const struct mlm_vector *x, float ret[ROWS])  \
    {                                                                                                        \
        plain_products(format, rows, x, ret);                                                                \
    }
PLAIN(f32, MLM_BLOCKS_F32)
PLAIN(f16, MLM_BLOCKS_F16)
PLAIN(q8_0, MLM_BLOCKS_Q8_0)
PLAIN(q4_0, MLM_BLOCKS_Q4_0)
PLAIN(q4_k, MLM_BLOCKS_Q4_K)

/* ---- AVX2 ---- */

#if MLM_CLONES

/* Four rows are four streams, each too short for a hardware prefetcher. A hint for the next four rows, which
 * lie behind these, gained up to 1.6 ×; behind the file's end it has no effect. */
#define prefetch(at) __builtin_prefetch((at) + ahead, 0, 2)

#define LANES 8u

TARGET MLM_INLINE float lanes_sum(__m256 lanes)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
}

TARGET MLM_INLINE __m256 half_everywhere(const uint8_t *at)
{
    uint16_t half;
    memcpy(&half, at, sizeof half);
    return _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
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

/* Each product of a block with the vector's part: adds it to a row's sums. */
TARGET MLM_INLINE __m256 f32_block(
    const uint8_t *block, const struct mlm_vector *x, uint64_t at, uint64_t ahead, __m256 sum)
{
    for (size_t i = 0; i < MLM_PART; i += LANES)
        sum = _mm256_fmadd_ps(_mm256_loadu_ps((const float *)(const void *)(block + 4 * i)),
            _mm256_loadu_ps(x->values + at + i), sum);
    prefetch(block);
    prefetch(block + 64);
    return sum;
}

TARGET MLM_INLINE __m256 f16_block(
    const uint8_t *block, const struct mlm_vector *x, uint64_t at, uint64_t ahead, __m256 sum)
{
    for (size_t i = 0; i < MLM_PART; i += LANES)
        sum = _mm256_fmadd_ps(
            _mm256_cvtph_ps(load_16(block + 2 * i)), _mm256_loadu_ps(x->values + at + i), sum);
    prefetch(block);
    return sum;
}

TARGET MLM_INLINE __m256 q8_0_block(
    const uint8_t *block, const struct mlm_vector *x, uint64_t at, uint64_t ahead, __m256 sum)
{
    __m256i products = bytes_products(
        load_16(block + 2), load_16(block + 18), load_whole(x->whole + at), load_whole(x->whole + at + 16));
    prefetch(block);
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
}

TARGET MLM_INLINE __m256 q4_0_block(
    const uint8_t *block, const struct mlm_vector *x, uint64_t at, uint64_t ahead, __m256 sum)
{
    const __m128i mask = _mm_set1_epi8(15), eight = _mm_set1_epi8(8);
    __m128i bytes = load_16(block + 2);
    __m128i low = _mm_sub_epi8(_mm_and_si128(bytes, mask), eight);
    __m128i high = _mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), mask), eight);
    __m256i products = bytes_products(low, high, load_whole(x->whole + at), load_whole(x->whole + at + 16));
    prefetch(block);
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
}

/* Eight scales and eight offsets of a block, as mlm_q4_k_part() reads them one by one. */
MLM_INLINE void q4_k_parts(const uint8_t packed[12], uint64_t *ret_scales, uint64_t *ret_offsets)
{
    const uint32_t six = 0x3f3f3f3f, four = 0x0f0f0f0f, two = 0x03030303;
    uint32_t word[3];
    memcpy(word, packed, sizeof word);
    uint32_t scales = (word[2] & four) | (word[0] >> 6 & two) << 4;
    uint32_t offsets = (word[2] >> 4 & four) | (word[1] >> 6 & two) << 4;
    *ret_scales = (uint64_t)scales << 32 | (word[0] & six);
    *ret_offsets = (uint64_t)offsets << 32 | (word[1] & six);
}

/* A scale times a q is below 2^10, so the sum of 32 products with numbers of 16 bits stays below 2^31, and a
 * whole block has one conversion to floats. */
TARGET MLM_INLINE __m256 q4_k_block(
    const uint8_t *block, const struct mlm_vector *x, uint64_t at, uint64_t ahead, __m256 sum)
{
    const __m256i mask = _mm256_set1_epi8(15);
    uint64_t scales, offsets;
    q4_k_parts(block + 4, &scales, &offsets);
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
    prefetch(block);
    prefetch(block + 64);
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), half_everywhere(block), sum);
    return _mm256_fnmadd_ps(_mm256_cvtepi32_ps(shifts), half_everywhere(block + 2), sum);
}

#define AVX2(name, format, block_values, scaled)                                                             \
    TARGET static void name##_avx2(                                                                          \
        const struct mlm_four_rows *rows, const struct mlm_vector *x, float ret[ROWS])                       \
    {                                                                                                        \
        __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;                                                 \
        const uint8_t *first = rows->first, *third = first + 2 * rows->row_pitch;                            \
        uint64_t ahead = ROWS * rows->blocks * mlm_blocks_specs[format].block_bytes;                         \
        for (uint64_t i = 0; i < rows->blocks; i++) {                                                        \
            uint64_t at = i * (block_values);                                                                \
            a = name##_block(first, x, at, ahead, a);                                                        \
            b = name##_block(first + rows->row_pitch, x, at, ahead, b);                                      \
            c = name##_block(third, x, at, ahead, c);                                                        \
            d = name##_block(third + rows->row_pitch, x, at, ahead, d);                                      \
            first += rows->block_pitch;                                                                      \
            third += rows->block_pitch;                                                                      \
        }                                                                                                    \
        float scale = (scaled) ? x->scale : 1;                                                               \
        ret[0] = lanes_sum(a) * scale;                                                                       \
        ret[1] = lanes_sum(b) * scale;                                                                       \
        ret[2] = lanes_sum(c) * scale;                                                                       \
        ret[3] = lanes_sum(d) * scale;                                                                       \
    }
AVX2(f32, MLM_BLOCKS_F32, MLM_PART, 0)
AVX2(f16, MLM_BLOCKS_F16, MLM_PART, 0)
AVX2(q8_0, MLM_BLOCKS_Q8_0, MLM_PART, 1)
AVX2(q4_0, MLM_BLOCKS_Q4_0, MLM_PART, 1)
AVX2(q4_k, MLM_BLOCKS_Q4_K, MLM_GROUP, 1)

TARGET static void f16_decode_avx2(const uint8_t *block, float *values)
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

TARGET static void q8_0_decode_avx2(const uint8_t *block, float *values)
{
    bytes_decode(load_16(block + 2), half_everywhere(block), values);
    bytes_decode(load_16(block + 18), half_everywhere(block), values + 16);
}

TARGET static void q4_0_decode_avx2(const uint8_t *block, float *values)
{
    const __m128i mask = _mm_set1_epi8(15), eight = _mm_set1_epi8(8);
    __m128i bytes = load_16(block + 2);
    bytes_decode(_mm_sub_epi8(_mm_and_si128(bytes, mask), eight), half_everywhere(block), values);
    bytes_decode(_mm_sub_epi8(_mm_and_si128(_mm_srli_epi16(bytes, 4), mask), eight), half_everywhere(block),
        values + 16);
}

/* clang 14 has no name for F16C in __builtin_cpu_supports(). A virtual machine may hide it. */
static bool has_vectors(enum mlm_clone clone)
{
    unsigned a, b, c, d;
    return clone != MLM_CLONE_PLAIN && __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

#endif

mlm_four_products *mlm_four_products_of(enum mlm_blocks format, enum mlm_clone clone)
{
    static mlm_four_products *const plain[MLM_BLOCKS_COUNT] = {[MLM_BLOCKS_F32] = f32_plain,
        [MLM_BLOCKS_F16] = f16_plain,
        [MLM_BLOCKS_Q8_0] = q8_0_plain,
        [MLM_BLOCKS_Q4_0] = q4_0_plain,
        [MLM_BLOCKS_Q4_K] = q4_k_plain};
#if MLM_CLONES
    static mlm_four_products *const avx2[MLM_BLOCKS_COUNT] = {[MLM_BLOCKS_F32] = f32_avx2,
        [MLM_BLOCKS_F16] = f16_avx2,
        [MLM_BLOCKS_Q8_0] = q8_0_avx2,
        [MLM_BLOCKS_Q4_0] = q4_0_avx2,
        [MLM_BLOCKS_Q4_K] = q4_k_avx2};
    if (has_vectors(clone))
        return avx2[format];
#endif
    (void)clone;
    return plain[format];
}

mlm_block_decode *mlm_block_decode_of(enum mlm_blocks format, enum mlm_clone clone)
{
#if MLM_CLONES
    static mlm_block_decode *const avx2[MLM_BLOCKS_COUNT] = {[MLM_BLOCKS_F16] = f16_decode_avx2,
        [MLM_BLOCKS_Q8_0] = q8_0_decode_avx2,
        [MLM_BLOCKS_Q4_0] = q4_0_decode_avx2};
    if (has_vectors(clone) && avx2[format])
        return avx2[format];
#endif
    (void)clone;
    return mlm_blocks_specs[format].decode;
}
