/* What one run holds while cages can be made: struct mlm_cages, and the parts that look after it. Internal to
 * cage/. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "cage/name.h"

struct mlm_cages {
    struct mlm_cage_site site;
    const struct mlm_dialect *dialect;
    int dir_fd; /* the site; on v2 with a shared lock, see home.c */
    char prefix[MLM_CAGE_NAME_SIZE];
    unsigned next;           /* number of the next cage */
    bool memory_enabled;     /* it was we who gave the site's children the memory controller */
    bool clone_cannot_enter; /* clone3() has refused CLONE_INTO_CGROUP once */
    pid_t guardian;          /* 0: none */
    int guardian_fd;         /* our end; its other end reads EOF when we are gone */
};

struct mlm_cage {
    struct mlm_cages *cages;
    char name[MLM_CAGE_NAME_SIZE];
    int dir_fd, hold_fd; /* see name.h */
    struct mlm_limits limits;
};

/* Lets the site's children have a memory limit; where its own processes are in the way, they move into a
 * child of it, MLM_CAGE_HOME. Nothing to do on v1. */
int mlm_cage_home_enter(struct mlm_cages *cages, struct mlm_error *error);
/* Undoes that, unless another run still has cages there: then the last one does. */
void mlm_cage_home_leave(struct mlm_cages *cages);

/* Kills and removes every cage of this run; how many would not go, or a negative errno. */
int mlm_cages_sweep(const struct mlm_cages *cages);

/* Starts the process that outlives a killed harness for as long as it takes to remove its cages. */
int mlm_guardian_start(struct mlm_cages *cages, struct mlm_error *error);
/* Tells it that there is nothing left to do, and reaps it. */
void mlm_guardian_stop(struct mlm_cages *cages);
