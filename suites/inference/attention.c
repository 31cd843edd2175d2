#include "inference/attention.h"

#include <math.h>
#include <string.h>

#include "data/eight.h"
#include "data/exp.h"

/* Decodes `count` positions from `first` on. */
MLM_INLINE void positions_decode(const struct mlm_attention_job *job, const uint8_t *cache, uint64_t first,
    uint64_t count, float *ret_floats)
{
    uint64_t blocks = job->head_size / MLM_PART;
    uint64_t position_bytes = mlm_blocks_bytes(job->format, job->head_size);
    job->decode(cache + first * position_bytes, count * blocks, ret_floats);
}

/* The sums of `a` and of `b`, by pairs of neighbours, which take turns. */
#define PAIRS(a, b)                                                                                          \
    (__builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +                                              \
        __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15))

/* The same for what PAIRS() gave, and for what QUADS() gave. */
#define QUADS(a, b)                                                                                          \
    (__builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +                                               \
        __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15))
#define HALVES(a, b)                                                                                         \
    (__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +                                               \
        __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15))

/* Products of a query with eight keys that follow one another. */
MLM_INLINE mlm_eight eight_products(const float *query, const float *keys, uint64_t size)
{
    mlm_eight sums[8] = {0};
    for (uint64_t i = 0; i < size; i += 8) {
        mlm_eight q = mlm_eight_load(query + i);
#pragma GCC unroll 8
        for (size_t k = 0; k < 8; k++)
            sums[k] += q * mlm_eight_load(keys + k * size + i);
    }
    return HALVES(QUADS(PAIRS(sums[0], sums[1]), PAIRS(sums[2], sums[3])),
        QUADS(PAIRS(sums[4], sums[5]), PAIRS(sums[6], sums[7])));
}

/* Scores of `count` positions of a block. The work space has room for whole eights of them. */
MLM_INLINE void scores_of(
    const float *query, const float *keys, uint64_t size, uint64_t count, float by, float *ret_scores)
{
    for (uint64_t p = 0; p < count; p += 8) {
        mlm_eight scores = eight_products(query, keys + p * size, size) * by;
        memcpy(ret_scores + p, &scores, (count - p < 8 ? count - p : 8) * sizeof *ret_scores);
    }
}

/* result = result · keep + the sum of `count` values by their weights */
MLM_INLINE void values_add(
    float *result, float keep, const float *values, uint64_t size, const float *weights, uint64_t count)
{
    for (uint64_t i = 0; i < size; i += MLM_PART) {
        mlm_eight sums[MLM_PART / 8];
#pragma GCC unroll 4
        for (size_t k = 0; k < MLM_PART / 8; k++)
            sums[k] = mlm_eight_load(result + i + 8 * k) * keep;
        for (uint64_t p = 0; p < count; p++) {
#pragma GCC unroll 4
            for (size_t k = 0; k < MLM_PART / 8; k++)
                sums[k] += mlm_eight_load(values + p * size + i + 8 * k) * weights[p];
        }
#pragma GCC unroll 4
        for (size_t k = 0; k < MLM_PART / 8; k++)
            memcpy(result + i + 8 * k, &sums[k], sizeof sums[k]);
    }
}

MLM_INLINE int32_t ordered(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? bits ^ INT32_MAX : bits;
}

MLM_INLINE float largest(const float *scores, uint64_t count, float most)
{
    /* As whole numbers, floats have their own order once the negative ones are turned around. */
    int32_t bits, most_key = ordered(most);
#pragma omp simd reduction(max : most_key)
    for (uint64_t p = 0; p < count; p++) {
        int32_t key = ordered(scores[p]);
        most_key = key > most_key ? key : most_key;
    }
    bits = most_key < 0 ? most_key ^ INT32_MAX : most_key;
    memcpy(&most, &bits, sizeof most);
    return most;
}

/* Turns scores to weights against the largest one. Returns their sum. */
MLM_INLINE float weigh(float *scores, uint64_t count, float most)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (uint64_t p = 0; p < count; p++) {
        scores[p] = mlm_exp(scores[p] - most);
        sum += scores[p];
    }
    return sum;
}

/* How many of the `count` positions from `first` on token `token` sees. */
MLM_INLINE uint64_t seen(const struct mlm_attention_job *job, uint64_t token, uint64_t first, uint64_t count)
{
    uint64_t end = job->position + token + 1;
    if (end <= first)
        return 0;
    return end - first < count ? end - first : count;
}

MLM_INLINE uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Keeps the largest score so far, the sum of the weights against it, and the weighted sum of the values. */
MLM_INLINE void attend_blocks(const struct mlm_attention_job *job)
{
    uint64_t size = job->head_size, end = job->position + job->tokens;
    float *keys = job->decoded, *values = keys + MLM_ATTENTION_POSITIONS * size;
    float by = 1 / sqrtf((float)size);
    for (uint64_t i = 0; i < job->tokens * job->heads; i++) {
        job->maxima_and_sums[2 * i] = -INFINITY;
        job->maxima_and_sums[2 * i + 1] = 0;
        memset(job->results + i / job->heads * job->pitch + i % job->heads * size, 0, size * sizeof(float));
    }
    for (uint64_t first = 0; first < end; first += MLM_ATTENTION_POSITIONS) {
        uint64_t count = least(MLM_ATTENTION_POSITIONS, end - first);
        positions_decode(job, job->keys, first, count, keys);
        positions_decode(job, job->values, first, count, values);
        for (uint64_t i = 0; i < job->tokens * job->heads; i++) {
            uint64_t here = i / job->heads * job->pitch + i % job->heads * size;
            uint64_t visible = seen(job, i / job->heads, first, count);
            float scores[MLM_ATTENTION_POSITIONS], *state = job->maxima_and_sums + 2 * i;
            if (!visible)
                continue;
            scores_of(job->queries + here, keys, size, visible, by, scores);
            float most = largest(scores, visible, state[0]), keep = mlm_exp(state[0] - most);
            state[0] = most;
            state[1] = state[1] * keep + weigh(scores, visible, most);
            values_add(job->results + here, keep, values, size, scores, visible);
        }
    }
    for (uint64_t i = 0; i < job->tokens * job->heads; i++) {
        float *result = job->results + i / job->heads * job->pitch + i % job->heads * size;
        float inverse = 1 / job->maxima_and_sums[2 * i + 1];
        for (uint64_t v = 0; v < size; v++)
            result[v] *= inverse;
    }
}

/* Turns a token's scores to weights; positions that it does not see have none. */
MLM_INLINE void scores_weigh(float *scores, uint64_t visible, uint64_t context)
{
    float inverse = 1 / weigh(scores, visible, largest(scores, visible, -INFINITY));
    for (uint64_t p = 0; p < visible; p++)
        scores[p] *= inverse;
    memset(scores + visible, 0, (context - visible) * sizeof *scores);
}

/* Computes all scores, then all weights, then all sums. */
MLM_INLINE void attend_whole(const struct mlm_attention_job *job)
{
    uint64_t size = job->head_size, end = job->position + job->tokens, rows = job->tokens * job->heads;
    float by = 1 / sqrtf((float)size);
    for (uint64_t first = 0; first < end; first += MLM_ATTENTION_POSITIONS) {
        uint64_t count = least(MLM_ATTENTION_POSITIONS, end - first);
        positions_decode(job, job->keys, first, count, job->decoded);
        for (uint64_t i = 0; i < rows; i++) {
            const float *query = job->queries + i / job->heads * job->pitch + i % job->heads * size;
            scores_of(query, job->decoded, size, count, by, job->scores + i * job->context + first);
        }
    }
    for (uint64_t i = 0; i < rows; i++) {
        scores_weigh(job->scores + i * job->context, job->position + i / job->heads + 1, job->context);
        memset(job->results + i / job->heads * job->pitch + i % job->heads * size, 0, size * sizeof(float));
    }
    for (uint64_t first = 0; first < end; first += MLM_ATTENTION_POSITIONS) {
        uint64_t count = least(MLM_ATTENTION_POSITIONS, end - first);
        positions_decode(job, job->values, first, count, job->decoded);
        for (uint64_t i = 0; i < rows; i++) {
            float *result = job->results + i / job->heads * job->pitch + i % job->heads * size;
            values_add(result, 1, job->decoded, size, job->scores + i * job->context + first, count);
        }
    }
}

MLM_INLINE void attend(const struct mlm_attention_job *job)
{
    if (job->scores)
        attend_whole(job);
    else
        attend_blocks(job);
}

#if MLM_CLONES
MLM_TARGET_AVX2 static void attend_avx2(const struct mlm_attention_job *job)
{
    attend(job);
}
#endif

void mlm_attend(const struct mlm_attention_job *job)
{
#if MLM_CLONES
    if (mlm_clone_best() != MLM_CLONE_PLAIN) {
        attend_avx2(job);
        return;
    }
#endif
    attend(job);
}
