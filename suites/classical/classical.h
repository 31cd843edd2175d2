/* The suite classical: what do the methods of scikit-learn's users need? For each method, ways that reach the
 * same answer and hold different amounts of memory at once.
 *
 *   kmeans  Lloyd's steps with the distances of all rows at once, or of blocks of rows; or mini-batches
 *   knn     the nearest neighbours of some rows, with the whole matrix of distances, or blocks of it
 *   pca     singular values of a centred copy; of the covariance; by random projections; of one batch after
 *           the other
 *   boost   a boosted ensemble of trees, from columns that are sorted once, or from histograms
 *
 * Rows are f32, one after the other, and hold whole numbers, those of boost quarters; so the same seed gives
 * the same bytes everywhere, and many sums are exact. Ways that need only a batch of rows make it when they
 * need it.
 *
 * --data is about what the way that holds everything needs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "workload.h"

#define CLASSICAL_LEVELS 255u /* values in a column of the trees' rows: as many bins as scikit-learn has */

struct classical_config {
    struct mlm_job job;
    uint64_t width;      /* values in a row */
    uint64_t clusters;   /* kmeans */
    uint64_t steps;      /* kmeans: passes; pca: power iterations */
    uint64_t batch;      /* rows at once */
    uint64_t working;    /* knn: bytes of distances at once */
    uint64_t neighbours; /* knn */
    uint64_t components; /* pca */
    uint64_t trees, depth;
    /* Derived. */
    uint64_t rows;
    uint64_t queries; /* knn: rows whose neighbours are looked for */
};

/* The memory of a workload: some blocks, which are given back together. */
struct classical_memory {
    struct {
        void *data;
        size_t size;
    } blocks[16];
    size_t count;
};

/* memory.c. Returns zeroed memory. NULL: -ENOMEM through mlm_fail(). */
void *classical_map(
    struct classical_memory *memory, uint64_t size, const char *what, struct mlm_scoreboard *sb);
void classical_unmap(struct classical_memory *memory);

/* ---- rows.c ---- */

/* Rows [first, first + count) of clusters that lie far apart; row c < clusters is in cluster c, all others in
 * one that the seed draws. */
void classical_clusters_make(
    const struct classical_config *config, uint64_t first, uint64_t count, float *rows);

/* Rows without any order: stream 0 or 1. */
void classical_noise_make(
    const struct classical_config *config, uint64_t stream, uint64_t first, uint64_t count, float *rows);

/* Rows that vary most in CLASSICAL_DIRECTIONS directions. */
#define CLASSICAL_DIRECTIONS 4u
void classical_directions_make(
    const struct classical_config *config, uint64_t first, uint64_t count, float *rows);

/* Rows of at most CLASSICAL_LEVELS values a column, and a target for each, in 1/256. */
void classical_levels_make(const struct classical_config *config, float *rows, int32_t *targets);

/* Sum over rows that does not depend on the order in which they are added. */
uint64_t classical_rows_checksum(
    const struct classical_config *config, uint64_t first, uint64_t count, const float *rows);

/* Makes the rows [first, first + count). */
typedef void classical_rows_maker(
    const struct classical_config *config, uint64_t first, uint64_t count, float *rows);

/* Makes all rows for prepare(), with their checksum. There is room for `held` rows: all of them, or a batch,
 * which then holds the last rows. */
void classical_rows_prepare(const struct classical_config *config, classical_rows_maker *make, uint64_t held,
    float *rows, struct mlm_scoreboard *sb);

/* ---- The methods: each has its workloads, and formulas of their own ---- */

extern const struct mlm_workload classical_kmeans_all, classical_kmeans_blocks, classical_kmeans_minibatch;
extern const struct mlm_workload classical_knn_all, classical_knn_blocks;
extern const struct mlm_workload classical_pca_svd, classical_pca_covariance, classical_pca_randomized,
    classical_pca_incremental;
extern const struct mlm_workload classical_boost_presorted, classical_boost_histogram;

static inline uint64_t classical_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The smallest of a[i] + b[i]. Several minima side by side, because clang does not vectorize a single one. */
#define CLASSICAL_LANES 16u
static inline float classical_least(const float *a, const float *b, uint64_t count)
{
    float lanes[CLASSICAL_LANES], least = __builtin_inff();
    for (uint64_t k = 0; k < CLASSICAL_LANES; k++)
        lanes[k] = least;
    uint64_t i = 0;
    for (; i + CLASSICAL_LANES <= count; i += CLASSICAL_LANES)
#pragma omp simd
        for (uint64_t k = 0; k < CLASSICAL_LANES; k++) {
            float sum = a[i + k] + b[i + k];
            lanes[k] = sum < lanes[k] ? sum : lanes[k];
        }
    for (uint64_t k = 0; k < CLASSICAL_LANES; k++)
        least = lanes[k] < least ? lanes[k] : least;
    for (uint64_t rest = count % CLASSICAL_LANES; rest; rest--, i++)
        least = a[i] + b[i] < least ? a[i] + b[i] : least;
    return least;
}

/* What a process holds that maps so many bytes itself, and opens OpenBLAS, of which `blas_bytes` are touched
 * (classical_blas_bytes(); 0: it does not open it). */
static inline uint64_t classical_process_bytes(
    const struct mlm_job *job, uint64_t mapped_bytes, uint64_t blas_bytes)
{
    return MLM_BASELINE_BYTES + mapped_bytes + mlm_page_table_bytes(job, mapped_bytes) + blas_bytes;
}

/* OpenBLAS's own tables, and what it packs for a product of so many rows and columns over `depth` terms. */
uint64_t classical_blas_bytes(uint64_t rows, uint64_t columns, uint64_t depth);

/* The parameters that several methods have. */
#define CLASSICAL_FIELD(field) offsetof(struct classical_config, field)
#define CLASSICAL_COUNT(field, values, least, most, text)                                                    \
    .name = #field, .type = MLM_PARAM_COUNT, .offset = CLASSICAL_FIELD(field), .sweep = (values),            \
    .minimum = (least), .maximum = (most), .help = (text)
#define CLASSICAL_WIDTH(values, least)                                                                       \
    {                                                                                                        \
        CLASSICAL_COUNT(width, values, least, 4096, "values in a row"), .equal_work = true                   \
    }
#define CLASSICAL_BLAS .library = MLM_BLAS_LIBRARY, .library_package = MLM_BLAS_PACKAGE
