/* Products of one type of values for one instruction set. Included several times, hence without a guard.
 * Expects ELEMENT, REAL, LANES, REALS (a vector of LANES reals), WIDEN(from) (LANES elements from `from` on
 * as REALS), WIDEN_ONE(element), TARGET, NAME(x). `count` is ROWS or 1 and known when these are compiled. */

TARGET MLM_INLINE REAL NAME(total)(const REALS *sums)
{
    REAL lanes[LANES];
    memcpy(lanes, sums, sizeof lanes);
    for (uint64_t half = LANES / 2; half > 0; half /= 2)
        for (uint64_t lane = 0; lane < half; lane++)
            lanes[lane] += lanes[lane + half];
    return lanes[0];
}

TARGET MLM_INLINE void NAME(rows_multiply)(
    const ELEMENT *rows, uint64_t count, uint64_t columns, const REAL *w, REAL *results)
{
    REALS sums[ROWS] = {{0}};
    uint64_t c = 0;
    for (; c + LINE <= columns; c += LINE) {
#pragma GCC unroll 8
        for (uint64_t r = 0; r < count; r++)
            hint(rows + r * columns + c);
#pragma GCC unroll 8
        for (uint64_t k = 0; k < LINE; k += LANES) {
            const REALS some = LOAD(REALS, w + c + k);
#pragma GCC unroll 8
            for (uint64_t r = 0; r < count; r++)
                sums[r] += WIDEN(rows + r * columns + c + k) * some;
        }
    }
    for (uint64_t r = 0; r < count; r++) {
        REAL sum = NAME(total)(&sums[r]);
        for (uint64_t i = c; i < columns; i++)
            sum += WIDEN_ONE(rows[r * columns + i]) * w[i];
        results[r] += sum;
    }
}

TARGET MLM_INLINE void NAME(rows_multiply_transposed)(
    const ELEMENT *rows, uint64_t count, uint64_t columns, const REAL *g, REAL *gradient)
{
    uint64_t c = 0;
    for (; c + LINE <= columns; c += LINE) {
#pragma GCC unroll 8
        for (uint64_t r = 0; r < count; r++)
            hint(rows + r * columns + c);
#pragma GCC unroll 8
        for (uint64_t k = 0; k < LINE; k += LANES) {
            REALS sum = LOAD(REALS, gradient + c + k);
#pragma GCC unroll 8
            for (uint64_t r = 0; r < count; r++)
                sum += WIDEN(rows + r * columns + c + k) * g[r];
            memcpy(gradient + c + k, &sum, sizeof sum);
        }
    }
    for (; c < columns; c++)
        for (uint64_t r = 0; r < count; r++)
            gradient[c] += WIDEN_ONE(rows[r * columns + c]) * g[r];
}

TARGET static void NAME(multiply)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const uint64_t columns = m->layout.columns;
    const ELEMENT *values = m->values;
    REAL *results = y;
    uint64_t r = from;
    for (; r + ROWS <= to; r += ROWS)
        NAME(rows_multiply)(values + r * columns, ROWS, columns, x, results + r);
    for (; r < to; r++)
        NAME(rows_multiply)(values + r * columns, 1, columns, x, results + r);
}

TARGET static void NAME(multiply_transposed)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    const uint64_t columns = m->layout.columns;
    const ELEMENT *values = m->values;
    const REAL *g = x;
    uint64_t r = from;
    for (; r + ROWS <= to; r += ROWS)
        NAME(rows_multiply_transposed)(values + r * columns, ROWS, columns, g + r, y);
    for (; r < to; r++)
        NAME(rows_multiply_transposed)(values + r * columns, 1, columns, g + r, y);
}

static const struct mlm_dense_products NAME(table) = {
    .multiply = NAME(multiply), .multiply_transposed = NAME(multiply_transposed)};
