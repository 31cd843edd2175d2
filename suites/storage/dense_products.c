/* Products with f16 and int8 matrices, compiled for several instruction sets. Conversions are written out
 * with vector intrinsics where gcc 12 makes slow code. */
#include "storage/dense_products.h"

#include <string.h>

#include "data/f16.h"

#if MLM_CLONES
#include <immintrin.h>
#endif

#define PREFETCH_BYTES 4096 /* a hardware prefetcher stops at the end of a page */

typedef float floats_8 __attribute__((vector_size(32)));
typedef float floats_16 __attribute__((vector_size(64)));
typedef int32_t ints_8 __attribute__((vector_size(32)));
typedef int32_t ints_16 __attribute__((vector_size(64)));
typedef int16_t shorts_8 __attribute__((vector_size(16)));
typedef int8_t bytes_8 __attribute__((vector_size(8)));

/* Does the same as mlm_f16_decode(), on vectors, for finite halves: mlm_f16_encode() makes no others.
 * Widening a half as a signed number copies its sign into all high bits; the mask keeps one of them. */
#define SIGN_AND_MOVED (INT32_MIN | 0x0fffe000)
#define WIDEN_HALVES(from) ((FLOATS)(LOAD_SHORTS(from) << MLM_F16_SHIFT & SIGN_AND_MOVED) * MLM_F16_SCALE)
#define WIDEN_BYTES(from) (__builtin_convertvector(LOAD_BYTES(from), FLOATS))

#define PASTE3(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE3(a, b, c)
#define NAME(x) PASTE(x, TYPE, VARIANT)

/* Loads and widens to 32 bits. gcc 12 needs several times the instructions for a vector conversion, and
 * splits one that doubles the width twice into single elements. */
#define VARIANT plain
#define TARGET MLM_TARGET_PLAIN
#define LANES UINT64_C(8)
#define FLOATS floats_8
#define LOAD_SHORTS(from)                                                                                    \
    ({                                                                                                       \
        shorts_8 narrow;                                                                                     \
        memcpy(&narrow, from, sizeof narrow);                                                                \
        __builtin_convertvector(narrow, ints_8);                                                             \
    })
#define LOAD_BYTES(from)                                                                                     \
    ({                                                                                                       \
        bytes_8 narrow;                                                                                      \
        memcpy(&narrow, from, sizeof narrow);                                                                \
        __builtin_convertvector(__builtin_convertvector(narrow, shorts_8), ints_8);                          \
    })
#include "storage/dense_each_type.h"
#undef LOAD_BYTES
#undef LOAD_SHORTS
#undef FLOATS
#undef LANES
#undef TARGET
#undef VARIANT

#if MLM_CLONES
#define VARIANT avx2
#define TARGET MLM_TARGET_AVX2
#define LANES UINT64_C(8)
#define FLOATS floats_8
#define LOAD_SHORTS(from) ((ints_8)_mm256_cvtepi16_epi32(_mm_loadu_si128((const void *)(from))))
#define LOAD_BYTES(from) ((ints_8)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(from))))
#include "storage/dense_each_type.h"
#undef LOAD_BYTES
#undef LOAD_SHORTS
#undef FLOATS
#undef LANES
#undef TARGET
#undef VARIANT

#define VARIANT avx512
#define TARGET MLM_TARGET_AVX512
#define LANES UINT64_C(16)
#define FLOATS floats_16
#define LOAD_SHORTS(from) ((ints_16)_mm512_cvtepi16_epi32(_mm256_loadu_si256((const void *)(from))))
#define LOAD_BYTES(from) ((ints_16)_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(from))))
#include "storage/dense_each_type.h"
#endif

#define TYPED(variant)                                                                                       \
    {                                                                                                        \
        [MLM_F16] = &table_f16_##variant, [MLM_I8] = &table_i8_##variant                                     \
    }

const struct mlm_dense_products *mlm_dense_products(enum mlm_clone clone, enum mlm_value value)
{
    static const struct mlm_dense_products *const tables[][MLM_I8 + 1] = {
        [MLM_CLONE_PLAIN] = TYPED(plain),
#if MLM_CLONES
        [MLM_CLONE_AVX2] = TYPED(avx2),
        [MLM_CLONE_AVX512] = TYPED(avx512),
#endif
    };
    return tables[clone][value];
}
