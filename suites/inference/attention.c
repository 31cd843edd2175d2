#include "inference/attention.h"

#include <math.h>
#include <string.h>

/* Decodes `count` positions from `first` on. */
MLM_INLINE void positions_decode(const struct mlm_attention_job *job, const uint8_t *cache, uint64_t first,
    uint64_t count, float *ret_floats)
{
    uint32_t block_bytes = mlm_blocks_specs[job->format].block_bytes;
    uint64_t blocks = job->head_size / MLM_PART;
    const uint8_t *block = cache + first * blocks * block_bytes;
    for (uint64_t i = 0; i < count * blocks; i++, block += block_bytes)
        job->decode(block, ret_floats + i * MLM_PART);
}

MLM_INLINE float product(const float *a, const float *b, uint64_t count)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (uint64_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* to = to · keep + from · factor */
MLM_INLINE void blend(
    float *restrict to, float keep, const float *restrict from, float factor, uint64_t count)
{
#pragma omp simd
    for (uint64_t i = 0; i < count; i++)
        to[i] = to[i] * keep + from[i] * factor;
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
            float scores[MLM_ATTENTION_POSITIONS], *state = job->maxima_and_sums + 2 * i, most = state[0];
            if (!visible)
                continue;
            for (uint64_t p = 0; p < visible; p++) {
                scores[p] = product(job->queries + here, keys + p * size, size) * by;
                most = fmaxf(most, scores[p]);
            }
            float keep = expf(state[0] - most);
            state[0] = most;
            state[1] *= keep;
            for (uint64_t p = 0; p < visible; p++, keep = 1) {
                float weight = expf(scores[p] - most);
                state[1] += weight;
                blend(job->results + here, keep, values + p * size, weight, size);
            }
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
    float most = -INFINITY, sum = 0;
    for (uint64_t p = 0; p < visible; p++)
        most = fmaxf(most, scores[p]);
    for (uint64_t p = 0; p < visible; p++) {
        scores[p] = expf(scores[p] - most);
        sum += scores[p];
    }
    for (uint64_t p = 0; p < visible; p++)
        scores[p] /= sum;
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
            for (uint64_t p = 0; p < count; p++)
                job->scores[i * job->context + first + p] =
                    product(query, job->decoded + p * size, size) * by;
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
            for (uint64_t p = 0; p < count; p++)
                blend(result, 1, job->decoded + p * size, job->scores[i * job->context + first + p], size);
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
