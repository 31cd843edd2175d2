/* A worker process and its scoreboard, in a cage or outside any. */
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"
#include "cage/cage.h"
#include "workload.h"

struct mlm_worker {
    pid_t pid;
    int pidfd;
    struct mlm_scoreboard *scoreboard;
    int messages_fd;     /* what it wrote to stderr, a memory file; -1: nothing is kept */
    struct rusage usage; /* of a reaped one and of all that it reaped itself */
};

struct mlm_worker_order {
    const char *program;          /* the catalogue's worker */
    struct mlm_cage *cage;        /* NULL: outside any */
    const char *const *arguments; /* verb and what follows, ended by NULL */
    int pass_fd;                  /* one more descriptor that it inherits, or -1 */
    const void *affinity;         /* cpu_set_t; NULL: ours */
    int oom_score_adj;
};

int mlm_worker_start(
    const struct mlm_worker_order *order, struct mlm_worker *ret_worker, struct mlm_error *error);

/* Kills it if it still runs, reaps it, releases everything. A struct of zeros is nothing to end. */
void mlm_worker_end(struct mlm_worker *worker);

/* Reaps it once it has ended. ret_status as of waitpid(). */
int mlm_worker_reap(struct mlm_worker *worker, int *ret_status, struct mlm_error *error);

/* Starts one outside any cage and waits for its end, for the verbs that are no trial (build, inspect,
 * preload). Anything but success is an error with the worker's own message. `interrupt_fd` (or -1) readable:
 * killed, -EINTR. ret_scoreboard (may be NULL) gets a copy of what it left. */
int mlm_worker_do(const struct mlm_worker_order *order, int interrupt_fd,
    struct mlm_scoreboard *ret_scoreboard, struct mlm_error *error);

/* A page in shared memory, outside any cage; the descriptor is for a process that shall inherit it. */
int mlm_scoreboard_make(struct mlm_scoreboard **ret_scoreboard, int *ret_fd, struct mlm_error *error);

/* The last line that it wrote to stderr, "" for none. */
void mlm_worker_last_words(const struct mlm_worker *worker, char *text, size_t size);
