/* Every worker scales its part of the rows, and the first process gets all of them: as copies through a
 * socket, as the pools of Python's multiprocessing send results, or in memory that all share. */
#include <errno.h>
#include <stdlib.h>

#include "data/memory.h"
#include "data/parallel.h"
#include "parallel/parallel.h"
#include "parallel/workers.h"

/* Bytes that are received between two reports of progress. */
#define PIECE_BYTES (UINT64_C(4) << 20)

struct state {
    struct parallel_config config;
    struct parallel_row *rows, *results;
    struct mlm_scoreboard *sb;
};

static bool shares(const struct state *state)
{
    return state->config.results == PARALLEL_SHARED;
}

void parallel_gather_destroy(void *p)
{
    struct state *state = p;
    if (!state)
        return;
    parallel_rows_unmap(&state->config, state->rows, false);
    parallel_rows_unmap(&state->config, state->results, shares(state));
    free(state);
}

int parallel_gather_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct parallel_config *config = p;
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *config;
    state->sb = sb;
    state->rows = parallel_rows_map(config, false, "the rows", sb);
    if (state->rows)
        state->results = parallel_rows_map(config, shares(state), "the results", sb);
    if (!state->results) {
        parallel_gather_destroy(state);
        return -ENOMEM;
    }
    parallel_rows_make(config, state->rows, sb);
    *ret_state = state;
    return 0;
}

static uint64_t part_begin(const struct state *state, uint64_t worker)
{
    return mlm_part_begin(state->config.rows, worker, state->config.workers);
}

static int worker_work(void *context, uint64_t worker, int fd)
{
    const struct state *state = context;
    uint64_t begin = part_begin(state, worker), end = part_begin(state, worker + 1);
    size_t size = (end - begin) * sizeof *state->rows;
    struct parallel_row *out =
        shares(state) ? state->results + begin : mlm_map(size, "a worker's results", state->sb);
    if (!out)
        return -ENOMEM;
    parallel_rows_scale(&state->config, state->rows, begin, end, out, state->sb);
    int r = parallel_meet(fd);
    if (r == 0 && !shares(state))
        r = parallel_send(fd, out, size);
    return r < 0 ? r : parallel_stay(fd);
}

/* A worker holds its results until all are gathered, as the caller of a pool holds what map() returns. */
static int receive(const struct state *state, struct parallel_worker *workers, struct mlm_scoreboard *sb)
{
    for (uint64_t i = 0; i < state->config.workers; i++) {
        char *at = (char *)(state->results + part_begin(state, i));
        char *end = (char *)(state->results + part_begin(state, i + 1));
        for (uint64_t some; at < end; at += some) {
            some = (uint64_t)(end - at) < PIECE_BYTES ? (uint64_t)(end - at) : PIECE_BYTES;
            int r = parallel_worker_receive(&workers[i], at, some, sb);
            if (r < 0)
                return r;
            parallel_progress(sb, some / sizeof *state->rows);
        }
    }
    return 0;
}

int parallel_gather_run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    struct parallel_worker workers[PARALLEL_TASKS] = {{.pid = 0}};
    uint64_t count = state->config.workers;
    mlm_progress_begin(sb, state->config.rows * (shares(state) ? 1 : 2));
    int r = parallel_workers_start(workers, count, worker_work, state, sb);
    if (r == 0)
        r = parallel_workers_meet(workers, count, sb);
    if (r == 0 && !shares(state))
        r = receive(state, workers, sb);
    if (r == 0)
        r = parallel_workers_end(workers, count, sb);
    else
        parallel_workers_kill(workers, count);
    sb->items = state->config.rows;
    return r;
}

int parallel_gather_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    return parallel_rows_answer(&state->config, state->results, sb);
}
