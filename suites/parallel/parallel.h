/* The suite parallel: what do workers cost? W workers look at the same D bytes of rows. The variants differ
 * in how a worker comes by the rows, and in how its results come back.
 *
 *   first process  makes the rows, starts the workers, and gathers what they found
 *   worker         a process forked from the first one, or one of its threads
 *   task           a pass over all rows with weights of its own; the workers share the tasks
 *   f              share of a worker's pages that become its own: 1 where it copies the rows, or writes a
 *                  count beside each; 0 where it shares them. The rows take (1 + W·f)·D
 *
 * All numbers are whole and small, so that every sum is exact: rows that do equal work agree bit for bit.
 *
 * --data is what four workers with copies and the first process hold together: five times the rows. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "workload.h"

#define PARALLEL_TASKS 16u /* and so many workers at most */
#define PARALLEL_SHARES 5u /* --data is so many times the rows */
#define PARALLEL_VALUES 60u

/* An object with a count of its references, as every object of CPython has one. */
struct parallel_row {
    uint64_t count;
    uint64_t number; /* place among the rows, from 0 */
    float values[PARALLEL_VALUES];
};

_Static_assert(sizeof(struct parallel_row) == 256, "no page has a part of a row without a count");

enum parallel_results { PARALLEL_COPIES, PARALLEL_SHARED };
enum parallel_heap { PARALLEL_ARENAS, PARALLEL_TWO, PARALLEL_POOLS };
enum parallel_background { PARALLEL_ALONE, PARALLEL_IDLE, PARALLEL_ACTIVE };

struct parallel_config {
    struct mlm_job job;
    uint64_t workers;
    uint32_t results;    /* enum parallel_results */
    uint32_t heap;       /* enum parallel_heap */
    uint32_t background; /* enum parallel_background */
    uint64_t rows;       /* derived */
};

/* How a worker comes by the rows: the variant of a workload. */
struct parallel_way {
    bool shared_map; /* the rows lie in a shared mapping */
    bool copies;     /* each worker copies them */
    bool counts;     /* each worker writes to the count beside each row */
    bool threads;
};

/* What a worker found. */
struct parallel_report {
    uint64_t sums[PARALLEL_TASKS]; /* by task */
    uint64_t rows;                 /* rows looked at */
};

static inline uint64_t parallel_bytes(const struct parallel_config *config)
{
    return config->rows * sizeof(struct parallel_row);
}

/* Workers add to the progress at the same time; the first process only waits then. */
static inline void parallel_progress(struct mlm_scoreboard *sb, uint64_t steps)
{
    atomic_fetch_add_explicit(&sb->progress_done, steps, memory_order_relaxed);
}

/* ---- rows.c ---- */

/* Maps memory for all rows, which other processes share or copy on writing. NULL: -ENOMEM through mlm_fail().
 */
struct parallel_row *parallel_rows_map(
    const struct parallel_config *config, bool shared, const char *what, struct mlm_scoreboard *sb);
void parallel_rows_unmap(
    const struct parallel_config *config, struct parallel_row *rows, bool shared); /* accepts NULL */

/* Makes all rows, and the data's checksum. */
void parallel_rows_make(
    const struct parallel_config *config, struct parallel_row *rows, struct mlm_scoreboard *sb);

/* Does every task t = first, first + step, …, and adds what it finds to the report. counts: holds a reference
 * to each row while it is looked at. */
void parallel_tasks_do(const struct parallel_config *config, struct parallel_row *rows, bool counts,
    uint64_t first, uint64_t step, struct parallel_report *report, struct mlm_scoreboard *sb);

/* Adds the sums to the answer, a number for every two tasks; -EBADMSG if not all rows were looked at in all
 * tasks. */
int parallel_report_answer(
    const struct parallel_config *config, const struct parallel_report *report, struct mlm_scoreboard *sb);

/* Writes rows [begin, end), scaled and moved column by column, to `out`, which begins at `begin`. */
void parallel_rows_scale(const struct parallel_config *config, const struct parallel_row *rows,
    uint64_t begin, uint64_t end, struct parallel_row *out, struct mlm_scoreboard *sb);

/* Adds weighted sums of columns to the answer; -EBADMSG if a row is not in its place. */
int parallel_rows_answer(
    const struct parallel_config *config, const struct parallel_row *rows, struct mlm_scoreboard *sb);

/* ---- The workloads, one file each ---- */

/* passes.c: the tasks; the variant is a struct parallel_way. */
int parallel_passes_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state);
int parallel_passes_run(void *state, struct mlm_scoreboard *sb);
int parallel_passes_verify(const void *state, struct mlm_scoreboard *sb);
void parallel_passes_destroy(void *state);

/* gather.c: each worker scales a part of the rows, and the first process gets all of them. */
int parallel_gather_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state);
int parallel_gather_run(void *state, struct mlm_scoreboard *sb);
int parallel_gather_verify(const void *state, struct mlm_scoreboard *sb);
void parallel_gather_destroy(void *state);

/* beside.c: the tasks in one process, beside another one that holds as much memory. */
int parallel_beside_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state);
int parallel_beside_run(void *state, struct mlm_scoreboard *sb);
int parallel_beside_verify(const void *state, struct mlm_scoreboard *sb);
void parallel_beside_destroy(void *state);

/* allocate.c: threads that take and release blocks of many sizes. */
int parallel_allocate_prepare(const void *config, struct mlm_scoreboard *sb, void **ret_state);
int parallel_allocate_run(void *state, struct mlm_scoreboard *sb);
int parallel_allocate_verify(const void *state, struct mlm_scoreboard *sb);
void parallel_allocate_destroy(void *state);
uint64_t parallel_allocate_live_bytes(const struct parallel_config *config); /* at the peak */
/* What the pools hold at most, and the threads' own tables; 0: not a pool, or counting out would take long.
 */
uint64_t parallel_allocate_held_bytes(const struct parallel_config *config);
