/* Instantiates the sparse products for all pairs of types and instruction sets, and chooses among them. */
#include "storage/sparse_products.h"

#include <string.h>

#define LANES 8
#define CHUNK 512

/* A hardware prefetcher stops at the end of a page, and two streams of 4 KiB pages end often. A hint one page
 * ahead gained most (1.8 × on a million rows of fifty entries); behind an array's end it has no effect. */
#define PREFETCH_BYTES 4096
#define prefetch(at) __builtin_prefetch((const char *)(at) + PREFETCH_BYTES)

/* masks_N + k selects the last k of eight lanes. */
static const int32_t masks_32[2 * LANES] = {[LANES] = -1, -1, -1, -1, -1, -1, -1, -1};
static const int64_t masks_64[2 * LANES] = {[LANES] = -1, -1, -1, -1, -1, -1, -1, -1};

/* Loads are the bottleneck, so two 32-bit indices come in one load. (The hardware's gather instruction is
 * slower than single loads.) */
#define GATHER_32(x, at)                                                                                     \
    ({                                                                                                       \
        uint64_t pairs[LANES / 2];                                                                           \
        memcpy(pairs, at, sizeof pairs);                                                                     \
        (NAME(lanes)){(x)[FIRST(pairs[0])], (x)[SECOND(pairs[0])], (x)[FIRST(pairs[1])],                     \
            (x)[SECOND(pairs[1])], (x)[FIRST(pairs[2])], (x)[SECOND(pairs[2])], (x)[FIRST(pairs[3])],        \
            (x)[SECOND(pairs[3])]};                                                                          \
    })
#define GATHER_64(x, at)                                                                                     \
    ((NAME(lanes)){(x)[(at)[0]], (x)[(at)[1]], (x)[(at)[2]], (x)[(at)[3]], (x)[(at)[4]], (x)[(at)[5]],       \
        (x)[(at)[6]], (x)[(at)[7]]})
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST(pair) ((uint32_t)(pair))
#define SECOND(pair) ((pair) >> 32)
#else
#define FIRST(pair) ((pair) >> 32)
#define SECOND(pair) ((uint32_t)(pair))
#endif

#define TEMPLATE "storage/sparse_products_template.h"

#define VARIANT plain
#define TARGET MLM_TARGET_PLAIN
#include "storage/sparse_each_type.h"
#if MLM_CLONES
#undef VARIANT
#undef TARGET
#define VARIANT avx2
#define TARGET MLM_TARGET_AVX2
#include "storage/sparse_each_type.h"
#undef VARIANT
#undef TARGET
#define VARIANT avx512
#define TARGET MLM_TARGET_AVX512
#include "storage/sparse_each_type.h"
#endif

#define TYPED(variant)                                                                                       \
    {                                                                                                        \
        [MLM_F32] = {[MLM_INDEX_32] = &table_f32_i32_##variant, [MLM_INDEX_64] = &table_f32_i64_##variant},  \
        [MLM_F64] = {[MLM_INDEX_32] = &table_f64_i32_##variant, [MLM_INDEX_64] = &table_f64_i64_##variant},  \
    }

const struct mlm_sparse_products *mlm_sparse_products(
    enum mlm_clone clone, enum mlm_value value, enum mlm_index index)
{
    static const struct mlm_sparse_products *const tables[][2][2] = {
        [MLM_CLONE_PLAIN] = TYPED(plain),
#if MLM_CLONES
        [MLM_CLONE_AVX2] = TYPED(avx2),
        [MLM_CLONE_AVX512] = TYPED(avx512),
#endif
    };
    return tables[clone][value][index];
}
