#include "batch/kernels.h"

#include <math.h>

/* The machine's widest vectors, chosen when the module is opened. */
#if defined(__x86_64__)
#define VECTORIZED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORIZED
#endif

VECTORIZED
void batch_bias_relu(float *restrict values, size_t rows, size_t width, const float *restrict bias)
{
    for (size_t r = 0; r < rows; r++, values += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            float x = values[j] + bias[j];
            values[j] = x > 0 ? x : 0;
        }
}

VECTORIZED
void batch_bias(float *restrict values, size_t rows, size_t width, const float *restrict bias)
{
    for (size_t r = 0; r < rows; r++, values += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++)
            values[j] += bias[j];
}

VECTORIZED
void batch_relu_backward(float *restrict delta, const float *restrict activation, size_t rows, size_t width,
    float *restrict bias_gradient)
{
    for (size_t r = 0; r < rows; r++, delta += width, activation += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            float x = activation[j] > 0 ? delta[j] : 0;
            delta[j] = x;
            bias_gradient[j] += x;
        }
}

static float largest(const float *values, size_t count)
{
    float most = values[0];
    for (size_t j = 1; j < count; j++)
        most = values[j] > most ? values[j] : most;
    return most;
}

double batch_softmax_loss(const float *logits, size_t width, uint32_t label)
{
    float most = largest(logits, width);
    double sum = 0;
    for (size_t j = 0; j < width; j++)
        sum += expf(logits[j] - most);
    return log(sum) - (double)(logits[label] - most);
}

double batch_softmax_backward(float *logits, size_t width, uint32_t label)
{
    float most = largest(logits, width);
    double chosen = logits[label] - most;
    double sum = 0;
    for (size_t j = 0; j < width; j++) {
        logits[j] = expf(logits[j] - most);
        sum += logits[j];
    }
    float scale = (float)(1 / sum);
    for (size_t j = 0; j < width; j++)
        logits[j] *= scale;
    logits[label] -= 1;
    return log(sum) - chosen;
}

VECTORIZED
void batch_add(float *restrict sum, const float *restrict values, size_t count)
{
#pragma omp simd
    for (size_t j = 0; j < count; j++)
        sum[j] += values[j];
}

void batch_add_double(double *restrict sum, const float *restrict values, size_t count)
{
    for (size_t j = 0; j < count; j++)
        sum[j] += values[j];
}

VECTORIZED
void batch_sgd(float *restrict weights, const float *restrict gradient, size_t count, float rate)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        weights[i] -= rate * gradient[i];
}

VECTORIZED
void batch_momentum(float *restrict weights, const float *restrict gradient, float *restrict velocity,
    size_t count, float rate)
{
    const float keep = 0.9F;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        velocity[i] = keep * velocity[i] + gradient[i];
        weights[i] -= rate * velocity[i];
    }
}

VECTORIZED
void batch_adam(float *restrict weights, const float *restrict gradient, float *restrict first,
    float *restrict second, size_t count, float rate, uint64_t step)
{
    const float keep1 = 0.9F, keep2 = 0.999F, epsilon = 1e-8F;
    float unbias1 = (float)(1 / (1 - pow((double)keep1, (double)step)));
    float unbias2 = (float)(1 / (1 - pow((double)keep2, (double)step)));
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        float m = keep1 * first[i] + (1 - keep1) * g;
        float v = keep2 * second[i] + (1 - keep2) * g * g;
        first[i] = m;
        second[i] = v;
        weights[i] -= rate * (m * unbias1) / (sqrtf(v * unbias2) + epsilon);
    }
}
