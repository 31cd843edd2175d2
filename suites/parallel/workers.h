/* Workers that are processes. They are forked from this one, start together, and stay until all of them have
 * reported. So it is known what they hold at the same time. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parallel/parallel.h"

struct parallel_worker {
    pid_t pid;
    int fd; /* this process's end of the socket between the two */
};

/* The work of one worker. `fd` is its end of the socket. Returns 0, or a negative errno. */
typedef int parallel_work(void *context, uint64_t worker, int fd);

/* Forks the workers. Negative errno through mlm_fail(), and then none is left. */
int parallel_workers_start(struct parallel_worker *workers, uint64_t count, parallel_work *work,
    void *context, struct mlm_scoreboard *sb);

/* Waits until every worker is in parallel_meet(), and lets them all go on. */
int parallel_workers_meet(struct parallel_worker *workers, uint64_t count, struct mlm_scoreboard *sb);

/* Receives exactly that many bytes from one worker. If it ended early, its error is passed on; if a signal
 * ended it, this process ends by the same one. */
int parallel_worker_receive(
    struct parallel_worker *worker, void *data, size_t size, struct mlm_scoreboard *sb);

/* Lets the workers end, and waits for them. */
int parallel_workers_end(struct parallel_worker *workers, uint64_t count, struct mlm_scoreboard *sb);

/* Kills those that are still there, and waits for them. */
void parallel_workers_kill(struct parallel_worker *workers, uint64_t count);

/* For the worker: waits for all others; sends bytes; waits until the first process wants it to end. Negative
 * errno. */
int parallel_meet(int fd);
int parallel_send(int fd, const void *data, size_t size);
int parallel_stay(int fd);
