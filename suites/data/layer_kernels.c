/* Compiles the kernels of layer_kernels_template.h for several instruction sets and chooses one at run time,
 * so that one build is fast on old and new machines. The softmax, which takes little time, is compiled once.
 */
#include "data/layer_kernels.h"

#include <math.h>

/* One #include for each instruction set, because target_clones() does not link with clang 14. */
#define TARGET
#define NAME(name) name##_plain
#include "data/layer_kernels_template.h"
#undef TARGET
#undef NAME

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(name) name##_avx2
#include "data/layer_kernels_template.h"
#undef TARGET
#undef NAME

#define TARGET __attribute__((target("avx2,fma,avx512f")))
#define NAME(name) name##_avx512
#include "data/layer_kernels_template.h"
#undef TARGET
#undef NAME
#endif

const struct mlm_layer_kernels *mlm_layer_kernels_best(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma"))
        return &kernels_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &kernels_avx2;
#endif
    return &kernels_plain;
}

static float largest(const float *values, size_t count)
{
    float most = values[0];
    for (size_t j = 1; j < count; j++)
        most = values[j] > most ? values[j] : most;
    return most;
}

double mlm_softmax_loss(const float *logits, size_t width, uint32_t label)
{
    float most = largest(logits, width);
    double sum = 0;
    for (size_t j = 0; j < width; j++)
        sum += expf(logits[j] - most);
    return log(sum) - (double)(logits[label] - most);
}

double mlm_softmax_backward(float *logits, size_t width, uint32_t label)
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
