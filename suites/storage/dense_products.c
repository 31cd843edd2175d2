/* Products with dense matrices, compiled for several instruction sets. Conversions are written out with
 * vector intrinsics where gcc 12 makes slow code. */
#include "storage/dense_products.h"

#include <string.h>

#include "data/f16.h"

#if MLM_CLONES
#include <immintrin.h>
#endif

/* Eight rows at once are eight streams of addresses: some go on while others wait for the first lines of a
 * page, where a hardware prefetcher begins anew. Vectors of the other side are loaded once for all eight. */
#define ROWS UINT64_C(8)

/* Elements of a line of the cache: each step takes one of each row. */
#define LINE (64 / sizeof(ELEMENT))

/* A hint this far ahead gained most, and only for the second cache: the first one holds the other side.
 * Behind the end of the matrix it has no effect. */
#define HINT_BYTES (32 << 10)
#define hint(at) __builtin_prefetch((const char *)(at) + HINT_BYTES, 0, 2)

typedef float floats_8 __attribute__((vector_size(32)));
typedef float floats_16 __attribute__((vector_size(64)));
typedef double doubles_4 __attribute__((vector_size(32)));
typedef double doubles_8 __attribute__((vector_size(64)));
typedef int32_t ints_8 __attribute__((vector_size(32)));
typedef int32_t ints_16 __attribute__((vector_size(64)));
typedef int16_t shorts_8 __attribute__((vector_size(16)));
typedef int8_t bytes_8 __attribute__((vector_size(8)));

#define PASTE3(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE3(a, b, c)
#define NAME(x) PASTE(x, TYPE, VARIANT)

#define LOAD(type, from)                                                                                     \
    ({                                                                                                       \
        type loaded;                                                                                         \
        memcpy(&loaded, from, sizeof loaded);                                                                \
        loaded;                                                                                              \
    })
#define LOAD_FLOATS(from) LOAD(FLOATS, from)
#define LOAD_DOUBLES(from) LOAD(DOUBLES, from)

/* Does the same as mlm_f16_decode(), on vectors, for finite halves: mlm_f16_encode() makes no others.
 * Widening a half as a signed number copies its sign into all high bits; the mask keeps one of them. gcc 12
 * needs several times the instructions for a vector conversion, and splits one that doubles the width twice
 * into single elements. */
#define VARIANT plain
#define TARGET MLM_TARGET_PLAIN
#define FLOAT_LANES UINT64_C(8)
#define FLOATS floats_8
#define DOUBLES doubles_4
#define LOAD_HALVES(from)                                                                                    \
    ((floats_8)(__builtin_convertvector(LOAD(shorts_8, from), ints_8) << MLM_F16_SHIFT &                     \
                (INT32_MIN | 0x0fffe000)) *                                                                  \
        MLM_F16_SCALE)
#define LOAD_BYTES(from)                                                                                     \
    (__builtin_convertvector(__builtin_convertvector(LOAD(bytes_8, from), shorts_8), ints_8))
#include "storage/dense_each_type.h"
#undef LOAD_BYTES
#undef LOAD_HALVES
#undef DOUBLES
#undef FLOATS
#undef FLOAT_LANES
#undef TARGET
#undef VARIANT

#if MLM_CLONES
#define VARIANT avx2
#define TARGET MLM_TARGET_AVX2
#define FLOAT_LANES UINT64_C(8)
#define FLOATS floats_8
#define DOUBLES doubles_4
#define LOAD_HALVES(from) ((floats_8)_mm256_cvtph_ps(_mm_loadu_si128((const void *)(from))))
#define LOAD_BYTES(from) ((ints_8)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(from))))
#include "storage/dense_each_type.h"
#undef LOAD_BYTES
#undef LOAD_HALVES
#undef DOUBLES
#undef FLOATS
#undef FLOAT_LANES
#undef TARGET
#undef VARIANT

#define VARIANT avx512
#define TARGET MLM_TARGET_AVX512
#define FLOAT_LANES UINT64_C(16)
#define FLOATS floats_16
#define DOUBLES doubles_8
#define LOAD_HALVES(from) ((floats_16)_mm512_cvtph_ps(_mm256_loadu_si256((const void *)(from))))
#define LOAD_BYTES(from) ((ints_16)_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(from))))
#include "storage/dense_each_type.h"
#endif

#define TYPED(variant)                                                                                       \
    {                                                                                                        \
        [MLM_F32] = &table_f32_##variant, [MLM_F64] = &table_f64_##variant,                                  \
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
