/* Products of one narrow type for one instruction set; dense_products.c includes this again and again, hence
 * no guard. Expects ELEMENT, WIDEN(from, to): LANES elements at `from` to the vector `to`,
 * WIDEN_ONE(element), TARGET, NAME(x). */

/* Four rows at once: w is loaded once for four, and the four sums are chains of their own. */
TARGET static void NAME(multiply)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const float *w = x;
    float *sums = y;
    for (uint64_t r = from; r < to; r += ROWS) {
        const ELEMENT *rows[ROWS];
        uint64_t count = to - r < ROWS ? to - r : ROWS;
        /* Fewer than four are left: the last is read again, and its sums are not used. */
        for (uint64_t k = 0; k < ROWS; k++)
            rows[k] = (const ELEMENT *)m->values + (r + (k < count ? k : count - 1)) * columns;
        lanes sum0 = {0}, sum1 = {0}, sum2 = {0}, sum3 = {0}, weights, widened;
        uint64_t c = 0;
        for (; c + LANES <= columns; c += LANES) {
            memcpy(&weights, w + c, sizeof weights);
            WIDEN(rows[0] + c, widened);
            sum0 += widened * weights;
            WIDEN(rows[1] + c, widened);
            sum1 += widened * weights;
            WIDEN(rows[2] + c, widened);
            sum2 += widened * weights;
            WIDEN(rows[3] + c, widened);
            sum3 += widened * weights;
        }
        float totals[ROWS] = {total(&sum0), total(&sum1), total(&sum2), total(&sum3)};
        for (uint64_t k = 0; k < count; k++) {
            for (uint64_t rest = c; rest < columns; rest++)
                totals[k] += WIDEN_ONE(rows[k][rest]) * w[rest];
            sums[r + k] += totals[k];
        }
    }
}

/* Four rows at once: the gradient is loaded and stored once for four. */
TARGET static void NAME(multiply_transposed)(
    const struct mlm_matrix *m, uint64_t from, uint64_t to, const void *x, void *y)
{
    uint64_t columns = m->layout.columns;
    const float *g = x;
    float *gradient = y;
    for (uint64_t r = from; r < to; r += ROWS) {
        const ELEMENT *rows[ROWS];
        float scales[ROWS];
        uint64_t count = to - r < ROWS ? to - r : ROWS;
        for (uint64_t k = 0; k < ROWS; k++) {
            rows[k] = (const ELEMENT *)m->values + (r + (k < count ? k : count - 1)) * columns;
            scales[k] = k < count ? g[r + k] : 0;
        }
        uint64_t c = 0;
        for (; c + LANES <= columns; c += LANES) {
            lanes sum, widened;
            memcpy(&sum, gradient + c, sizeof sum);
            for (int k = 0; k < ROWS; k++) {
                WIDEN(rows[k] + c, widened);
                sum += widened * scales[k];
            }
            memcpy(gradient + c, &sum, sizeof sum);
        }
        for (; c < columns; c++)
            for (int k = 0; k < ROWS; k++)
                gradient[c] += WIDEN_ONE(rows[k][c]) * scales[k];
    }
}

static const struct mlm_dense_products NAME(table) = {
    .multiply = NAME(multiply), .multiply_transposed = NAME(multiply_transposed)};
