/* Finds the best instruction set of the machine. */
#include "data/clones.h"

#include <stdatomic.h>
#include <stdbool.h>

#if MLM_CLONES
#include <cpuid.h>

/* clang 14 has no name for F16C in __builtin_cpu_supports(). A virtual machine may hide it. */
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static enum mlm_clone best_find(void)
{
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !has_f16c())
        return MLM_CLONE_PLAIN;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
               ? MLM_CLONE_AVX512
               : MLM_CLONE_AVX2;
}
#else
static enum mlm_clone best_find(void)
{
    return MLM_CLONE_PLAIN;
}
#endif

/* A hypervisor answers cpuid itself, which takes as long as a small product. */
enum mlm_clone mlm_clone_best(void)
{
    static atomic_int found = -1;
    int best = atomic_load_explicit(&found, memory_order_relaxed);
    if (best < 0)
        atomic_store_explicit(&found, best = (int)best_find(), memory_order_relaxed);
    return (enum mlm_clone)best;
}
