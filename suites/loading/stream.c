/* Variants that hold one batch and never the whole dataset. */
#include "loading/loading.h"

/* Fills a batch, passes over it, and repeats. */
static int batches_pass(struct mlm_loading_state *state, struct mlm_reader *reader, struct mlm_block *batch,
    struct mlm_scoreboard *sb)
{
    mlm_progress_begin(sb, state->config.rows);
    int r;
    while ((r = mlm_loading_next(&state->config, reader, batch, sb)) > 0) {
        mlm_loading_pass_block(&state->pass, batch, 0, batch->rows);
        mlm_progress_add(sb, batch->rows);
    }
    return r < 0 ? r : mlm_loading_end(&state->config, reader, sb);
}

static int decoded_pass(struct mlm_loading_state *state, struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    struct mlm_block batch;
    int r = mlm_loading_block_open(&state->config, state->config.batch, "a batch", &batch, sb);
    if (r < 0)
        return r;
    r = batches_pass(state, reader, &batch, sb);
    mlm_block_close(&batch);
    return r;
}

int mlm_loading_generator(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_reader reader;
    int r = mlm_loading_open(&state->config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    r = decoded_pass(state, &reader, sb);
    mlm_reader_close(&reader);
    return r;
}

/* Plain mmap() without madvise(), as numpy.memmap does it. Where the file holds the values as memory does,
 * nothing is copied, and the kernel can take back every page. Otherwise batches are decoded from the
 * mapping. */
int mlm_loading_mmap(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    const struct mlm_loading_config *config = &state->config;
    struct mlm_reader reader;
    int r = mlm_loading_open(config, MLM_MAP, &reader, sb);
    if (r < 0)
        return r;
    const float *values = mlm_reader_values(&reader);
    if (values) {
        mlm_progress_begin(sb, config->rows);
        for (uint64_t row = 0; row < config->rows;) {
            uint64_t rows = config->rows - row < config->batch ? config->rows - row : config->batch;
            mlm_loading_pass_dense(&state->pass, values + row * config->columns, rows);
            mlm_progress_add(sb, rows);
            row += rows;
        }
    } else {
        r = decoded_pass(state, &reader, sb);
    }
    mlm_reader_close(&reader);
    return r;
}
