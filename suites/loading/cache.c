/* Three epochs over a file whose decoded batches are kept in a cache. The batch that was used longest ago
 * makes room (LRU). The first epoch is in the order of the file and finds where each batch begins; a batch
 * that is not in the cache later is read and decoded again from there.
 *
 * A cache with room for a share s of the batches finds fewer than that. A batch is found again if the batches
 * between its two visits leave room for it. In shuffled epochs that has the probability s + (1 - s) ln(1 -
 * s): 15 % for one half, 67 % for nine tenths. In the order of the file a cache finds nothing, unless it has
 * room for all: each batch goes just before it is wanted again. */
#include <errno.h>
#include <stdlib.h>

#include "data/memory.h"
#include "data/random.h"
#include "loading/loading.h"

#define STREAM 0x6c7275

#define NOWHERE UINT32_MAX

/* Neighbours in the list of places, from the one that was used last to the one that was used longest ago; the
 * place `places` is both ends. */
struct link {
    uint32_t newer, older;
};

struct cache {
    const struct mlm_loading_config *config;
    uint64_t batches, places, used;
    bool keeps;               /* false: one place, and nothing is found in it */
    struct mlm_block *blocks; /* of each place */
    struct mlm_block whole;   /* dense: the memory of all places */
    struct link *links;       /* places + 1 */
    uint32_t *batch_in;       /* of each place */
    uint32_t *place_of;       /* of each batch; NOWHERE */
    uint32_t *order;          /* of the batches in an epoch */
    struct mlm_reader_mark *marks;
};

uint64_t mlm_loading_batches(const struct mlm_loading_config *config)
{
    return (config->rows + config->batch - 1) / config->batch;
}

uint64_t mlm_loading_cached(const struct mlm_loading_config *config)
{
    return (uint64_t)((double)mlm_loading_batches(config) * config->share);
}

static uint64_t places_of(const struct mlm_loading_config *config)
{
    uint64_t cached = mlm_loading_cached(config);
    return cached ? cached : 1;
}

uint64_t mlm_loading_cache_list_bytes(const struct mlm_loading_config *config)
{
    const struct cache *c = NULL;
    uint64_t place = sizeof *c->blocks + sizeof *c->links + sizeof *c->batch_in;
    uint64_t batch = sizeof *c->place_of + sizeof *c->order + sizeof *c->marks;
    return places_of(config) * place + mlm_loading_batches(config) * batch;
}

static void cache_close(struct cache *c)
{
    for (uint64_t place = 0; !c->whole.values && place < c->used; place++)
        mlm_block_close(&c->blocks[place]);
    mlm_block_close(&c->whole);
    mlm_unmap(c->blocks, c->places * sizeof *c->blocks);
    mlm_unmap(c->links, (c->places + 1) * sizeof *c->links);
    mlm_unmap(c->batch_in, c->places * sizeof *c->batch_in);
    mlm_unmap(c->place_of, c->batches * sizeof *c->place_of);
    mlm_unmap(c->order, c->batches * sizeof *c->order);
    mlm_unmap(c->marks, c->batches * sizeof *c->marks);
}

static int cache_open(
    const struct mlm_loading_config *config, struct cache *ret_cache, struct mlm_scoreboard *sb)
{
    static const char what[] = "the cache's lists";
    struct cache c = {.config = config,
        .batches = mlm_loading_batches(config),
        .places = places_of(config),
        .keeps = mlm_loading_cached(config) > 0};
    if (c.batches >= NOWHERE)
        return mlm_fail(sb, -ENOTSUP, "there are more batches than a cache can name; make them larger");
    c.blocks = mlm_map(c.places * sizeof *c.blocks, what, sb);
    c.links = mlm_map((c.places + 1) * sizeof *c.links, what, sb);
    c.batch_in = mlm_map(c.places * sizeof *c.batch_in, what, sb);
    c.place_of = mlm_map(c.batches * sizeof *c.place_of, what, sb);
    c.order = mlm_map(c.batches * sizeof *c.order, what, sb);
    c.marks = mlm_map(c.batches * sizeof *c.marks, what, sb);
    if (!c.blocks || !c.links || !c.batch_in || !c.place_of || !c.order || !c.marks) {
        cache_close(&c);
        return -ENOMEM;
    }
    if (!config->sparse) {
        int r = mlm_loading_block_open(config, c.places * config->batch, "the cache", &c.whole, sb);
        if (r < 0) {
            cache_close(&c);
            return r;
        }
    }
    c.links[c.places] = (struct link){(uint32_t)c.places, (uint32_t)c.places};
    for (uint64_t b = 0; b < c.batches; b++) {
        c.place_of[b] = NOWHERE;
        c.order[b] = (uint32_t)b;
    }
    *ret_cache = c;
    return 0;
}

static void list_remove(struct cache *c, uint32_t place)
{
    struct link link = c->links[place];
    c->links[link.newer].older = link.older;
    c->links[link.older].newer = link.newer;
}

/* Makes a place the one that was used last. */
static void list_add(struct cache *c, uint32_t place)
{
    uint32_t end = (uint32_t)c->places, next = c->links[end].older;
    c->links[place] = (struct link){.newer = end, .older = next};
    c->links[next].newer = place;
    c->links[end].older = place;
}

/* Makes room for a batch: of sparse rows as much as the longest ones may need. */
static int place_open(struct cache *c, uint64_t place, struct mlm_scoreboard *sb)
{
    if (c->config->sparse)
        return mlm_loading_block_open(c->config, c->config->batch, "a batch", &c->blocks[place], sb);
    uint64_t values = c->config->batch * c->config->columns;
    c->blocks[place] = (struct mlm_block){.capacity_rows = c->config->batch,
        .capacity_values = values,
        .values = c->whole.values + place * values};
    return 0;
}

/* Finds a place for a batch: a new one, or that of the batch which was used longest ago. */
static int place_make(struct cache *c, uint32_t *ret_place, struct mlm_scoreboard *sb)
{
    if (c->used < c->places) {
        *ret_place = (uint32_t)c->used;
        int r = place_open(c, c->used, sb);
        if (r < 0)
            return r;
        c->used++;
        return 0;
    }
    uint32_t oldest = c->links[c->places].newer;
    list_remove(c, oldest);
    c->place_of[c->batch_in[oldest]] = NOWHERE;
    *ret_place = oldest;
    return 0;
}

static uint64_t rows_of(const struct mlm_loading_config *config, uint64_t batch)
{
    uint64_t left = config->rows - batch * config->batch;
    return left < config->batch ? left : config->batch;
}

/* Reads and decodes a batch. In the first epoch the reader stands before it. */
static int batch_read(struct cache *c, struct mlm_reader *reader, uint32_t batch, bool first,
    uint32_t *ret_place, struct mlm_scoreboard *sb)
{
    int r = place_make(c, ret_place, sb);
    if (r < 0)
        return r;
    struct mlm_block *block = &c->blocks[*ret_place];
    mlm_block_clear(block);
    block->capacity_rows = rows_of(c->config, batch);
    if (first)
        mlm_reader_mark(reader, &c->marks[batch]);
    else
        r = mlm_reader_seek(reader, &c->marks[batch], sb);
    if (r == 0)
        r = mlm_loading_fill(c->config, reader, block, sb);
    if (r == 0 && block->rows != block->capacity_rows)
        r = mlm_loading_end(c->config, reader, sb);
    block->capacity_rows = c->config->batch;
    c->batch_in[*ret_place] = batch;
    c->place_of[batch] = c->keeps ? *ret_place : NOWHERE;
    return r;
}

/* The next step of a shuffle (Fisher and Yates): moves a batch that was not visited yet to place `i`. */
static void batch_draw(struct cache *c, uint64_t key, uint64_t i)
{
    uint64_t other = i + mlm_random_below(key, i, (uint32_t)(c->batches - i));
    uint32_t batch = c->order[other];
    c->order[other] = c->order[i];
    c->order[i] = batch;
}

static int epoch_run(struct mlm_loading_state *state, struct cache *c, struct mlm_reader *reader,
    uint64_t epoch, struct mlm_scoreboard *sb)
{
    uint64_t key = mlm_random_key(state->config.job.seed, STREAM + epoch);
    for (uint64_t i = 0; i < c->batches; i++) {
        if (epoch > 0 && state->config.visits == MLM_LOADING_SHUFFLED)
            batch_draw(c, key, i);
        uint32_t batch = c->order[i], place = c->place_of[batch];
        if (place == NOWHERE) {
            int r = batch_read(c, reader, batch, epoch == 0, &place, sb);
            if (r < 0)
                return r;
        } else {
            list_remove(c, place);
            state->hits++;
        }
        list_add(c, place);
        mlm_loading_pass_block(&state->pass, &c->blocks[place], 0, c->blocks[place].rows);
        mlm_progress_add(sb, c->blocks[place].rows);
    }
    return 0;
}

/* No row follows the last one that is known. */
static int end_check(
    const struct mlm_loading_config *config, struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    struct mlm_block one = {0};
    int r = mlm_loading_block_open(config, 1, "a row", &one, sb);
    if (r == 0)
        r = mlm_loading_fill(config, reader, &one, sb);
    if (r == 0)
        r = mlm_loading_end(config, reader, sb);
    mlm_block_close(&one);
    return r;
}

int mlm_loading_cache(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_reader reader;
    struct cache cache = {0};
    int r = mlm_loading_open(&state->config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    r = cache_open(&state->config, &cache, sb);
    mlm_progress_begin(sb, MLM_LOADING_EPOCHS * state->config.rows);
    for (uint64_t epoch = 0; r == 0 && epoch < MLM_LOADING_EPOCHS; epoch++) {
        r = epoch_run(state, &cache, &reader, epoch, sb);
        if (r == 0 && epoch == 0) {
            state->checksum = state->pass.sum;
            r = end_check(&state->config, &reader, sb);
        }
    }
    cache_close(&cache);
    mlm_reader_close(&reader);
    return r;
}
