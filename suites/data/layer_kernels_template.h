/* The kernels, written once. layer_kernels.c includes this file for each instruction set, with TARGET and
 * NAME() set; therefore it has no include guard. */

TARGET static void NAME(bias)(float *restrict values, size_t rows, size_t width, const float *restrict bias)
{
    for (size_t r = 0; r < rows; r++, values += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++)
            values[j] += bias[j];
}

TARGET static void NAME(bias_relu)(
    float *restrict values, size_t rows, size_t width, const float *restrict bias)
{
    for (size_t r = 0; r < rows; r++, values += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            float x = values[j] + bias[j];
            values[j] = x > 0 ? x : 0;
        }
}

TARGET static void NAME(relu_backward)(float *restrict delta, const float *restrict activation, size_t rows,
    size_t width, float *restrict bias_gradient)
{
    for (size_t r = 0; r < rows; r++, delta += width, activation += width)
#pragma omp simd
        for (size_t j = 0; j < width; j++) {
            float x = activation[j] > 0 ? delta[j] : 0;
            delta[j] = x;
            bias_gradient[j] += x;
        }
}

TARGET static void NAME(sgd)(
    float *restrict weights, const float *restrict gradient, size_t count, float rate)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        weights[i] -= rate * gradient[i];
}

TARGET static void NAME(momentum)(float *restrict weights, const float *restrict gradient,
    float *restrict velocity, size_t count, float rate)
{
    const float keep = 0.9F;
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        velocity[i] = keep * velocity[i] + gradient[i];
        weights[i] -= rate * velocity[i];
    }
}

TARGET static void NAME(adam)(float *restrict weights, const float *restrict gradient, float *restrict first,
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

static const struct mlm_layer_kernels NAME(kernels) = {
    .bias = NAME(bias),
    .bias_relu = NAME(bias_relu),
    .relu_backward = NAME(relu_backward),
    .sgd = NAME(sgd),
    .momentum = NAME(momentum),
    .adam = NAME(adam),
};
