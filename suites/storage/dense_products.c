#include "storage/dense_products.h"

#include <string.h>

#include "storage/clones.h"
#include "storage/f16.h"

#define LANES 16
#define ROWS 4

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));
typedef uint32_t bits __attribute__((vector_size(LANES * sizeof(uint32_t))));
typedef uint16_t halves __attribute__((vector_size(LANES * sizeof(uint16_t))));
typedef int8_t bytes __attribute__((vector_size(LANES * sizeof(int8_t))));

MLM_INLINE float total(const lanes *sums)
{
    float total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += (*sums)[lane];
    return total;
}

/* mlm_f16_decode(), on vectors. Types of 64 bytes are passed to no function: what registers they take depends
 * on the instruction set. */
#define WIDEN_HALVES(from, to)                                                                               \
    do {                                                                                                     \
        halves narrow;                                                                                       \
        memcpy(&narrow, from, sizeof narrow);                                                                \
        bits wide = __builtin_convertvector(narrow, bits);                                                   \
        bits moved = (wide & 0x7fff) << MLM_F16_SHIFT;                                                       \
        bits value = (bits)((lanes)moved * MLM_F16_SCALE);                                                   \
        value |= (bits)(moved >= MLM_F16_SPECIAL) & MLM_F32_SPECIAL;                                         \
        (to) = (lanes)(value | (wide & 0x8000) << 16);                                                       \
    } while (0)

#define WIDEN_BYTES(from, to)                                                                                \
    do {                                                                                                     \
        bytes narrow;                                                                                        \
        memcpy(&narrow, from, sizeof narrow);                                                                \
        (to) = __builtin_convertvector(narrow, lanes);                                                       \
    } while (0)

#define PASTE3(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE3(a, b, c)
#define NAME(x) PASTE(x, TYPE, VARIANT)
#define BOTH "storage/dense_each_type.h"

#define VARIANT plain
#define TARGET MLM_TARGET_PLAIN
#include BOTH
#if MLM_CLONES
#undef VARIANT
#undef TARGET
#define VARIANT avx2
#define TARGET MLM_TARGET_AVX2
#include BOTH
#undef VARIANT
#undef TARGET
#define VARIANT avx512
#define TARGET MLM_TARGET_AVX512
#include BOTH
#endif

#define TYPED(variant)                                                                                       \
    {                                                                                                        \
        [MLM_F16] = &table_f16_##variant, [MLM_I8] = &table_i8_##variant                                     \
    }

const struct mlm_dense_products *mlm_dense_products(enum mlm_value value)
{
    static const struct mlm_dense_products *const tables[][MLM_I8 + 1] = {
        [MLM_CLONE_PLAIN] = TYPED(plain),
#if MLM_CLONES
        [MLM_CLONE_AVX2] = TYPED(avx2),
        [MLM_CLONE_AVX512] = TYPED(avx512),
#endif
    };
    return tables[mlm_clone_best()][value];
}
