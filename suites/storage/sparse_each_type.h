/* Includes TEMPLATE for every pair of value and index. Expects VARIANT, a word that makes the names of this
 * round unique. */

#define PASTE3(a, b, c) a##_##b##_##c
#define PASTE(a, b, c) PASTE3(a, b, c)
#define NAME(x) PASTE(x, TYPES, VARIANT)

#define VALUE float
#define MASK int32_t
#define MASKS masks_32
#define INDEX uint32_t
#define GATHER(x, at) GATHER_32(x, at)
#define TYPES f32_i32
#include TEMPLATE
#undef TYPES
#undef GATHER
#undef INDEX
#define INDEX uint64_t
#define GATHER(x, at) GATHER_64(x, at)
#define TYPES f32_i64
#include TEMPLATE
#undef TYPES
#undef GATHER
#undef INDEX
#undef MASKS
#undef MASK
#undef VALUE

#define VALUE double
#define MASK int64_t
#define MASKS masks_64
#define INDEX uint32_t
#define GATHER(x, at) GATHER_32(x, at)
#define TYPES f64_i32
#include TEMPLATE
#undef TYPES
#undef GATHER
#undef INDEX
#define INDEX uint64_t
#define GATHER(x, at) GATHER_64(x, at)
#define TYPES f64_i64
#include TEMPLATE
#undef TYPES
#undef GATHER
#undef INDEX
#undef MASKS
#undef MASK
#undef VALUE

#undef NAME
#undef PASTE
#undef PASTE3
