/* The tasks in one process: alone, beside a process that holds as much memory and does nothing, and beside
 * one that reads it again and again. */
#include <errno.h>
#include <stdlib.h>

#include "data/background.h"
#include "data/memory.h"
#include "data/random.h"
#include "parallel/parallel.h"
#include "parallel/workers.h"

enum stream { STREAM_BACKGROUND = 0x626164 };

struct state {
    struct parallel_config config;
    struct parallel_row *rows;
    struct parallel_worker background;
    struct parallel_report report;
    struct mlm_scoreboard *sb;
};

void parallel_beside_destroy(void *p)
{
    struct state *state = p;
    if (!state)
        return;
    parallel_workers_kill(&state->background, 1);
    parallel_rows_unmap(&state->config, state->rows, false);
    free(state);
}

static int background_work(void *context, uint64_t worker, int fd)
{
    (void)worker;
    const struct state *state = context;
    uint64_t bytes = parallel_bytes(&state->config);
    unsigned char *data = mlm_map(bytes, "the background", state->sb);
    if (!data)
        return -ENOMEM;
    mlm_touch_random(data, bytes, mlm_random_key(state->config.job.seed, STREAM_BACKGROUND));
    int r = parallel_meet(fd);
    if (r < 0)
        return r;
    mlm_background_hold(
        data, bytes, state->config.job.page_bytes, state->config.background == PARALLEL_ACTIVE);
}

/* The background comes first: it inherits no rows then. */
int parallel_beside_prepare(const void *p, struct mlm_scoreboard *sb, void **ret_state)
{
    const struct parallel_config *config = p;
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    state->config = *config;
    state->sb = sb;
    int r = 0;
    if (config->background != PARALLEL_ALONE) {
        r = parallel_workers_start(&state->background, 1, background_work, state, sb);
        if (r == 0)
            r = parallel_workers_meet(&state->background, 1, sb);
    }
    if (r == 0 && !(state->rows = parallel_rows_map(config, false, "the rows", sb)))
        r = -ENOMEM;
    if (r < 0) {
        parallel_beside_destroy(state);
        return r;
    }
    parallel_rows_make(config, state->rows, sb);
    *ret_state = state;
    return 0;
}

int parallel_beside_run(void *p, struct mlm_scoreboard *sb)
{
    struct state *state = p;
    mlm_progress_begin(sb, PARALLEL_TASKS * state->config.rows);
    parallel_tasks_do(&state->config, state->rows, false, 0, 1, &state->report, sb);
    sb->items = state->report.rows;
    return 0;
}

int parallel_beside_verify(const void *p, struct mlm_scoreboard *sb)
{
    const struct state *state = p;
    return parallel_report_answer(&state->config, &state->report, sb);
}
