/* Snapshots of a training: the weights and the optimizer's state, as they are after an epoch. */
#pragma once

#include <stdint.h>

#include "data/perceptron.h"

enum snapshots_keep {
    SNAPSHOTS_EVERY,
    SNAPSHOTS_LAST,
    SNAPSHOTS_DISK,
    SNAPSHOTS_RESUMED,
};

struct snapshots_config {
    struct mlm_job job;
    uint32_t keep; /* enum snapshots_keep */
    uint64_t copies, epochs;
    /* Derived. */
    struct mlm_mlp_spec spec;
    uint64_t in_memory; /* snapshots */
};

/* Beside the model, a snapshot has the sums that the answer is made of. */
struct snapshots_head {
    uint64_t epoch, steps;
    double loss;
};

struct snapshots_state {
    struct snapshots_config config;
    struct mlm_perceptron *model;
    float **copies; /* in_memory of them, used in turn */
    int fd;         /* the file with the snapshots on disk; -1: none */
    uint64_t epoch; /* epochs that are over */
};

/* The file has two places, so that a crash while one of them is written leaves the other. */
int snapshots_write(struct snapshots_state *state, struct mlm_scoreboard *sb);
int snapshots_read(struct snapshots_state *state, uint64_t epoch, struct mlm_scoreboard *sb);

/* Opens a file without a name in TMPDIR, or /var/tmp. -ENOTSUP where that lies in memory. */
int snapshots_file_open(int *ret_fd, struct mlm_scoreboard *sb);
