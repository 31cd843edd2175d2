/* Dense, by rows: f32 and f64 through CBLAS, f16 and int8 converted as they are read. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "data/parallel.h"
#include "storage/dense_products.h"
#include "storage/f16.h"
#include "storage/matrix.h"

static struct mlm_extent dense_extent(const struct mlm_layout *layout)
{
    return (struct mlm_extent){.values = layout->rows * layout->columns};
}

static void multiply_f32(const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    int columns = (int)m->layout.columns;
    const float *block = (const float *)m->values + from * m->layout.columns;
    m->blas.sgemv(CblasRowMajor, CblasNoTrans, (int)(to - from), columns, 1, block, columns, x, 1, 1,
        (float *)y + from, 1);
}

static void multiply_transposed_f32(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    int columns = (int)m->layout.columns;
    const float *block = (const float *)m->values + from * m->layout.columns;
    m->blas.sgemv(CblasRowMajor, CblasTrans, (int)(to - from), columns, 1, block, columns,
        (const float *)x + from, 1, 1, y, 1);
}

static void multiply_f64(const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    int columns = (int)m->layout.columns;
    const double *block = (const double *)m->values + from * m->layout.columns;
    m->blas.dgemv(CblasRowMajor, CblasNoTrans, (int)(to - from), columns, 1, block, columns, x, 1, 1,
        (double *)y + from, 1);
}

static void multiply_transposed_f64(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    int columns = (int)m->layout.columns;
    const double *block = (const double *)m->values + from * m->layout.columns;
    m->blas.dgemv(CblasRowMajor, CblasTrans, (int)(to - from), columns, 1, block, columns,
        (const double *)x + from, 1, 1, y, 1);
}

static int dense_bind(struct mlm_matrix *m, struct mlm_scoreboard *sb)
{
    if (m->layout.value == MLM_F16 || m->layout.value == MLM_I8) {
        const struct mlm_dense_products *products = mlm_dense_products(m->layout.value);
        m->multiply = products->multiply;
        m->multiply_transposed = products->multiply_transposed;
        return 0;
    }
    bool wide = m->layout.value == MLM_F64;
    m->multiply = wide ? multiply_f64 : multiply_f32;
    m->multiply_transposed = wide ? multiply_transposed_f64 : multiply_transposed_f32;
    /* One thread a call: it is rows that our threads share. */
    return mlm_blas_open(1, &m->blas, sb);
}

/* False where the value is not exact in the type. */
static bool store(const struct mlm_matrix *m, uint64_t at, float value)
{
    switch (m->layout.value) {
    case MLM_F32:
        ((float *)m->values)[at] = value;
        return true;
    case MLM_F64:
        ((double *)m->values)[at] = value;
        return true;
    case MLM_F16:
        return mlm_f16_encode(value, (uint16_t *)m->values + at);
    case MLM_I8:
        if (!(value >= INT8_MIN && value <= INT8_MAX) || value != (float)(int8_t)value)
            return false;
        ((int8_t *)m->values)[at] = (int8_t)value;
        return true;
    }
    return false;
}

static int dense_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_row *row, struct mlm_scoreboard *sb)
{
    static const char *const names[] = {
        [MLM_F32] = "f32", [MLM_F64] = "f64", [MLM_F16] = "f16", [MLM_I8] = "int8"};
    uint64_t begin = index * m->layout.columns, bytes = mlm_value_bytes(m->layout.value);
    /* Zeros too are written, as a real program writes them: only what was touched is in memory. */
    memset((char *)m->values + begin * bytes, 0, m->layout.columns * bytes);
    for (uint32_t i = 0; i < row->count; i++)
        if (!store(m, begin + row->columns[i], row->values[i]))
            return mlm_fail(sb, -ENOTSUP, "values are not exact in %s: %g in row %" PRIu64,
                names[m->layout.value], (double)row->values[i], index);
    return 0;
}

static uint64_t rows(const struct mlm_matrix *m)
{
    return m->layout.rows;
}

static uint64_t part_begin(const struct mlm_matrix *m, uint64_t part, uint64_t parts)
{
    return mlm_part_begin(m->layout.rows, part, parts);
}

const struct mlm_format mlm_format_dense = {
    .name = "dense",
    .extent = dense_extent,
    .bind = dense_bind,
    .place = dense_place,
    .units = rows,
    .part_begin = part_begin,
};
