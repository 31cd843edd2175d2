/* Builds and converts compressed matrices, for one pair of types. sparse_each_type.h includes this file
 * several times, hence it has no guard. Expects VALUE, INDEX, NAME(x). */

static void NAME(place)(struct mlm_matrix *m, uint64_t at, const struct mlm_data_row *row)
{
    VALUE *values = (VALUE *)m->values + at;
    INDEX *indices = (INDEX *)m->indices + at;
    if (sizeof *values == sizeof *row->values)
        memcpy(values, row->values, row->count * sizeof *values);
    else
        for (uint32_t i = 0; i < row->count; i++)
            values[i] = row->values[i];
    if (sizeof *indices == sizeof *row->columns)
        memcpy(indices, row->columns, row->count * sizeof *indices);
    else
        for (uint32_t i = 0; i < row->count; i++)
            indices[i] = row->columns[i];
}

static void NAME(fill_starts)(struct mlm_matrix *m, uint64_t at, uint64_t count, uint64_t number)
{
    INDEX *starts = (INDEX *)m->starts + at;
    for (uint64_t i = 0; i < count; i++)
        starts[i] = (INDEX)number;
}

static uint64_t NAME(start)(const struct mlm_matrix *m, uint64_t at)
{
    return ((const INDEX *)m->starts)[at];
}

static void NAME(csc_count)(struct mlm_matrix *m, const struct mlm_data_row *row)
{
    INDEX *counts = m->starts;
    for (uint32_t i = 0; i < row->count; i++)
        counts[row->columns[i]]++;
}

static void NAME(csc_counted)(struct mlm_matrix *m)
{
    INDEX *starts = m->starts, sum = 0;
    for (uint64_t c = 0; c <= m->layout.columns; c++) {
        INDEX count = starts[c];
        starts[c] = sum;
        sum += count;
    }
}

/* Each column's start moves with its entries; at the end it is where the next column began. */
static bool NAME(csc_place)(struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row)
{
    INDEX *next = m->starts, *rows = m->indices;
    VALUE *values = m->values;
    for (uint32_t i = 0; i < row->count; i++) {
        INDEX at = next[row->columns[i]];
        if (at >= m->layout.nonzeros)
            return false;
        next[row->columns[i]]++;
        rows[at] = (INDEX)index;
        values[at] = row->values[i];
    }
    return true;
}

/* Shifts the starts by one column, which corrects them: so building needs no second array. */
static void NAME(csc_finish)(struct mlm_matrix *m)
{
    INDEX *starts = m->starts;
    memmove(starts + 1, starts, m->layout.columns * sizeof *starts);
    starts[0] = 0;
}

/* Padding repeats the row's last column with value 0, because that element of x is already in the cache. */
static void NAME(ell_place)(struct mlm_matrix *m, uint64_t index, const struct mlm_data_row *row)
{
    uint64_t width = m->layout.widest_row, at = index * width;
    NAME(place)(m, at, row);
    VALUE *values = (VALUE *)m->values + at;
    INDEX *indices = (INDEX *)m->indices + at;
    for (uint64_t i = row->count; i < width; i++) {
        values[i] = 0;
        indices[i] = row->count > 0 ? row->columns[row->count - 1] : 0;
    }
}

static void NAME(coo_to_csr)(const struct mlm_matrix *coo, struct mlm_matrix *csr, struct mlm_scoreboard *sb)
{
    const INDEX *rows = coo->starts, *columns = coo->indices;
    const VALUE *from = coo->values;
    INDEX *starts = csr->starts, *indices = csr->indices;
    VALUE *values = csr->values;
    for (uint64_t e = 0; e < coo->extent.values; e++)
        starts[rows[e]]++;
    INDEX sum = 0;
    for (uint64_t r = 0; r <= csr->layout.rows; r++) {
        INDEX count = starts[r];
        starts[r] = sum;
        sum += count;
    }
    for (uint64_t e = 0; e < coo->extent.values; e++) {
        if (e > 0 && rows[e] != rows[e - 1])
            mlm_progress_add(sb, 1);
        INDEX at = starts[rows[e]]++;
        indices[at] = columns[e];
        values[at] = from[e];
    }
    memmove(starts + 1, starts, csr->layout.rows * sizeof *starts);
    starts[0] = 0;
}

static void NAME(csr_to_dense)(
    const struct mlm_matrix *csr, struct mlm_matrix *dense, struct mlm_scoreboard *sb)
{
    uint64_t columns = csr->layout.columns;
    const INDEX *starts = csr->starts, *indices = csr->indices;
    const VALUE *values = csr->values;
    VALUE *row = dense->values;
    for (uint64_t r = 0; r < csr->layout.rows; r++, row += columns) {
        memset(row, 0, columns * sizeof *row);
        for (uint64_t e = starts[r]; e < starts[r + 1]; e++)
            row[indices[e]] = values[e];
        mlm_progress_add(sb, 1);
    }
}

static const struct mlm_sparse_builders NAME(table) = {
    .place = NAME(place),
    .fill_starts = NAME(fill_starts),
    .start = NAME(start),
    .csc_count = NAME(csc_count),
    .csc_counted = NAME(csc_counted),
    .csc_place = NAME(csc_place),
    .csc_finish = NAME(csc_finish),
    .ell_place = NAME(ell_place),
    .coo_to_csr = NAME(coo_to_csr),
    .csr_to_dense = NAME(csr_to_dense),
};
