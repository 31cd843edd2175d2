/* Products of one narrow type for one instruction set. Included several times, hence without a guard. Expects
 * ELEMENT, LANES, FLOATS (a vector of LANES floats), WIDEN(from) (LANES elements from `from` on as FLOATS),
 * WIDEN_ONE(element), TARGET, NAME(x).
 *
 * Rows are processed one by one. Several rows at once would share loads of w, but rows of a page or less are
 * too short for the prefetcher (int8 was 3 × slower). */

TARGET static void NAME(multiply)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const ELEMENT *row = (const ELEMENT *)m->values + from * columns;
    const float *w = x;
    float *sums = y;
    for (uint64_t r = from; r < to; r++, row += columns) {
        FLOATS sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, weights[4];
        uint64_t c = 0;
        for (; c + 4 * LANES <= columns; c += 4 * LANES) {
            memcpy(weights, w + c, sizeof weights);
            __builtin_prefetch((const char *)(row + c) + PREFETCH_BYTES);
            __builtin_prefetch((const char *)(row + c + 2 * LANES) + PREFETCH_BYTES);
            sum0 += WIDEN(row + c) * weights[0];
            sum1 += WIDEN(row + c + LANES) * weights[1];
            sum2 += WIDEN(row + c + 2 * LANES) * weights[2];
            sum3 += WIDEN(row + c + 3 * LANES) * weights[3];
        }
        sum0 += sum1 + sum2 + sum3;
        float sum = 0;
        for (uint64_t lane = 0; lane < LANES; lane++)
            sum += sum0[lane];
        for (; c < columns; c++)
            sum += WIDEN_ONE(row[c]) * w[c];
        sums[r] += sum;
    }
}

TARGET static void NAME(multiply_transposed)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const ELEMENT *row = (const ELEMENT *)m->values + from * columns;
    const float *g = x;
    float *gradient = y;
    for (uint64_t r = from; r < to; r++, row += columns) {
        float scale = g[r];
        uint64_t c = 0;
        for (; c + LANES <= columns; c += LANES) {
            FLOATS sum;
            memcpy(&sum, gradient + c, sizeof sum);
            __builtin_prefetch((const char *)(row + c) + PREFETCH_BYTES);
            sum += WIDEN(row + c) * scale;
            memcpy(gradient + c, &sum, sizeof sum);
        }
        for (; c < columns; c++)
            gradient[c] += WIDEN_ONE(row[c]) * scale;
    }
}

static const struct mlm_dense_products NAME(table) = {
    .multiply = NAME(multiply), .multiply_transposed = NAME(multiply_transposed)};
