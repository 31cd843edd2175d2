/* Dense matrices by rows. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "data/f16.h"
#include "data/parallel.h"
#include "storage/dense_products.h"
#include "storage/matrix.h"

static struct mlm_extent dense_extent(const struct mlm_layout *layout)
{
    return (struct mlm_extent){.values = mlm_entries(layout->rows, layout->columns)};
}

static void dense_bind(struct mlm_matrix *m)
{
    const struct mlm_dense_products *products = mlm_dense_products(mlm_clone_best(), m->layout.value);
    m->multiply = products->multiply;
    m->multiply_transposed = products->multiply_transposed;
}

/* Each function stores the row's values other than 0 and returns the index of the first that is not exact in
 * the type; row->count: all are exact. */
static uint32_t scatter_f32(float *to, const struct mlm_data_row *row)
{
    for (uint32_t i = 0; i < row->count; i++)
        to[row->columns[i]] = row->values[i];
    return row->count;
}

static uint32_t scatter_f64(double *to, const struct mlm_data_row *row)
{
    for (uint32_t i = 0; i < row->count; i++)
        to[row->columns[i]] = (double)row->values[i];
    return row->count;
}

static uint32_t scatter_f16(uint16_t *to, const struct mlm_data_row *row)
{
    uint32_t i = 0;
    while (i < row->count && mlm_f16_encode(row->values[i], &to[row->columns[i]]))
        i++;
    return i;
}

static uint32_t scatter_i8(int8_t *to, const struct mlm_data_row *row)
{
    uint32_t i = 0;
    for (; i < row->count; i++) {
        float value = row->values[i];
        if (!(value >= INT8_MIN && value <= INT8_MAX) || value != (float)(int8_t)value)
            break;
        to[row->columns[i]] = (int8_t)value;
    }
    return i;
}

static int dense_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    static const char *const names[] = {
        [MLM_F32] = "f32", [MLM_F64] = "f64", [MLM_F16] = "f16", [MLM_I8] = "int8"};
    uint64_t row_bytes = m->layout.columns * mlm_value_bytes(m->layout.value);
    void *to = (char *)m->values + index * row_bytes;
    /* Write the zeros too, as a real program does: only touched pages are in memory. */
    memset(to, 0, row_bytes);
    uint32_t exact = 0;
    switch (m->layout.value) {
    case MLM_F32:
        exact = scatter_f32(to, row);
        break;
    case MLM_F64:
        exact = scatter_f64(to, row);
        break;
    case MLM_F16:
        exact = scatter_f16(to, row);
        break;
    case MLM_I8:
        exact = scatter_i8(to, row);
        break;
    }
    if (exact < row->count)
        return mlm_fail(sb, -ENOTSUP, "values are not exact in %s: %g in row %" PRIu64,
            names[m->layout.value], (double)row->values[exact], index);
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

const struct mlm_storage_format mlm_storage_dense = {
    .name = "dense",
    .extent = dense_extent,
    .bind = dense_bind,
    .place = dense_place,
    .units = rows,
    .part_begin = part_begin,
};
