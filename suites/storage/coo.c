/* COO: row, column and value of each entry, sorted by rows because rows arrive in order. */
#include "data/parallel.h"
#include "storage/matrix.h"
#include "storage/sparse_builders.h"
#include "storage/sparse_products.h"

static struct mlm_extent coo_extent(const struct mlm_layout *layout)
{
    return (struct mlm_extent){
        .values = layout->nonzeros, .indices = layout->nonzeros, .starts = layout->nonzeros};
}

static void coo_bind(struct mlm_matrix *m)
{
    const struct mlm_sparse_products *products =
        mlm_sparse_products(mlm_clone_best(), m->layout.value, m->layout.index);
    m->builders = mlm_sparse_builders(m->layout.value, m->layout.index);
    m->multiply = products->coo_gather;
    m->multiply_transposed = products->coo_scatter;
}

static int coo_place(
    struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row, struct mlm_scoreboard *sb)
{
    (void)sb;
    m->builders->place(m, m->placed, row);
    m->builders->fill_starts(m, m->placed, row->count, index);
    m->placed += row->count;
    return 0;
}

static uint64_t entries(const struct mlm_matrix *m)
{
    return m->layout.nonzeros;
}

/* Moves the even share back to the begin of the row that it falls into. */
static uint64_t part_begin(const struct mlm_matrix *m, uint64_t part, uint64_t parts)
{
    uint64_t at = mlm_part_begin(m->layout.nonzeros, part, parts);
    while (part < parts && at > 0 && m->builders->start(m, at - 1) == m->builders->start(m, at))
        at--;
    return at;
}

const struct mlm_storage_format mlm_storage_coo = {
    .name = "coo",
    .extent = coo_extent,
    .bind = coo_bind,
    .place = coo_place,
    .units = entries,
    .part_begin = part_begin,
};
