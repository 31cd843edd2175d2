/* Every worker looks at all rows once for each of its tasks. In the variants it has a copy of them; the first
 * process's own, untouched or with a count written beside each row; one map that all share; or it is a thread
 * and needs nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/parallel.h"
#include "parallel/parallel.h"
#include "parallel/workers.h"

struct state {
    struct parallel_config config;
    const struct parallel_way *way;
    struct parallel_row *rows;
    struct parallel_report report; /* of all workers together */
};

/* What the workers need, in a process or a thread each. */
struct team {
    const struct state *state;
    struct mlm_scoreboard *sb;
    struct parallel_report *reports; /* threads: one for each worker */
};

void parallel_passes_destroy(void *p)
{
    struct state *state = p;
    if (state)
        parallel_rows_unmap(&state->config, state->rows, state->way->shared_map);
    free(state);
}

int parallel_passes_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct parallel_config *config = p;
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *config;
    state->way = config->job.workload->variant;
    state->rows = parallel_rows_map(config, state->way->shared_map, "the rows", sb);
    if (!state->rows) {
        parallel_passes_destroy(state);
        return -ENOMEM;
    }
    parallel_rows_make(config, state->rows, sb);
    *ret_state = state;
    return 0;
}

static int worker_work(void *context, uint64_t worker, int fd)
{
    const struct team *team = context;
    const struct state *state = team->state;
    const struct parallel_config *config = &state->config;
    struct parallel_row *rows = state->rows;
    if (state->way->copies) {
        rows = mlm_map(parallel_bytes(config), "a worker's copy", team->sb);
        if (!rows)
            return -ENOMEM;
        memcpy(rows, state->rows, parallel_bytes(config));
    }
    int r = parallel_meet(fd);
    if (r < 0)
        return r;
    struct parallel_report report = {.rows = 0};
    parallel_tasks_do(config, rows, state->way->counts, worker, config->workers, &report, team->sb);
    r = parallel_send(fd, &report, sizeof report);
    return r < 0 ? r : parallel_stay(fd);
}

static void report_add(struct parallel_report *sum, const struct parallel_report *report)
{
    for (unsigned task = 0; task < PARALLEL_TASKS; task++)
        sum->sums[task] += report->sums[task];
    sum->rows += report->rows;
}

static int processes_run(struct state *state, struct team *team, struct mlm_scoreboard *sb)
{
    struct parallel_worker workers[PARALLEL_TASKS] = {{.pid = 0}};
    uint64_t count = state->config.workers;
    int r = parallel_workers_start(workers, count, worker_work, team, sb);
    if (r == 0)
        r = parallel_workers_meet(workers, count, sb);
    for (uint64_t i = 0; i < count && r == 0; i++) {
        struct parallel_report report;
        r = parallel_worker_receive(&workers[i], &report, sizeof report, sb);
        if (r == 0)
            report_add(&state->report, &report);
    }
    if (r == 0)
        return parallel_workers_end(workers, count, sb);
    parallel_workers_kill(workers, count);
    return r;
}

static void thread_work(void *context, uint64_t worker)
{
    const struct team *team = context;
    const struct state *state = team->state;
    parallel_tasks_do(&state->config, state->rows, state->way->counts, worker, state->config.workers,
        &team->reports[worker], team->sb);
}

static int threads_run(struct state *state, struct team *team, struct mlm_scoreboard *sb)
{
    struct parallel_report reports[PARALLEL_TASKS] = {{.rows = 0}};
    team->reports = reports;
    int r = mlm_parallel(state->config.workers, thread_work, team, sb);
    for (uint64_t i = 0; i < state->config.workers && r == 0; i++)
        report_add(&state->report, &reports[i]);
    return r;
}

int parallel_passes_run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    struct team team = {.state = state, .sb = sb};
    mlm_progress_begin(sb, PARALLEL_TASKS * state->config.rows);
    int r = state->way->threads ? threads_run(state, &team, sb) : processes_run(state, &team, sb);
    sb->items = state->report.rows;
    return r;
}

int parallel_passes_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    return parallel_report_answer(&state->config, &state->report, sb);
}
