/* What the ways to find principal components share: the state of the workload, and the answer. */
#pragma once

#include "classical/classical.h"
#include "data/lapack.h"

struct pca_state;

/* A way: its memory beside rows, and its job, which fills values and components. */
struct pca_way {
    bool streams; /* makes each batch of rows when it is needed, and holds no others */
    uint64_t (*core_bytes)(const struct classical_config *config); /* with the rows that it holds */
    uint64_t (*more_bytes)(const struct classical_config *config); /* beside core bytes */
    double looks;                                                  /* operations a value and column, about */
    int (*run)(struct pca_state *state, struct mlm_scoreboard *sb);
};

struct pca_state {
    struct classical_config config;
    const struct pca_way *way;
    struct mlm_blas blas;
    struct mlm_lapack lapack;
    struct classical_memory memory;
    float *rows; /* all, or a batch */
    double *mean;
    double *values;     /* [components] singular values, descending */
    double *components; /* [components][width] */
    uint64_t done;      /* rows that were used */
};

extern const struct pca_way pca_svd_way, pca_covariance_way, pca_randomized_way, pca_incremental_way;

/* Rows that are centred together, in a block that stays in the cache. */
#define PCA_BLOCK_ROWS UINT64_C(1024)

/* Fills mean[] with those of all rows. */
void pca_mean(struct pca_state *state);

/* Writes rows [first, first + count) less the mean. */
void pca_centre(const struct pca_state *state, uint64_t first, uint64_t count, float *centred);

/* Eigenvalues, ascending, and eigenvectors, one after the other, of a symmetric matrix of `size` columns, in
 * its place. `work`: 34 · size numbers. */
#define PCA_EIGEN_WORK 34u
int pca_eigen(const struct pca_state *state, double *matrix, uint64_t size, double *values, double *work,
    struct mlm_scoreboard *sb);

/* A singular value decomposition by LAPACK of `count` rows, which it overwrites. They lie by columns, each of
 * which begins `stride` after the one before: of a tall matrix in this order it is more than twice as fast.
 */
struct pca_svd {
    float *values;  /* [width] */
    float *right;   /* [width][width], by columns: row i is component i */
    float *left;    /* [width][stride] */
    float *work;    /* pca_svd_work() numbers */
    int *work_ints; /* [8 * width] */
};

uint64_t pca_svd_work(uint64_t width); /* an upper bound */
int pca_svd_do(const struct pca_state *state, float *columns, uint64_t count, uint64_t stride,
    const struct pca_svd *svd, struct mlm_scoreboard *sb);
