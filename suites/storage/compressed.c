/* CSR and CSC: slices (rows, or columns) stored as sparse vectors, one after the other. */
#include "data/decoder.h"
#include "data/parallel.h"
#include "storage/matrix.h"
#include "storage/sparse_builders.h"
#include "storage/sparse_products.h"

static struct mlm_extent csr_extent(const struct mlm_layout *layout)
{
    return (struct mlm_extent){
        .values = layout->nonzeros, .indices = layout->nonzeros, .starts = layout->rows + 1};
}

static struct mlm_extent csc_extent(const struct mlm_layout *layout)
{
    return (struct mlm_extent){
        .values = layout->nonzeros, .indices = layout->nonzeros, .starts = layout->columns + 1};
}

static void csr_bind(struct mlm_matrix *m)
{
    const struct mlm_sparse_products *products =
        mlm_sparse_products(mlm_clone_best(), m->layout.value, m->layout.index);
    m->builders = mlm_sparse_builders(m->layout.value, m->layout.index);
    m->multiply = products->gather;
    m->multiply_transposed = products->scatter;
}

static void csc_bind(struct mlm_matrix *m)
{
    csr_bind(m);
    mlm_product *gather = m->multiply;
    m->multiply = m->multiply_transposed;
    m->multiply_transposed = gather;
}

static int csr_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    (void)sb;
    m->builders->place(m, m->placed, row);
    m->placed += row->count;
    m->builders->fill_starts(m, index + 1, 1, m->placed);
    return 0;
}

static void csc_count(struct mlm_matrix *m, const struct mlm_data_row *row)
{
    m->builders->csc_count(m, row);
}

static void csc_counted(struct mlm_matrix *m)
{
    m->builders->csc_counted(m);
}

static int csc_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    if (m->builders->csc_place(m, index, row))
        return 0;
    return mlm_file_changed(sb, "the data", "%s", MLM_STORAGE_READ_TWICE);
}

static void csc_finish(struct mlm_matrix *m)
{
    m->builders->csc_finish(m);
}

static uint64_t slices(const struct mlm_matrix *m)
{
    return m->extent.starts - 1;
}

/* The first slice that begins at or after the part's share of the entries. */
static uint64_t part_begin(const struct mlm_matrix *m, uint64_t part, uint64_t parts)
{
    if (part == parts)
        return slices(m);
    uint64_t share = mlm_part_begin(m->layout.nonzeros, part, parts);
    uint64_t low = 0, high = slices(m);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (m->builders->start(m, middle) < share)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct mlm_storage_format mlm_storage_csr = {
    .name = "csr",
    .extent = csr_extent,
    .bind = csr_bind,
    .place = csr_place,
    .units = slices,
    .part_begin = part_begin,
};

const struct mlm_storage_format mlm_storage_csc = {
    .name = "csc",
    .by_columns = true,
    .extent = csc_extent,
    .bind = csc_bind,
    .count = csc_count,
    .counted = csc_counted,
    .place = csc_place,
    .finish = csc_finish,
    .units = slices,
    .part_begin = part_begin,
};

void mlm_matrix_coo_to_csr(const struct mlm_matrix *coo, struct mlm_matrix *csr, struct mlm_scoreboard *sb)
{
    csr->builders->coo_to_csr(coo, csr, sb);
}

void mlm_matrix_csr_to_dense(
    const struct mlm_matrix *csr, struct mlm_matrix *dense, struct mlm_scoreboard *sb)
{
    csr->builders->csr_to_dense(csr, dense, sb);
}
