/* The sparse products for one pair of types and one instruction set. sparse_each_type.h includes this file
 * several times, hence it has no guard. Expects VALUE, INDEX, MASK (a signed integer as wide as VALUE),
 * MASKS, TARGET, NAME(x), and GATHER(x, at): the vector of x[at[0]]…x[at[7]]. */

typedef VALUE NAME(lanes) __attribute__((vector_size(LANES * sizeof(VALUE))));
typedef MASK NAME(mask) __attribute__((vector_size(LANES * sizeof(VALUE))));

/* One chain of eight products: loading x is the limit, not the latency of an addition. The end of a row is
 * handled by its last eight entries once more, with those already counted masked away: a loop over one to
 * seven would be mispredicted in most rows. */
TARGET MLM_INLINE VALUE NAME(dot)(const VALUE *values, const INDEX *at, uint64_t count, const VALUE *x)
{
    NAME(lanes) sums = {0}, v;
    uint64_t left = count;
    for (; left >= LANES; left -= LANES, values += LANES, at += LANES) {
        prefetch(values);
        prefetch(at);
        memcpy(&v, values, sizeof v);
        sums += v * GATHER(x, at);
    }
    VALUE sum = 0;
    if (left > 0 && count >= LANES) {
        NAME(mask) mask;
        memcpy(&mask, MASKS + left, sizeof mask);
        values -= LANES - left, at -= LANES - left;
        memcpy(&v, values, sizeof v);
        v *= GATHER(x, at);
        sums += (NAME(lanes))((NAME(mask))v & mask);
    } else {
        for (uint64_t i = 0; i < left; i++)
            sum += values[i] * x[at[i]];
    }
    sums += __builtin_shufflevector(sums, sums, 4, 5, 6, 7, 0, 1, 2, 3);
    sums += __builtin_shufflevector(sums, sums, 2, 3, 0, 1, 6, 7, 4, 5);
    return sum + (sums[0] + sums[1]);
}

/* Sums long slices (a column of CSC has n·d entries) in f64, chunk by chunk. */
TARGET MLM_INLINE VALUE NAME(long_dot)(const VALUE *values, const INDEX *at, uint64_t count, const VALUE *x)
{
    double sum = 0;
    uint64_t chunk;
    do {
        chunk = count < CHUNK ? count : CHUNK;
        sum += (double)NAME(dot)(values, at, chunk, x);
        values += chunk, at += chunk, count -= chunk;
    } while (count > 0);
    return (VALUE)sum;
}

TARGET MLM_INLINE void NAME(axpy)(
    const VALUE *restrict values, const INDEX *restrict at, uint64_t count, VALUE x, VALUE *restrict y)
{
    uint64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        prefetch(values + i);
        prefetch(at + i);
        for (int lane = 0; lane < LANES; lane++)
            y[at[i + (uint64_t)lane]] += values[i + (uint64_t)lane] * x;
    }
    for (; i < count; i++)
        y[at[i]] += values[i] * x;
}

TARGET static void NAME(gather)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const INDEX *starts = m->starts, *indices = m->indices;
    const VALUE *values = m->values;
    VALUE *sums = y;
    for (uint64_t u = from; u < to; u++)
        sums[u] += NAME(long_dot)(values + starts[u], indices + starts[u], starts[u + 1] - starts[u], x);
}

TARGET static void NAME(scatter)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const INDEX *starts = m->starts, *indices = m->indices;
    const VALUE *values = m->values, *scales = x;
    for (uint64_t u = from; u < to; u++)
        NAME(axpy)(values + starts[u], indices + starts[u], starts[u + 1] - starts[u], scales[u], y);
}

TARGET static void NAME(ell_gather)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t width = m->layout.widest_row;
    const INDEX *indices = m->indices;
    const VALUE *values = m->values;
    VALUE *sums = y;
    for (uint64_t u = from; u < to; u++)
        sums[u] += NAME(long_dot)(values + u * width, indices + u * width, width, x);
}

TARGET static void NAME(ell_scatter)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t width = m->layout.widest_row;
    const INDEX *indices = m->indices;
    const VALUE *values = m->values, *scales = x;
    for (uint64_t u = from; u < to; u++)
        NAME(axpy)(values + u * width, indices + u * width, width, scales[u], y);
}

/* Entries of one row are adjacent: eight belong to the same row if the first and the last do. */
TARGET static void NAME(coo_gather)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const INDEX *rows = m->starts, *columns = m->indices;
    const VALUE *values = m->values;
    VALUE *sums = y;
    for (uint64_t begin = from, end = from; begin < to; begin = end) {
        INDEX row = rows[begin];
        while (end + LANES <= to && rows[end + LANES - 1] == row)
            end += LANES;
        while (end < to && rows[end] == row)
            end++;
        sums[row] += NAME(long_dot)(values + begin, columns + begin, end - begin, x);
    }
}

TARGET static void NAME(coo_scatter)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const INDEX *rows = m->starts, *columns = m->indices;
    const VALUE *values = m->values, *scales = x;
    VALUE *sums = y;
    for (uint64_t e = from; e < to; e++) {
        if (e % LANES == 0) {
            prefetch(values + e);
            prefetch(columns + e);
            prefetch(rows + e);
        }
        sums[columns[e]] += values[e] * scales[rows[e]];
    }
}

static const struct mlm_sparse_products NAME(table) = {
    .gather = NAME(gather),
    .scatter = NAME(scatter),
    .ell_gather = NAME(ell_gather),
    .ell_scatter = NAME(ell_scatter),
    .coo_gather = NAME(coo_gather),
    .coo_scatter = NAME(coo_scatter),
};
