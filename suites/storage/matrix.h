/* A matrix in one of the formats that the suite compares.
 *
 *   layout   shape and types, from which all sizes follow
 *   extent   how many elements each array of a format has; core bytes are these times their sizes
 *   entry    a stored value: all n·p of a dense matrix, z of a compressed one, n·w of ELL with its padding
 *   unit     a product is divided among threads by rows, or by columns (CSC), or by entries (COO)
 *   real     the type that products compute in: f64 for values in f64, else f32 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    uint64_t values, indices, starts; /* number of elements */
};

struct mlm_storage_format;
struct mlm_matrix;
struct mlm_sparse_builders;

/* y += X·x or y += Xᵀ·x, restricted to the units [from, to). x and y are arrays of reals. A product by
 * columns reads or writes only the elements of its columns, a product by rows only those of its rows. */
typedef void mlm_product(const struct mlm_matrix *matrix, uint64_t from, uint64_t to, const void *x, void *y);

struct mlm_matrix {
    const struct mlm_storage_format *format;
    struct mlm_layout layout;
    struct mlm_extent extent;
    void *values;    /* f32, f64, f16 as uint16_t, or int8_t */
    void *indices;   /* of columns (CSC: of rows); uint32_t or uint64_t */
    void *starts;    /* CSR, CSC: where each row (column) begins, and the end; COO: each entry's row */
    uint64_t placed; /* entries placed so far while the matrix is built */
    mlm_product *multiply, *multiply_transposed;
    const struct mlm_sparse_builders *builders; /* all formats but dense */
};

/* A fresh matrix is built in this order: count() for each row, counted(), place() for each row, finish().
 * Rows come in ascending order. count, counted and finish may be NULL. */
struct mlm_storage_format {
    const char *name;
    bool by_columns; /* units are columns: each thread has its own margins, else its own gradients */
    struct mlm_extent (*extent)(const struct mlm_layout *layout);
    void (*bind)(struct mlm_matrix *matrix); /* chooses the products */
    void (*count)(struct mlm_matrix *matrix, const struct mlm_data_row *row);
    void (*counted)(struct mlm_matrix *matrix);
    /* -ENOTSUP through mlm_fail() where a value is not exact in the format's type. -EBADMSG where the rows
     * differ from those that were counted, as far as the format can notice. */
    int (*place)(
        struct mlm_matrix *matrix, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb);
    void (*finish)(struct mlm_matrix *matrix);
    uint64_t (*units)(const struct mlm_matrix *matrix);
    /* The first unit of a part. Parts have about the same number of entries and share no row (CSC: no
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

/* Entries of `slices` slices of one width; on overflow a number for which no machine has memory. */
static inline uint64_t mlm_entries(uint64_t slices, uint64_t width)
{
    uint64_t entries;
    return __builtin_mul_overflow(slices, width, &entries) || entries > UINT64_MAX / 64 ? UINT64_MAX / 64
                                                                                        : entries;
}

#define MLM_STORAGE_READ_TWICE "what was read the second time is not what was read the first time"

/* Bytes of the arrays of a format, by the formulas of the table of suites. */
uint64_t mlm_matrix_core_bytes(const struct mlm_storage_format *format, const struct mlm_layout *layout);

/* Maps exactly the core bytes, array by array, and chooses the products. -ENOMEM. */
int mlm_matrix_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    struct mlm_matrix *ret_matrix, struct mlm_scoreboard *sb);
void mlm_matrix_close(struct mlm_matrix *matrix); /* accepts a zeroed matrix; leaves it zeroed */

/* Converts row-sorted COO to CSR of the same layout in the general way: count, sum, scatter. Progress
 * advances by the number of rows, here and below. */
void mlm_matrix_coo_to_csr(const struct mlm_matrix *coo, struct mlm_matrix *csr, struct mlm_scoreboard *sb);

/* Converts CSR to dense of the same real type, and writes every element. */
void mlm_matrix_csr_to_dense(
    const struct mlm_matrix *csr, struct mlm_matrix *dense, struct mlm_scoreboard *sb);
