/* The processes of a job that has no cgroup of its own: our descendants, except for children that we had
 * before it began. A process whose parent ends becomes our child (PR_SET_CHILD_SUBREAPER), so none gets lost.
 * Internal to cage/. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define MLM_KIN_STARTED_MAX 4
#define MLM_KIN_KNOWN_MAX 256

/* A process; its start tells it from a later one with the same pid. */
struct mlm_relative {
    pid_t pid;
    uint64_t start;
};

/* The processes seen last, in memory that the guardian shares: it ends them when we have died. */
struct mlm_kin_known {
    size_t count;
    struct mlm_relative items[MLM_KIN_KNOWN_MAX];
};

struct mlm_kin {
    pid_t *others; /* children that we had before, and that are not the job's */
    size_t other_count;
    pid_t started[MLM_KIN_STARTED_MAX]; /* children that somebody else reaps */
    size_t started_count;
    struct mlm_kin_known *known;
};

/* -ENOTSUP: this kernel does not tell children. */
int mlm_kin_begin(struct mlm_kin_known *known, struct mlm_kin *ret_kin, struct mlm_error *error);
void mlm_kin_end(struct mlm_kin *kin);

/* Notes a child that we started: its caller reaps it. We reap all others. */
void mlm_kin_started(struct mlm_kin *kin, pid_t pid);

/* Calls `process` for each living process; of very many it visits the first thousands. */
void mlm_kin_visit(struct mlm_kin *kin, void (*process)(void *context, pid_t pid), void *context);

/* Kills them all, and repeats until none is left. */
int mlm_kin_kill(struct mlm_kin *kin, struct mlm_error *error);

/* For the guardian, when we are dead: kills what is known, with its descendants. */
void mlm_kin_kill_known(const struct mlm_kin_known *known);
