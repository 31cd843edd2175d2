/* The pass over the rows: Fletcher's sums for one row in vectors, written for several widths and chosen at
 * run time. It must cost far less than reading, so that reading is what is measured. */
#include "loading/pass.h"

#include <string.h>

#include "data/random.h"

#define LANES 16u

static inline uint64_t pair(const uint32_t words[static 2])
{
    return words[0] | (uint64_t)words[1] << 32;
}

/* Uses both halves of the 128-bit product, so that every bit of either factor counts. A 64-bit product would
 * lose the high ones. */
static inline uint64_t product(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 whole = (unsigned __int128)a * b;
    return (uint64_t)whole ^ (uint64_t)(whole >> 64);
}

/* Each pair of lanes has its own constants, so that a value that changes lanes is noticed. */
static inline uint64_t fingerprint(
    const uint32_t sums[static LANES], const uint32_t sums_of_sums[static LANES], uint32_t label_bits)
{
    uint64_t print = (uint64_t)label_bits << 32, constant = UINT64_C(0x9e3779b97f4a7c15);
#pragma GCC unroll 8
    for (unsigned lane = 0; lane < LANES; lane += 2) {
        uint64_t other = constant * UINT64_C(0xbf58476d1ce4e5b9);
        print += product(pair(sums + lane) ^ constant, pair(sums_of_sums + lane) ^ other);
        constant += UINT64_C(0x9e3779b97f4a7c15);
    }
    return mlm_mix64(print);
}

static inline void row_add(struct mlm_loading_pass *pass, uint64_t print)
{
    pass->order = pass->order * UINT64_C(0x5851f42d4c957f2d) + print;
    pass->sum += print;
    pass->rows++;
}

/* The same code for vectors of 16 bytes, which every machine has, of 32 and of 64. Written out by macro,
 * because gcc 12 makes slow code of vectors wider than the target's, and changes the ABI for vector
 * parameters. */
#define DENSE_ROWS(name, target, vector_bytes)                                                               \
    target static void name(struct mlm_loading_pass *pass, const float *values, uint64_t rows)               \
    {                                                                                                        \
        typedef uint32_t vector __attribute__((vector_size(vector_bytes)));                                  \
        enum { VECTORS = LANES * sizeof(uint32_t) / (vector_bytes) };                                        \
        union lanes {                                                                                        \
            vector vectors[VECTORS];                                                                         \
            uint32_t words[LANES];                                                                           \
        };                                                                                                   \
        const uint64_t columns = pass->columns, rest = columns % LANES;                                      \
        for (uint64_t row = 0; row < rows; row++, values += columns) {                                       \
            union lanes sums = {0}, sums_of_sums = {0};                                                      \
            for (uint64_t column = 0; column + LANES <= columns; column += LANES) {                          \
                _Pragma("GCC unroll 4") for (unsigned v = 0; v < VECTORS; v++)                               \
                {                                                                                            \
                    vector bits;                                                                             \
                    memcpy(&bits, values + column + v * (sizeof bits / sizeof *values), sizeof bits);        \
                    sums.vectors[v] += bits;                                                                 \
                    sums_of_sums.vectors[v] += sums.vectors[v];                                              \
                }                                                                                            \
            }                                                                                                \
            if (rest) {                                                                                      \
                union lanes bits = {0};                                                                      \
                memcpy(&bits, values + columns - rest, rest * sizeof *values);                               \
                for (unsigned v = 0; v < VECTORS; v++) {                                                     \
                    sums.vectors[v] += bits.vectors[v];                                                      \
                    sums_of_sums.vectors[v] += sums.vectors[v];                                              \
                }                                                                                            \
            }                                                                                                \
            row_add(pass, fingerprint(sums.words, sums_of_sums.words, 0));                                   \
        }                                                                                                    \
    }

DENSE_ROWS(dense_rows, , 16)
#if defined(__x86_64__)
DENSE_ROWS(dense_rows_avx2, __attribute__((target("avx2"))), 32)
DENSE_ROWS(dense_rows_avx512, __attribute__((target("avx512f"))), 64)
#endif

void mlm_loading_pass_dense(struct mlm_loading_pass *pass, const float *values, uint64_t rows)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        dense_rows_avx512(pass, values, rows);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        dense_rows_avx2(pass, values, rows);
        return;
    }
#endif
    dense_rows(pass, values, rows);
}

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void mlm_loading_pass_sparse(
    struct mlm_loading_pass *pass, const uint32_t *indices, const float *values, uint64_t count, float label)
{
    uint32_t sums[LANES] = {0}, sums_of_sums[LANES] = {0};
    uint64_t groups = (pass->columns + LANES - 1) / LANES;
    for (uint64_t i = 0; i < count; i++) {
        unsigned lane = indices[i] % LANES;
        uint32_t bits = bits_of(values[i]);
        sums[lane] += bits;
        /* The number of the dense row's running sums that contain this value. */
        sums_of_sums[lane] += bits * (uint32_t)(groups - indices[i] / LANES);
    }
    row_add(pass, fingerprint(sums, sums_of_sums, bits_of(label)));
}

void mlm_loading_pass_block(
    struct mlm_loading_pass *pass, const struct mlm_block *block, uint64_t from, uint64_t to)
{
    if (!block->indices) {
        mlm_loading_pass_dense(pass, block->values + from * pass->columns, to - from);
        return;
    }
    for (uint64_t row = from; row < to; row++) {
        uint64_t first = block->starts[row];
        mlm_loading_pass_sparse(pass, block->indices + first, block->values + first,
            block->starts[row + 1] - first, block->labels[row]);
    }
}
