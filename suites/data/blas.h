/* OpenBLAS, opened when a workload asks for it: linking it would map it into every worker. */
#pragma once

#include <cblas.h>
#include <stdint.h>

#include "scoreboard.h"

#define MLM_BLAS_LIBRARY "libopenblas.so.0"
#define MLM_BLAS_PACKAGE "libopenblas0"

struct mlm_blas {
    __typeof__(cblas_sgemm) *sgemm;
    __typeof__(cblas_sgemv) *sgemv;
    __typeof__(cblas_dgemv) *dgemv;
    __typeof__(cblas_saxpy) *saxpy;
    __typeof__(cblas_sdot) *sdot;
    void (*set_threads)(int threads);
};

/* Memory of OpenBLAS itself in products with a matrix of depth × wide: its own tables (measured: 0.3 MiB),
 * and for each thread the blocks that it packs. It packs a square of at most 512 of the matrix, about what
 * its kernels choose, and `narrow` rows of the other factor, of the same depth. */
uint64_t mlm_blas_bytes(uint64_t threads, uint64_t depth, uint64_t wide, uint64_t narrow);

/* Fills the table and fixes the number of threads. -ENOTSUP through mlm_fail() where the library is missing.
 */
int mlm_blas_open(uint64_t threads, struct mlm_blas *ret_blas, struct mlm_scoreboard *sb);
