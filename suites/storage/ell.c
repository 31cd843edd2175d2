/* ELL: every row as long as the widest one. */
#include "data/parallel.h"
#include "storage/matrix.h"
#include "storage/sparse_builders.h"
#include "storage/sparse_products.h"

static struct mlm_extent ell_extent(const struct mlm_layout *layout)
{
    uint64_t entries = mlm_entries(layout->rows, layout->widest_row);
    return (struct mlm_extent){.values = entries, .indices = entries};
}

static void ell_bind(struct mlm_matrix *m)
{
    const struct mlm_sparse_products *products =
        mlm_sparse_products(mlm_clone_best(), m->layout.value, m->layout.index);
    m->builders = mlm_sparse_builders(m->layout.value, m->layout.index);
    m->multiply = products->ell_gather;
    m->multiply_transposed = products->ell_scatter;
}

static int ell_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    (void)sb;
    m->builders->ell_place(m, index, row);
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

const struct mlm_storage_format mlm_storage_ell = {
    .name = "ell",
    .extent = ell_extent,
    .bind = ell_bind,
    .place = ell_place,
    .units = rows,
    .part_begin = part_begin,
};
