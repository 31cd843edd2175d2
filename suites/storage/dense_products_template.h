/* Products of one type of values for one instruction set. Included several times, hence without a guard.
 * Expects ELEMENT, REAL, LANES, REALS (a vector of LANES reals), WIDEN(from) (LANES elements from `from` on
 * as REALS), WIDEN_ONE(element), TARGET, NAME(x). */

/* Row by row, in the order of the addresses. Wide values are read as a plain sum would read them, which needs
 * no hints. */
TARGET static void NAME(multiply)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const ELEMENT *row = (const ELEMENT *)m->values + from * columns;
    const REAL *w = x;
    REAL *results = y;
    for (uint64_t r = from; r < to; r++, row += columns) {
        REALS sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0};
        uint64_t c = 0;
        for (; c + 4 * LANES <= columns; c += 4 * LANES) {
            if (sizeof *row < sizeof(float))
                HINTS(row + c, 4 * LANES * sizeof *row);
            sum0 += WIDEN(row + c) * LOAD(REALS, w + c);
            sum1 += WIDEN(row + c + LANES) * LOAD(REALS, w + c + LANES);
            sum2 += WIDEN(row + c + 2 * LANES) * LOAD(REALS, w + c + 2 * LANES);
            sum3 += WIDEN(row + c + 3 * LANES) * LOAD(REALS, w + c + 3 * LANES);
        }
        sum0 += sum1 + sum2 + sum3;
        REAL sum = 0;
        for (uint64_t lane = 0; lane < LANES; lane++)
            sum += sum0[lane];
        for (; c < columns; c++)
            sum += WIDEN_ONE(row[c]) * w[c];
        results[r] += sum;
    }
}

TARGET static void NAME(multiply_transposed)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const ELEMENT *row = (const ELEMENT *)m->values + from * columns;
    const REAL *g = x;
    REAL *gradient = y;
    for (uint64_t r = from; r < to; r++, row += columns) {
        uint64_t c = 0;
        for (; c + 4 * LANES <= columns; c += 4 * LANES) {
            HINTS(row + c, 4 * LANES * sizeof *row);
            REALS sum0 = LOAD(REALS, gradient + c) + WIDEN(row + c) * g[r];
            REALS sum1 = LOAD(REALS, gradient + c + LANES) + WIDEN(row + c + LANES) * g[r];
            REALS sum2 = LOAD(REALS, gradient + c + 2 * LANES) + WIDEN(row + c + 2 * LANES) * g[r];
            REALS sum3 = LOAD(REALS, gradient + c + 3 * LANES) + WIDEN(row + c + 3 * LANES) * g[r];
            memcpy(gradient + c, &sum0, sizeof sum0);
            memcpy(gradient + c + LANES, &sum1, sizeof sum1);
            memcpy(gradient + c + 2 * LANES, &sum2, sizeof sum2);
            memcpy(gradient + c + 3 * LANES, &sum3, sizeof sum3);
        }
        for (; c < columns; c++)
            gradient[c] += WIDEN_ONE(row[c]) * g[r];
    }
}

static const struct mlm_dense_products NAME(table) = {
    .multiply = NAME(multiply), .multiply_transposed = NAME(multiply_transposed)};
