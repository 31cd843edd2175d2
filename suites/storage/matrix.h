/* A matrix in one of the formats that the suite compares.
 *
 *   layout   shape and types: all that sizes follow from
 *   extent   how many elements each of a format's arrays has; core bytes are these times their sizes
 *   entry    a value that is stored: all n·p of a dense matrix, z of a compressed one, n·w of ELL with its
 * padding unit     what a product's work is cut by: rows, or columns (CSC), or entries (COO) real     the
 * type that products compute in: f64 for values in f64, else f32 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/blas.h"
#include "data/rows.h"
#include "scoreboard.h"

enum mlm_value { MLM_F32, MLM_F64, MLM_F16, MLM_I8 };
enum mlm_index { MLM_INDEX_32, MLM_INDEX_64 };

struct mlm_layout {
    uint64_t rows, columns, nonzeros, widest_row;
    enum mlm_value value;
    enum mlm_index index;
};

struct mlm_extent {
    uint64_t values, indices, starts; /* elements */
};

struct mlm_storage_format;
struct mlm_matrix;
struct mlm_sparse_builders;

/* y += X·x or y += Xᵀ·x, by the units [from, to) alone; x and y are arrays of reals, of which a product by
 * columns reads or writes only those of its units, a product by rows likewise. */
typedef void mlm_product(const struct mlm_matrix *matrix, uint64_t from, uint64_t to, const void *x, void *y);

struct mlm_matrix {
    const struct mlm_storage_format *format;
    struct mlm_layout layout;
    struct mlm_extent extent;
    void *values;    /* f32, f64, f16 as uint16_t, or int8_t */
    void *indices;   /* of columns (CSC: of rows); uint32_t or uint64_t */
    void *starts;    /* CSR, CSC: where each row (column) begins, and the end; COO: each entry's row */
    uint64_t placed; /* entries placed so far, while it is built */
    mlm_product *multiply, *multiply_transposed;
    const struct mlm_sparse_builders *builders; /* all but dense */
    struct mlm_blas blas;                       /* dense f32 and f64 alone */
};

/* A fresh matrix is built in this order: count() for each row, counted(), place() for each row, finish();
 * rows come in ascending order, and those of count, counted and finish that are NULL are left out. */
struct mlm_storage_format {
    const char *name;
    bool by_columns; /* units are columns: then it is margins that threads share, else gradients */
    struct mlm_extent (*extent)(const struct mlm_layout *layout);
    /* Chooses the products. */
    int (*bind)(struct mlm_matrix *matrix, struct mlm_scoreboard *sb);
    void (*count)(struct mlm_matrix *matrix, const struct mlm_data_row *row);
    void (*counted)(struct mlm_matrix *matrix);
    /* -ENOTSUP through mlm_fail() where a value is not exact in the format's type; -EBADMSG where rows are
     * not those that were counted, as far as it notices. */
    int (*place)(
        struct mlm_matrix *matrix, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb);
    void (*finish)(struct mlm_matrix *matrix);
    uint64_t (*units)(const struct mlm_matrix *matrix);
    /* The first unit of a part, so that parts have about the same number of entries and share no row (CSC: no
     * column); part `parts` begins at units(). */
    uint64_t (*part_begin)(const struct mlm_matrix *matrix, uint64_t part, uint64_t parts);
};

extern const struct mlm_storage_format mlm_storage_dense, mlm_storage_csr, mlm_storage_csc, mlm_storage_coo,
    mlm_storage_ell;

size_t mlm_value_bytes(enum mlm_value value);
size_t mlm_index_bytes(enum mlm_index index);
static inline size_t mlm_real_bytes(enum mlm_value value)
{
    return value == MLM_F64 ? sizeof(double) : sizeof(float);
}

/* Entries of so many slices of one width; a number that no machine has room for where there is no such
 * number.
 */
static inline uint64_t mlm_entries(uint64_t slices, uint64_t width)
{
    uint64_t entries;
    return __builtin_mul_overflow(slices, width, &entries) || entries > UINT64_MAX / 64 ? UINT64_MAX / 64
                                                                                        : entries;
}

#define MLM_STORAGE_READ_TWICE "what was read the second time is not what was read the first time"

/* The table's formula for a format: bytes of its arrays. */
uint64_t mlm_matrix_core_bytes(const struct mlm_storage_format *format, const struct mlm_layout *layout);

/* Maps exactly the core bytes, array by array, and chooses the products. -ENOMEM, or -ENOTSUP without BLAS.
 */
int mlm_matrix_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    struct mlm_matrix *ret_matrix, struct mlm_scoreboard *sb);
void mlm_matrix_close(struct mlm_matrix *matrix); /* takes one of zeros; leaves it so */

/* Row-sorted COO to CSR of the same layout, as a general COO is turned: count, sum, scatter. Progress
 * advances by the number of rows, here and below. */
void mlm_matrix_coo_to_csr(const struct mlm_matrix *coo, struct mlm_matrix *csr, struct mlm_scoreboard *sb);

/* CSR to dense of the same real type, every element written. */
void mlm_matrix_csr_to_dense(
    const struct mlm_matrix *csr, struct mlm_matrix *dense, struct mlm_scoreboard *sb);
