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

/* Fills the table and fixes the number of threads. -ENOTSUP through mlm_fail() where the library is missing.
 */
int mlm_blas_open(uint64_t threads, struct mlm_blas *ret_blas, struct mlm_scoreboard *sb);
