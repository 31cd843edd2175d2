/* A worker process and its scoreboard, in a cage or outside any. */
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/await.h"
#include "base/error.h"
#include "cage/cage.h"
#include "workload.h"

struct mlm_worker {
    pid_t pid;
    int pidfd;
    struct mlm_scoreboard *scoreboard;
    int messages_fd;     /* memory file with its stderr; -1: stderr is not kept */
    struct rusage usage; /* usage of the worker and of all children that it reaped */
};

struct mlm_worker_order {
    const char *program;                 /* path of the worker program */
    struct mlm_cage *cage;               /* NULL: outside any cage */
    const char *const *arguments;        /* verb and its arguments, ended by NULL */
    const char *python;                  /* runs a workload that is a script; NULL or "": none was found */
    int pass_fd;                         /* one more descriptor that it inherits, or -1 */
    const void *affinity;                /* cpu_set_t; NULL: ours */
    const struct mlm_job_mounts *mounts; /* that it alone sees; NULL: none */
    const char *scratch;                 /* its TMPDIR; NULL: ours */
    int oom_score_adj;
};

int mlm_worker_start(
    const struct mlm_worker_order *order, struct mlm_worker *ret_worker, struct mlm_error *error);

/* Kills the worker if it still runs, reaps it, and releases everything. Accepts a zeroed struct. */
void mlm_worker_end(struct mlm_worker *worker);

/* Reaps a worker that has ended. ret_status is as of waitpid(). */
int mlm_worker_reap(struct mlm_worker *worker, int *ret_status, struct mlm_error *error);

/* Starts a worker outside any cage and waits for its end, for verbs that are not trials (build, inspect,
 * preload). A failure is an error with the worker's own message. -ENOTSUP: a library is missing; -EINTR: the
 * user wants to stop, and the worker was killed. ret_scoreboard (may be NULL) gets a copy of its
 * scoreboard. */
int mlm_worker_do(const struct mlm_worker_order *order, const struct mlm_await *await,
    struct mlm_scoreboard *ret_scoreboard, struct mlm_error *error);

/* Makes a page in shared memory, outside any cage; the descriptor is for a process that inherits it. */
int mlm_scoreboard_make(struct mlm_scoreboard **ret_scoreboard, int *ret_fd, struct mlm_error *error);

/* Copies the last line that the worker wrote to stderr, or "". */
void mlm_worker_last_words(const struct mlm_worker *worker, char *text, size_t size);
