/* Kernels are compiled for several instruction sets; the best that the machine supports is chosen when a
 * matrix is opened. Done by hand, because target_clones() loses static data with gcc 12 and needs ifunc,
 * which sanitizers do not support well. */
#pragma once

#if defined(__x86_64__)
#define MLM_CLONES 1
#define MLM_TARGET_AVX2 __attribute__((target("avx2,fma,f16c")))
#define MLM_TARGET_AVX512 __attribute__((target("avx2,fma,f16c,avx512f,avx512vl,avx512bw,avx512dq")))
#else
#define MLM_CLONES 0
#endif
#define MLM_TARGET_PLAIN

#define MLM_INLINE static inline __attribute__((always_inline))

enum mlm_clone { MLM_CLONE_PLAIN, MLM_CLONE_AVX2, MLM_CLONE_AVX512 };

enum mlm_clone mlm_clone_best(void);
