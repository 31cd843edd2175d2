/* Threads that take and release blocks of many sizes, round after round. In each round one thread has a large
 * batch, half of what is live, and the others share the other half; the large one goes round. So every thread
 * is the large one at times, and what is live is the same in all rounds. A heap that keeps for each thread
 * what that thread once had holds far more. A small block in each megabyte stays for a few rounds; therefore
 * a heap cannot just give back its top.
 *
 * Blocks are smaller than glibc's mmap threshold, so that they come from arenas. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "data/memory.h"
#include "data/parallel.h"
#include "data/random.h"
#include "data/runs.h"
#include "parallel/parallel.h"

#define ROUNDS 24u
#define BLOCK_LEAST 4096u
#define BLOCK_MOST 65536u
#define TOUCH_BYTES 4096u  /* a word is written and read in each page of every machine */
#define SURVIVOR_EVERY 32u /* blocks */
#define SURVIVOR_BYTES 4096u

/* Above this size there is no formula: the harness would need the books of all pools. */
#define COUNTED_OUT_MOST_BYTES (UINT64_C(8) << 30)

enum stream { STREAM_BLOCKS = 0x616c6c };

enum mode {
    MODE_MEMORY,
    MODE_RECKON, /* the same sum, without memory */
    MODE_DRY,    /* the books of a pool, without memory */
};

struct block {
    void *memory;
    uint32_t size, run;
};

struct survivor {
    struct block block;
    uint64_t word;
    uint64_t dies; /* the round at whose end it is released */
};

struct thread {
    const struct parallel_config *config;
    enum mode mode;
    uint64_t number;
    struct mlm_runs *pool; /* NULL: malloc() */
    struct block *blocks;  /* of this round */
    struct survivor *survivors;
    uint64_t first_survivor, survivor_count, most_blocks, taken, sum;
    int error;
};

struct state {
    struct parallel_config config;
    struct thread threads[PARALLEL_TASKS];
    pthread_barrier_t barrier;
    bool barrier_made;
    struct mlm_scoreboard *sb;
};

static uint64_t batch_bytes(const struct parallel_config *config, uint64_t thread, uint64_t round)
{
    uint64_t live = parallel_bytes(config);
    if (config->workers == 1)
        return live;
    return round % config->workers == thread ? live / 2 : live / 2 / (config->workers - 1);
}

uint64_t parallel_allocate_live_bytes(const struct parallel_config *config)
{
    uint64_t live = 0;
    for (uint64_t thread = 0; thread < config->workers; thread++)
        live += batch_bytes(config, thread, 0);
    return live;
}

static uint64_t blocks_most(const struct parallel_config *config, uint64_t thread)
{
    return batch_bytes(config, thread, thread) / BLOCK_LEAST + 1;
}

static uint64_t survivors_most(const struct parallel_config *config, uint64_t thread)
{
    return ROUNDS * (blocks_most(config, thread) / SURVIVOR_EVERY + 1);
}

static void thread_close(struct thread *thread)
{
    if (!thread->config)
        return;
    mlm_runs_close(thread->pool);
    mlm_unmap(thread->blocks, blocks_most(thread->config, thread->number) * sizeof *thread->blocks);
    mlm_unmap(thread->survivors, survivors_most(thread->config, thread->number) * sizeof *thread->survivors);
}

static int thread_open(const struct parallel_config *config, enum mode mode, uint64_t number,
    struct thread *thread, struct mlm_scoreboard *sb)
{
    *thread = (struct thread){.config = config, .mode = mode, .number = number};
    thread->blocks = mlm_map(blocks_most(config, number) * sizeof *thread->blocks, "a table of blocks", sb);
    thread->survivors =
        mlm_map(survivors_most(config, number) * sizeof *thread->survivors, "a table of blocks", sb);
    if (!thread->blocks || !thread->survivors)
        return -ENOMEM;
    if (config->heap != PARALLEL_POOLS || mode == MODE_RECKON)
        return 0;
    /* Untouched address space costs nothing. */
    uint64_t room = 4 * batch_bytes(config, number, number) + (UINT64_C(64) << 20);
    return mlm_runs_open(room, config->job.page_bytes, mode == MODE_DRY, &thread->pool, sb);
}

static bool take(struct thread *thread, uint32_t size, struct block *ret_block)
{
    struct block block = {.size = size};
    thread->taken++;
    if (thread->pool) {
        block.run = mlm_runs_alloc(thread->pool, size);
        block.memory = mlm_runs_memory(thread->pool, block.run);
    } else if (thread->mode == MODE_MEMORY) {
        block.memory = malloc(size);
    }
    if (thread->mode == MODE_MEMORY && !block.memory)
        return false;
    *ret_block = block;
    return true;
}

static void release(struct thread *thread, const struct block *block)
{
    if (thread->pool)
        mlm_runs_free(thread->pool, block->run);
    else
        free(block->memory);
}

static void words_write(const struct thread *thread, const struct block *block, uint64_t word)
{
    if (thread->mode != MODE_MEMORY)
        return;
    for (uint32_t at = 0; at + sizeof word <= block->size; at += TOUCH_BYTES)
        *(uint64_t *)(void *)((char *)block->memory + at) = word + at;
}

static void words_read(struct thread *thread, const struct block *block, uint64_t word)
{
    if (thread->mode == MODE_DRY)
        return;
    for (uint32_t at = 0; at + sizeof word <= block->size; at += TOUCH_BYTES)
        thread->sum += mlm_mix64(thread->mode == MODE_RECKON
                                     ? word + at
                                     : *(const uint64_t *)(const void *)((const char *)block->memory + at));
}

static void survivor_take(struct thread *thread, uint64_t round, uint64_t word)
{
    struct survivor survivor = {.word = word, .dies = round + thread->config->workers};
    if (!take(thread, SURVIVOR_BYTES, &survivor.block)) {
        thread->error = -ENOMEM;
        return;
    }
    words_write(thread, &survivor.block, word);
    thread->survivors[thread->first_survivor + thread->survivor_count++] = survivor;
}

static void survivors_release(struct thread *thread, uint64_t round)
{
    for (; thread->survivor_count; thread->first_survivor++, thread->survivor_count--) {
        const struct survivor *survivor = &thread->survivors[thread->first_survivor];
        if (survivor->dies > round)
            break;
        words_read(thread, &survivor->block, survivor->word);
        release(thread, &survivor->block);
    }
}

/* The content of block i of a round, and by the next index that of a survivor beside it. */
static uint64_t word_of(uint64_t key, uint64_t i)
{
    return mlm_random_u64(key, 3 * i + 1);
}

static uint64_t round_take(struct thread *thread, uint64_t round, uint64_t key)
{
    uint64_t count = 0;
    for (uint64_t left = batch_bytes(thread->config, thread->number, round); left && !thread->error;) {
        uint32_t size = BLOCK_LEAST + mlm_random_below(key, 3 * count, BLOCK_MOST - BLOCK_LEAST + 1);
        size = size < left ? size : (uint32_t)left;
        if (!take(thread, size, &thread->blocks[count])) {
            thread->error = -ENOMEM;
            break;
        }
        words_write(thread, &thread->blocks[count], word_of(key, count));
        left -= size;
        if (++count % SURVIVOR_EVERY == 0)
            survivor_take(thread, round, mlm_random_u64(key, 3 * count - 1));
    }
    thread->most_blocks = count > thread->most_blocks ? count : thread->most_blocks;
    return count;
}

static void round_release(struct thread *thread, uint64_t round, uint64_t key, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        words_read(thread, &thread->blocks[i], word_of(key, i));
        release(thread, &thread->blocks[i]);
    }
    survivors_release(thread, round == ROUNDS - 1 ? UINT64_MAX : round);
}

/* `state`: the threads run together, and all hold their batches before one releases its own. NULL: this
 * thread alone. A thread that got no memory goes on to the next barrier, where the others wait for it. */
static void thread_run(struct thread *thread, struct state *state)
{
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t key = mlm_random_key(
            thread->config->job.seed, STREAM_BLOCKS + ((thread->number * ROUNDS + round) << 32));
        uint64_t count = round_take(thread, round, key);
        if (state)
            (void)pthread_barrier_wait(&state->barrier);
        round_release(thread, round, key, count);
        if (state)
            parallel_progress(state->sb, 1);
        if (state)
            (void)pthread_barrier_wait(&state->barrier);
    }
}

uint64_t parallel_allocate_held_bytes(const struct parallel_config *config)
{
    uint64_t held = 0;
    if (config->heap != PARALLEL_POOLS || parallel_bytes(config) > COUNTED_OUT_MOST_BYTES)
        return 0;
    for (uint64_t i = 0; i < config->workers; i++) {
        struct mlm_scoreboard sb = {0};
        struct thread thread;
        int r = thread_open(config, MODE_DRY, i, &thread, &sb);
        if (r == 0) {
            thread_run(&thread, NULL);
            held += mlm_runs_resident(thread.pool) + thread.most_blocks * sizeof *thread.blocks +
                    thread.first_survivor * sizeof *thread.survivors;
        }
        thread_close(&thread);
        if (r < 0)
            return 0;
    }
    return held;
}

void parallel_allocate_destroy(void *p)
{
    struct state *state = p;
    if (!state)
        return;
    for (uint64_t i = 0; i < PARALLEL_TASKS; i++)
        thread_close(&state->threads[i]);
    if (state->barrier_made)
        (void)pthread_barrier_destroy(&state->barrier);
    free(state);
}

/* M_ARENA_MAX counts the main arena, too. */
static int heap_prepare(const struct parallel_config *config, struct mlm_scoreboard *sb)
{
    if (config->heap == PARALLEL_TWO && !mallopt(M_ARENA_MAX, 2))
        return mlm_fail(sb, -ENOTSUP, "this C library's malloc has no number of arenas to set");
    return 0;
}

int parallel_allocate_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *(const struct parallel_config *)p;
    state->sb = sb;
    const struct parallel_config *config = &state->config;
    int r = heap_prepare(config, sb);
    for (uint64_t i = 0; i < config->workers && r == 0; i++)
        r = thread_open(config, MODE_MEMORY, i, &state->threads[i], sb);
    if (r == 0) {
        r = -pthread_barrier_init(&state->barrier, NULL, (unsigned)config->workers);
        state->barrier_made = r == 0;
        if (r < 0)
            (void)mlm_fail(sb, r, "cannot make a barrier");
    }
    if (r < 0) {
        parallel_allocate_destroy(state);
        return r;
    }
    /* The trace has no data but sizes and contents. */
    sb->data_checksum =
        mlm_mix64(mlm_random_key(config->job.seed, STREAM_BLOCKS) ^ parallel_bytes(config) ^ config->workers);
    *ret_state = state;
    return 0;
}

static void thread_work(void *context, uint64_t worker)
{
    struct state *state = context;
    thread_run(&state->threads[worker], state);
}

int parallel_allocate_run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    mlm_progress_begin(sb, ROUNDS * state->config.workers);
    int r = mlm_parallel(state->config.workers, thread_work, state, sb);
    for (uint64_t i = 0; i < state->config.workers && r == 0; i++) {
        sb->items += state->threads[i].taken;
        if (state->threads[i].error)
            r = mlm_fail(sb, state->threads[i].error, "the heap refused a block");
    }
    return r;
}

/* Compares with the same sum, computed without memory. */
int parallel_allocate_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    uint64_t sum = 0, expected = 0;
    int r = 0;
    for (uint64_t i = 0; i < state->config.workers && r == 0; i++) {
        struct thread thread;
        r = thread_open(&state->config, MODE_RECKON, i, &thread, sb);
        if (r == 0)
            thread_run(&thread, NULL);
        sum += state->threads[i].sum;
        expected += thread.sum;
        thread_close(&thread);
    }
    if (r < 0)
        return r;
    mlm_answer_add(sb, (double)(sum >> 32));
    mlm_answer_add(sb, (double)(sum & UINT32_MAX));
    if (sum != expected)
        return mlm_fail(sb, -EBADMSG, "blocks were read with sum %016llx, and written with %016llx",
            (unsigned long long)sum, (unsigned long long)expected);
    return 0;
}
