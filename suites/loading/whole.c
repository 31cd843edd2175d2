/* Variants that hold the whole dataset in memory, once or twice. */
#include <string.h>

#include "loading/loading.h"

int mlm_loading_whole_read(struct mlm_loading_state *state, struct mlm_block *ret_block, uint64_t *ret_sum,
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

void mlm_loading_block_pass(
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
    int r = mlm_loading_whole_read(state, &block, NULL, sb);
    if (r < 0)
        return r;
    mlm_progress_begin(sb, block.rows);
    mlm_loading_block_pass(state, &block, sb);
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
    int r = mlm_loading_whole_read(state, &all, NULL, sb);
    if (r < 0)
        return r;
    uint64_t border = all.rows - all.rows / 5;
    r = rows_copy(config, &all, 0, border, &train, sb);
    if (r == 0)
        r = rows_copy(config, &all, border, all.rows, &test, sb);
    if (r == 0) {
        mlm_progress_begin(sb, all.rows);
        mlm_loading_block_pass(state, &train, sb);
        mlm_loading_block_pass(state, &test, sb);
    }
    mlm_block_close(&test);
    mlm_block_close(&train);
    mlm_block_close(&all);
    return r;
}
