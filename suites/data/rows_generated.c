/* Generates rows from nothing but a seed; rows.h describes them. */
#include <errno.h>
#include <stdlib.h>

#include "data/rows_source.h"

struct generated {
    struct mlm_rows base;
    uint64_t rows, next;
    uint32_t columns;
    uint32_t middle; /* k: average number of nonzeros in a row */
    uint32_t spread; /* the largest j */
    uint64_t lengths_key, labels_key, values_key;
    uint32_t *row_columns;
    float row_values[]; /* values, then the columns */
};

static uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t middle_of(uint64_t columns, double density)
{
    uint64_t k = (uint64_t)(density * (double)columns + 0.5);
    return k < 1 ? 1 : minimum(k, columns);
}

static uint64_t spread_of(uint64_t columns, uint64_t k)
{
    return minimum(k / 2, minimum(columns - k, k - 1));
}

struct mlm_shape mlm_rows_generated_shape(uint64_t rows, uint64_t columns, double density)
{
    uint64_t k = middle_of(columns, density);
    return (struct mlm_shape){
        .rows = rows, .columns = columns, .nonzeros = k * rows, .widest_row = k + spread_of(columns, k)};
}

static uint32_t length_of(const struct generated *g, uint64_t row)
{
    /* One draw for both rows of a pair: the difference of their lengths, and which is the longer. */
    uint64_t draw = mlm_random_u64(g->lengths_key, row / 2);
    uint32_t j = (uint32_t)(((draw >> 32) * (g->spread + UINT64_C(1))) >> 32);
    return ((row ^ draw) & 1) ? g->middle + j : g->middle - j;
}

static int generated_next(struct mlm_rows *rows, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb)
{
    (void)sb;
    struct generated *g = (struct generated *)rows;
    if (g->next == g->rows)
        return 0;
    uint32_t count = length_of(g, g->next);
    uint64_t key = mlm_random_u64(g->values_key, g->next);

    /* Stratum i is [i·p/count, (i+1)·p/count). Its border advances by quotient and remainder, because a
     * division here would cost more than all the rest. */
    uint32_t quotient = g->columns / count, remainder = g->columns % count;
    uint32_t border = 0, fraction = 0;
    for (uint32_t i = 0; i < count; i++) {
        fraction += remainder;
        uint32_t carry = fraction >= count;
        fraction -= carry ? count : 0;
        uint32_t width = quotient + carry;
        uint64_t draw = mlm_random_u64(key, i);
        g->row_columns[i] = border + (uint32_t)(((draw >> 32) * width) >> 32);
        border += width;
        int32_t value = (int32_t)(((draw & UINT32_MAX) * 14) >> 32) - 7;
        g->row_values[i] = (float)(value + (value >= 0)); /* -7…-1, 1…7 */
    }
    *ret_row = (struct mlm_data_row){
        .count = count,
        .columns = g->row_columns,
        .values = g->row_values,
        .label = mlm_rows_label(g->labels_key, g->next),
    };
    g->next++;
    return 1;
}

static int generated_seek(struct mlm_rows *rows, uint64_t index, struct mlm_scoreboard *sb)
{
    struct generated *g = (struct generated *)rows;
    if (index > g->rows)
        return mlm_fail(sb, -EINVAL, "there is no row %llu", (unsigned long long)index);
    g->next = index;
    return 0;
}

static void generated_close(struct mlm_rows *rows)
{
    free(rows);
}

static const struct mlm_rows_source generated_source = {
    .next = generated_next, .seek = generated_seek, .close = generated_close};

int mlm_rows_open_generated(uint64_t rows, uint64_t columns, double density, uint64_t seed,
    struct mlm_rows **ret_rows, struct mlm_scoreboard *sb)
{
    /* Half of what 32 bits hold, so that border, fraction and width never overflow. */
    if (columns < 1 || columns > INT32_MAX)
        return mlm_fail(sb, -EINVAL, "columns must lie in 1..%d", INT32_MAX);
    if (!(density > 0 && density <= 1))
        return mlm_fail(sb, -EINVAL, "density must lie above 0 and at most at 1");
    if (rows % 2)
        return mlm_fail(sb, -EINVAL, "generated rows come in pairs; %llu is odd", (unsigned long long)rows);
    uint64_t k = middle_of(columns, density), spread = spread_of(columns, k), widest = k + spread;
    struct generated *g = malloc(sizeof *g + widest * (sizeof(float) + sizeof(uint32_t)));
    if (!g)
        return mlm_fail(sb, -ENOMEM, "out of memory for a row of %llu values", (unsigned long long)widest);
    *g = (struct generated){
        .base.source = &generated_source,
        .rows = rows,
        .columns = (uint32_t)columns,
        .middle = (uint32_t)k,
        .spread = (uint32_t)spread,
        .lengths_key = mlm_random_key(seed, MLM_ROWS_LENGTHS),
        .labels_key = mlm_random_key(seed, MLM_ROWS_LABELS),
        .values_key = mlm_random_key(seed, MLM_ROWS_VALUES),
        .row_columns = (uint32_t *)(g->row_values + widest),
    };
    *ret_rows = &g->base;
    return 0;
}
