/* A shuffle buffer of K rows. Each new row takes the place of a row that is drawn at random and goes to the
 * pass. At the end, the remaining rows follow in random order. */
#include <errno.h>
#include <string.h>

#include "data/memory.h"
#include "data/random.h"
#include "loading/loading.h"

/* A stream of random numbers that is used for no data. */
#define STREAM 0x73687566666c65

/* Rows of a sparse file differ in length. Each place has room for the widest row, which the reader enforces;
 * a shorter row touches only the begin of its place. */
struct places {
    uint64_t key, draws;
    uint64_t count, held;
    uint64_t stride;   /* values that fit in a place */
    float *values;     /* [count][stride] */
    uint32_t *indices; /* sparse: columns, laid out as `values` */
    uint32_t *lengths; /* sparse: number of values in each place */
    float *labels;     /* sparse: label of the row in each place */
};

static void places_close(struct places *s)
{
    mlm_unmap(s->values, s->count * s->stride * sizeof *s->values);
    mlm_unmap(s->indices, s->count * s->stride * sizeof *s->indices);
    mlm_unmap(s->lengths, s->count * sizeof *s->lengths);
    mlm_unmap(s->labels, s->count * sizeof *s->labels);
}

static int places_open(
    const struct mlm_loading_config *config, struct places *ret_places, struct mlm_scoreboard *sb)
{
    static const char what[] = "the shuffle buffer";
    struct places s = {
        .key = mlm_random_key(config->job.seed, STREAM),
        .count = config->buffer,
        .stride = config->sparse ? config->widest_row : config->columns,
    };
    uint64_t values;
    if (__builtin_mul_overflow(s.count, s.stride, &values) || values > SIZE_MAX / 16)
        return mlm_fail(sb, -ENOMEM, "no machine has the memory for %s", what);
    s.values = mlm_map(values * sizeof *s.values, what, sb);
    if (config->sparse) {
        s.indices = mlm_map(values * sizeof *s.indices, what, sb);
        s.lengths = mlm_map(s.count * sizeof *s.lengths, what, sb);
        s.labels = mlm_map(s.count * sizeof *s.labels, what, sb);
    }
    if (!s.values || (config->sparse && (!s.indices || !s.lengths || !s.labels))) {
        places_close(&s);
        return -ENOMEM;
    }
    *ret_places = s;
    return 0;
}

static uint64_t draw(struct places *s)
{
    return mlm_random_below(s->key, s->draws++, (uint32_t)s->held);
}

static void row_put(struct places *s, uint64_t place, const float *values, const uint32_t *indices,
    uint64_t length, float label)
{
    memcpy(s->values + place * s->stride, values, length * sizeof *values);
    if (!s->indices || !indices)
        return;
    memcpy(s->indices + place * s->stride, indices, length * sizeof *indices);
    s->lengths[place] = (uint32_t)length;
    s->labels[place] = label;
}

static void row_pass(const struct places *s, uint64_t place, struct mlm_loading_pass *pass)
{
    const float *values = s->values + place * s->stride;
    if (s->indices)
        mlm_loading_pass_sparse(
            pass, s->indices + place * s->stride, values, s->lengths[place], s->labels[place]);
    else
        mlm_loading_pass_dense(pass, values, 1);
}

static void batch_exchange(struct places *s, const struct mlm_block *batch, struct mlm_loading_pass *pass)
{
    for (uint64_t row = 0; row < batch->rows; row++) {
        uint64_t place = s->held;
        if (s->held == s->count) {
            place = draw(s);
            row_pass(s, place, pass);
        } else {
            s->held++;
        }
        if (batch->indices)
            row_put(s, place, batch->values + batch->starts[row], batch->indices + batch->starts[row],
                batch->starts[row + 1] - batch->starts[row], batch->labels[row]);
        else
            row_put(s, place, batch->values + row * s->stride, NULL, s->stride, 0);
    }
}

static void rest_pass(struct places *s, struct mlm_loading_pass *pass)
{
    while (s->held) {
        uint64_t place = draw(s);
        row_pass(s, place, pass);
        uint64_t last = --s->held;
        if (place == last)
            continue;
        if (s->indices)
            row_put(s, place, s->values + last * s->stride, s->indices + last * s->stride, s->lengths[last],
                s->labels[last]);
        else
            row_put(s, place, s->values + last * s->stride, NULL, s->stride, 0);
    }
}

static int rows_exchange(struct mlm_loading_state *state, struct mlm_reader *reader, struct places *s,
    struct mlm_block *batch, struct mlm_scoreboard *sb)
{
    mlm_progress_begin(sb, state->config.rows);
    int r;
    while ((r = mlm_loading_next(&state->config, reader, batch, sb)) > 0) {
        batch_exchange(s, batch, &state->pass);
        mlm_progress_add(sb, batch->rows);
    }
    if (r < 0)
        return r;
    rest_pass(s, &state->pass);
    return mlm_loading_end(&state->config, reader, sb);
}

int mlm_loading_shuffle(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_reader reader;
    struct mlm_block batch = {0};
    struct places places = {0};
    int r = mlm_loading_open(&state->config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    r = mlm_loading_block_open(&state->config, state->config.batch, "a batch", &batch, sb);
    if (r == 0)
        r = places_open(&state->config, &places, sb);
    if (r == 0)
        r = rows_exchange(state, &reader, &places, &batch, sb);
    places_close(&places);
    mlm_block_close(&batch);
    mlm_reader_close(&reader);
    return r;
}
