/* Preparing a table of numbers for training: each column is standardised, then the pass is made. All ways
 * compute in f64 and round once to f32, so that they reach the same bits. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "data/memory.h"
#include "loading/loading.h"

/* For each column, the number to subtract and the factor. Sparse columns are only divided, so that their
 * zeros stay, as in scikit-learn's StandardScaler(with_mean=False). */
struct scaler {
    uint64_t columns, rows;
    double *sums, *squares; /* of values minus `shift` */
    double *shift, *factor;
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
    const double *restrict shift = s->shift;
    for (uint64_t c = 0; c < s->columns; c++) {
        double value = (double)values[c] - shift[c];
        sums[c] += value;
        squares[c] += value * value;
    }
}

/* Adds the rows of a block, in their order. Mean and variance are found in one pass, of the values minus
 * those of the first row: a column of large, nearly equal numbers would otherwise lose its variance to
 * rounding. */
static void scaler_add(struct scaler *s, const struct mlm_block *block)
{
    if (block->indices) {
        for (uint64_t i = 0; i < block->count; i++) {
            double value = (double)block->values[i];
            s->sums[block->indices[i]] += value;
            s->squares[block->indices[i]] += value * value;
        }
    } else {
        for (uint64_t c = 0; s->rows == 0 && block->rows && c < s->columns; c++)
            s->shift[c] = (double)block->values[c];
        for (uint64_t row = 0; row < block->rows; row++)
            row_fit(s, block->values + row * s->columns);
    }
    s->rows += block->rows;
}

static void scaler_finish(struct scaler *s)
{
    double rows = (double)s->rows;
    for (uint64_t c = 0; c < s->columns; c++) {
        double mean = s->sums[c] / rows;
        double variance = s->squares[c] / rows - mean * mean;
        s->factor[c] = variance > 0 ? 1 / sqrt(variance) : 1;
        s->shift[c] += mean;
    }
}

/* Makes the values of rows f64, scaled. */
static void row_scale(const struct scaler *s, const float *restrict values, double *restrict scaled)
{
    for (uint64_t c = 0; c < s->columns; c++)
        scaled[c] = ((double)values[c] - s->shift[c]) * s->factor[c];
}

/* The same, rounded. `to` may be `from`. */
static void scaler_apply(const struct scaler *s, const struct mlm_block *from, struct mlm_block *to)
{
    if (from->indices) {
        for (uint64_t i = 0; i < from->count; i++)
            to->values[i] = (float)((double)from->values[i] * s->factor[from->indices[i]]);
        return;
    }
    for (uint64_t row = 0; row < from->rows; row++) {
        const float *values = from->values + row * s->columns;
        float *scaled = to->values + row * s->columns;
        for (uint64_t c = 0; c < s->columns; c++)
            scaled[c] = (float)(((double)values[c] - s->shift[c]) * s->factor[c]);
    }
}

/* ---- The whole table in memory, scaled there or in a copy ---- */

static int copied(struct mlm_loading_state *state, const struct scaler *scaler, const struct mlm_block *block,
    struct mlm_scoreboard *sb)
{
    struct mlm_block copy = {0};
    int r = mlm_loading_block_open(&state->config, block->rows, "the scaled copy", &copy, sb);
    if (r < 0)
        return r;
    if (block->indices) {
        memcpy(copy.indices, block->indices, block->count * sizeof *copy.indices);
        memcpy(copy.starts, block->starts, (block->rows + 1) * sizeof *copy.starts);
        memcpy(copy.labels, block->labels, block->rows * sizeof *copy.labels);
    }
    copy.rows = block->rows;
    copy.count = block->count;
    scaler_apply(scaler, block, &copy);
    mlm_loading_block_pass(state, &copy, sb);
    mlm_block_close(&copy);
    return 0;
}

/* Rounds one row of the promoted copy to f32, which is what the pass takes. */
static void promoted_pass(
    struct mlm_loading_state *state, const struct mlm_block *block, const double *values, float *row)
{
    for (uint64_t r = 0; r < block->rows; r++) {
        uint64_t first = block->starts ? block->starts[r] : r * state->config.columns;
        uint64_t count = block->starts ? block->starts[r + 1] - first : state->config.columns;
        for (uint64_t i = 0; i < count; i++)
            row[i] = (float)values[first + i];
        if (block->indices)
            mlm_loading_pass_sparse(&state->pass, block->indices + first, row, count, block->labels[r]);
        else
            mlm_loading_pass_dense(&state->pass, row, 1);
    }
}

static int promoted(struct mlm_loading_state *state, const struct scaler *scaler,
    const struct mlm_block *block, struct mlm_scoreboard *sb)
{
    uint64_t row_bytes = state->config.columns * sizeof(float);
    double *values = mlm_map(block->count * sizeof *values, "a copy in f64", sb);
    float *row = values ? mlm_map(row_bytes, "a row", sb) : NULL;
    if (row) {
        for (uint64_t r = 0; !block->indices && r < block->rows; r++)
            row_scale(scaler, block->values + r * scaler->columns, values + r * scaler->columns);
        for (uint64_t i = 0; block->indices && i < block->count; i++)
            values[i] = (double)block->values[i] * scaler->factor[block->indices[i]];
        promoted_pass(state, block, values, row);
        mlm_progress_add(sb, block->rows);
    }
    mlm_unmap(values, block->count * sizeof *values);
    mlm_unmap(row, row_bytes);
    return row ? 0 : -ENOMEM;
}

static int block_prepare(struct mlm_loading_state *state, struct scaler *scaler, struct mlm_block *block,
    struct mlm_scoreboard *sb)
{
    scaler_add(scaler, block);
    scaler_finish(scaler);
    mlm_progress_begin(sb, block->rows);
    if (state->config.mode == MLM_LOADING_COPY)
        return copied(state, scaler, block, sb);
    if (state->config.mode == MLM_LOADING_F64)
        return promoted(state, scaler, block, sb);
    scaler_apply(scaler, block, block);
    mlm_loading_block_pass(state, block, sb);
    return 0;
}

static int whole(struct mlm_loading_state *state, struct scaler *scaler, struct mlm_scoreboard *sb)
{
    struct mlm_block block;
    int r = mlm_loading_whole_read(state, &block, &state->checksum, sb);
    if (r < 0)
        return r;
    r = block_prepare(state, scaler, &block, sb);
    mlm_block_close(&block);
    return r;
}

/* ---- A batch in memory: the file is read once for the means, and once more ---- */

static int batches_read(struct mlm_loading_state *state, struct mlm_reader *reader, struct scaler *scaler,
    struct mlm_block *batch, bool scales, struct mlm_scoreboard *sb)
{
    struct mlm_loading_pass raw = {.columns = state->config.columns};
    int r;
    while ((r = mlm_loading_next(&state->config, reader, batch, sb)) > 0) {
        mlm_loading_pass_block(&raw, batch, 0, batch->rows);
        if (scales) {
            scaler_apply(scaler, batch, batch);
            mlm_loading_pass_block(&state->pass, batch, 0, batch->rows);
        } else {
            scaler_add(scaler, batch);
        }
        mlm_progress_add(sb, batch->rows);
    }
    if (r < 0)
        return r;
    if (scales && raw.sum != state->checksum)
        return mlm_file_changed(sb, reader->decoder.name, "it held other values the first time");
    state->checksum = raw.sum;
    return mlm_loading_end(&state->config, reader, sb);
}

static int streamed(struct mlm_loading_state *state, struct scaler *scaler, struct mlm_scoreboard *sb)
{
    struct mlm_reader reader;
    struct mlm_block batch = {0};
    int r = mlm_loading_open(&state->config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    mlm_progress_begin(sb, 2 * state->config.rows);
    r = mlm_loading_block_open(&state->config, state->config.batch, "a batch", &batch, sb);
    if (r == 0)
        r = batches_read(state, &reader, scaler, &batch, false, sb);
    if (r == 0) {
        scaler_finish(scaler);
        r = mlm_reader_rewind(&reader, sb);
    }
    if (r == 0)
        r = batches_read(state, &reader, scaler, &batch, true, sb);
    mlm_block_close(&batch);
    mlm_reader_close(&reader);
    return r;
}

int mlm_loading_prepare(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct scaler scaler;
    int r = scaler_open(state->config.columns, &scaler, sb);
    if (r < 0)
        return r;
    r = state->config.mode == MLM_LOADING_STREAM ? streamed(state, &scaler, sb) : whole(state, &scaler, sb);
    scaler_close(&scaler);
    return r;
}
