/* A reader thread runs ahead of the pass: it fills one batch while the pass takes another, and up to `depth`
 * full batches wait between them. This helps where reading waits for the disk or decoding takes time; it
 * costs the memory of the queue. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "loading/loading.h"

struct queue {
    const struct mlm_loading_config *config;
    struct mlm_reader *reader;
    struct mlm_scoreboard *sb;
    uint64_t slots; /* depth + 2: the queue, the reader's batch and the pass's batch */
    struct mlm_block blocks[MLM_LOADING_DEPTH_MAX + 2];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Protected by the lock. Batch i is in blocks[i % slots]; filled ≤ taken + slots. */
    uint64_t filled, taken;
    bool ended; /* no batch follows the filled ones: the file ended, or an error occurred */
    int error;
};

/* Only the reader writes messages while both threads run; the pass writes its own after the join. */
static void *reader_run(void *p)
{
    struct queue *q = p;
    for (;;) {
        (void)pthread_mutex_lock(&q->lock);
        while (q->filled == q->taken + q->slots)
            (void)pthread_cond_wait(&q->changed, &q->lock);
        struct mlm_block *block = &q->blocks[q->filled % q->slots];
        (void)pthread_mutex_unlock(&q->lock);

        mlm_block_clear(block);
        int r = mlm_loading_fill(q->config, q->reader, block, q->sb);

        (void)pthread_mutex_lock(&q->lock);
        bool more = r == 0 && block->rows != 0;
        if (more) {
            q->filled++;
        } else {
            q->ended = true;
            q->error = r;
        }
        (void)pthread_cond_signal(&q->changed);
        (void)pthread_mutex_unlock(&q->lock);
        if (!more)
            return NULL;
    }
}

/* Returns the next full batch; NULL after the last. */
static const struct mlm_block *batch_next(struct queue *q)
{
    const struct mlm_block *block = NULL;
    (void)pthread_mutex_lock(&q->lock);
    while (q->filled == q->taken && !q->ended)
        (void)pthread_cond_wait(&q->changed, &q->lock);
    if (q->filled > q->taken)
        block = &q->blocks[q->taken % q->slots];
    (void)pthread_mutex_unlock(&q->lock);
    return block;
}

static void batch_return(struct queue *q)
{
    (void)pthread_mutex_lock(&q->lock);
    q->taken++;
    (void)pthread_cond_signal(&q->changed);
    (void)pthread_mutex_unlock(&q->lock);
}

static int queue_pass(struct queue *q, struct mlm_loading_state *state, struct mlm_scoreboard *sb)
{
    pthread_t thread;
    int r = pthread_create(&thread, NULL, reader_run, q);
    if (r != 0)
        return mlm_fail(sb, -r, "cannot start the reader thread: %s", strerror(r));
    mlm_progress_begin(sb, state->config.rows);
    for (const struct mlm_block *batch; (batch = batch_next(q)); batch_return(q)) {
        mlm_loading_pass_block(&state->pass, batch, 0, batch->rows);
        mlm_progress_add(sb, batch->rows);
    }
    (void)pthread_join(thread, NULL);
    if (q->error < 0)
        return q->error;
    return mlm_loading_end(&state->config, q->reader, sb);
}

int mlm_loading_prefetch(void *p, struct mlm_scoreboard *sb)
{
    struct mlm_loading_state *state = p;
    struct mlm_reader reader;
    int r = mlm_loading_open(&state->config, MLM_READ, &reader, sb);
    if (r < 0)
        return r;
    struct queue q = {
        .config = &state->config,
        .reader = &reader,
        .sb = sb,
        .slots = state->config.depth + 2,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    for (uint64_t i = 0; r == 0 && i < q.slots; i++)
        r = mlm_loading_block_open(&state->config, state->config.batch, "the queue", &q.blocks[i], sb);
    if (r == 0)
        r = queue_pass(&q, state, sb);
    for (uint64_t i = 0; i < q.slots; i++)
        mlm_block_close(&q.blocks[i]);
    (void)pthread_cond_destroy(&q.changed);
    (void)pthread_mutex_destroy(&q.lock);
    mlm_reader_close(&reader);
    return r;
}
