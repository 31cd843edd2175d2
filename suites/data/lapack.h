/* LAPACK, which is a part of OpenBLAS, opened when a workload asks for it. Matrices are by columns, as
 * Fortran has them; a length follows for each text. */
#pragma once

#include <stddef.h>

#include "data/blas.h"

struct mlm_lapack {
    /* Singular values and vectors (divide and conquer). */
    void (*sgesdd)(const char *jobz, const int *m, const int *n, float *a, const int *lda, float *s, float *u,
        const int *ldu, float *vt, const int *ldvt, float *work, const int *lwork, int *iwork, int *info,
        size_t jobz_length);
    /* Eigenvalues, ascending, and eigenvectors of a symmetric matrix, in its place. */
    void (*dsyev)(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
        double *work, const int *lwork, int *info, size_t jobz_length, size_t uplo_length);
};

/* After mlm_blas_open(), which fixes the number of threads. -ENOTSUP through mlm_fail() where it is missing.
 */
int mlm_lapack_open(struct mlm_lapack *ret_lapack, struct mlm_scoreboard *sb);
