/* Variants that hold the whole dataset in memory, once or twice. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "loading/loading.h"

/* Reads the whole file into one block, a batch at a time so that progress is visible. `ret_sum`, unless NULL,
 * gets the order-independent sum of the rows, computed while they are in cache. */
static int whole_read(struct mlm_loading_state *state, struct mlm_block *ret_block, uint64_t *ret_sum,
    struct mlm_scoreboard *sb)
{
    const struct mlm_loading_config *config = &state->config;
    struct mlm_loading_pass raw = {.columns = config->columns};
    struct mlm_block block = {0};
    struct mlm_reader reader;
    int r = mlm_loading_open(config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    r = mlm_loading_block_open(config, config->rows, "the whole dataset", &block, sb);
    mlm_progress_begin(sb, config->rows);
    while (r == 0 && !reader.ended) {
        uint64_t from = block.rows, left = config->rows - from;
        block.capacity_rows = from + (left < config->batch ? left : config->batch);
        r = mlm_loading_fill(config, &reader, &block, sb);
        if (r == 0 && block.rows == from && !reader.ended)
            r = mlm_loading_end(config, &reader, sb); /* refuses rows after the last expected one */
        if (r == 0 && ret_sum)
            mlm_loading_pass_block(&raw, &block, from, block.rows);
        mlm_progress_add(sb, block.rows - from);
    }
    block.capacity_rows = config->rows;
    if (r == 0)
        r = mlm_loading_end(config, &reader, sb);
    mlm_reader_close(&reader);
    if (r < 0) {
        mlm_block_close(&block);
        return r;
    }
    if (ret_sum)
        *ret_sum = raw.sum;
    *ret_block = block;
    return 0;
}

static void block_pass(
    struct mlm_loading_state *state, const struct mlm_block *block, struct mlm_scoreboard *sb)
{
    uint64_t batch = state->config.batch;
    for (uint64_t row = 0; row < block->rows; row += batch) {
        uint64_t rows = block->rows - row < batch ? block->rows - row : batch;
        mlm_loading_pass_block(&state->pass, block, row, row + rows);
        mlm_progress_add(sb, rows);
    }
}

int mlm_loading_full(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_block block;
    int r = whole_read(state, &block, NULL, sb);
    if (r < 0)
        return r;
    mlm_progress_begin(sb, block.rows);
    block_pass(state, &block, sb);
    mlm_block_close(&block);
    return 0;
}

/* Copies the rows from…to-1 into a new block. */
static int rows_copy(const struct mlm_loading_config *config, const struct mlm_block *from_block,
    uint64_t from, uint64_t to, struct mlm_block *ret_block, struct mlm_scoreboard *sb)
{
    const uint64_t *starts = from_block->starts;
    uint64_t first = starts ? starts[from] : from * config->columns;
    uint64_t last = starts ? starts[to] : to * config->columns;
    struct mlm_block block;
    int r = mlm_block_open(&block, starts, to - from, last - first, "a part's copy", sb);
    if (r < 0)
        return r;
    block.rows = to - from;
    block.count = last - first;
    memcpy(block.values, from_block->values + first, block.count * sizeof *block.values);
    if (starts) {
        memcpy(block.indices, from_block->indices + first, block.count * sizeof *block.indices);
        memcpy(block.labels, from_block->labels + from, block.rows * sizeof *block.labels);
        for (uint64_t row = 0; row <= block.rows; row++)
            block.starts[row] = starts[from + row] - first;
    }
    *ret_block = block;
    return 0;
}

/* Copies the first four fifths (train) and the last fifth (test) while the original stays in memory: the
 * usual effect of splitting an array by rows, unless the library returns views. */
int mlm_loading_split(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    const struct mlm_loading_config *config = &state->config;
    struct mlm_block all, train = {0}, test = {0};
    int r = whole_read(state, &all, NULL, sb);
    if (r < 0)
        return r;
    uint64_t border = all.rows - all.rows / 5;
    r = rows_copy(config, &all, 0, border, &train, sb);
    if (r == 0)
        r = rows_copy(config, &all, border, all.rows, &test, sb);
    if (r == 0) {
        mlm_progress_begin(sb, all.rows);
        block_pass(state, &train, sb);
        block_pass(state, &test, sb);
    }
    mlm_block_close(&test);
    mlm_block_close(&train);
    mlm_block_close(&all);
    return r;
}

/* For each column, the number to subtract and the factor. Sparse columns are only divided, so that their
 * zeros stay, as in scikit-learn's StandardScaler(with_mean=False). */
struct scaler {
    uint64_t columns;
    double *sums, *squares; /* of values minus `shift` */
    float *shift, *factor;
};

static void scaler_close(struct scaler *s)
{
    mlm_unmap(s->sums, s->columns * sizeof *s->sums);
    mlm_unmap(s->squares, s->columns * sizeof *s->squares);
    mlm_unmap(s->shift, s->columns * sizeof *s->shift);
    mlm_unmap(s->factor, s->columns * sizeof *s->factor);
}

static int scaler_open(uint64_t columns, struct scaler *ret_scaler, struct mlm_scoreboard *sb)
{
    static const char what[] = "the scaler";
    struct scaler s = {.columns = columns};
    s.sums = mlm_map(columns * sizeof *s.sums, what, sb);
    s.squares = mlm_map(columns * sizeof *s.squares, what, sb);
    s.shift = mlm_map(columns * sizeof *s.shift, what, sb);
    s.factor = mlm_map(columns * sizeof *s.factor, what, sb);
    if (!s.sums || !s.squares || !s.shift || !s.factor) {
        scaler_close(&s);
        return -ENOMEM;
    }
    *ret_scaler = s;
    return 0;
}

static void row_fit(const struct scaler *s, const float *restrict values)
{
    double *restrict sums = s->sums, *restrict squares = s->squares;
    const float *restrict shift = s->shift;
    for (uint64_t c = 0; c < s->columns; c++) {
        double value = (double)values[c] - (double)shift[c];
        sums[c] += value;
        squares[c] += value * value;
    }
}

/* Finds mean and variance in one pass, of the values minus those of the first row: a column of large, nearly
 * equal numbers would otherwise lose its variance to rounding. */
static void scaler_fit(struct scaler *s, const struct mlm_block *block)
{
    if (block->indices) {
        for (uint64_t i = 0; i < block->count; i++) {
            double value = (double)block->values[i];
            s->sums[block->indices[i]] += value;
            s->squares[block->indices[i]] += value * value;
        }
    } else {
        memcpy(s->shift, block->values, s->columns * sizeof *s->shift);
        for (uint64_t row = 0; row < block->rows; row++)
            row_fit(s, block->values + row * s->columns);
    }
    double rows = (double)block->rows;
    for (uint64_t c = 0; c < s->columns; c++) {
        double mean = s->sums[c] / rows;
        double variance = s->squares[c] / rows - mean * mean;
        s->factor[c] = variance > 0 ? (float)(1 / sqrt(variance)) : 1;
        s->shift[c] = (float)((double)s->shift[c] + mean);
    }
}

/* Serves both modes: `to` may be `from`. */
static void scaler_apply(const struct scaler *s, const struct mlm_block *from, struct mlm_block *to)
{
    if (from->indices) {
        for (uint64_t i = 0; i < from->count; i++)
            to->values[i] = from->values[i] * s->factor[from->indices[i]];
        return;
    }
    for (uint64_t row = 0; row < from->rows; row++) {
        const float *values = from->values + row * s->columns;
        float *scaled = to->values + row * s->columns;
        for (uint64_t c = 0; c < s->columns; c++)
            scaled[c] = (values[c] - s->shift[c]) * s->factor[c];
    }
}

static int block_scale(struct mlm_loading_state *state, struct mlm_block *block, struct mlm_scoreboard *sb)
{
    struct scaler scaler;
    struct mlm_block copy = {0}, *to = block;
    int r = scaler_open(state->config.columns, &scaler, sb);
    if (r < 0)
        return r;
    scaler_fit(&scaler, block);
    if (state->config.mode == MLM_LOADING_COPY) {
        r = mlm_loading_block_open(&state->config, block->rows, "the scaled copy", &copy, sb);
        to = &copy;
    }
    if (r == 0 && to != block && block->indices) {
        memcpy(copy.indices, block->indices, block->count * sizeof *copy.indices);
        memcpy(copy.starts, block->starts, (block->rows + 1) * sizeof *copy.starts);
        memcpy(copy.labels, block->labels, block->rows * sizeof *copy.labels);
    }
    if (r == 0) {
        to->rows = block->rows;
        to->count = block->count;
        scaler_apply(&scaler, block, to);
        mlm_progress_begin(sb, block->rows);
        block_pass(state, to, sb);
    }
    mlm_block_close(&copy);
    scaler_close(&scaler);
    return r;
}

/* Standardizes all columns, then makes the pass: over the array itself, or over a scaled copy beside it. */
int mlm_loading_scale(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_block block;
    int r = whole_read(state, &block, &state->checksum, sb);
    if (r < 0)
        return r;
    r = block_scale(state, &block, sb);
    mlm_block_close(&block);
    return r;
}
