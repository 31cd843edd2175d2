/* The state of one run while cages can be made: struct mlm_cages, and the functions that manage it. Internal
 * to cage/. */
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
    unsigned next;           /* number for the next cage */
    bool memory_enabled;     /* we enabled the memory controller for the site's children */
    bool clone_cannot_enter; /* clone3() has refused CLONE_INTO_CGROUP once */
    pid_t guardian;          /* 0: no guardian */
    int guardian_fd;         /* our end of the socket; the other end reads EOF when we die */
};

struct mlm_cage {
    struct mlm_cages *cages;
    char name[MLM_CAGE_NAME_SIZE];
    int dir_fd, hold_fd; /* see name.h */
    struct mlm_limits limits;
};

/* Allows the site's children to have a memory limit. Where processes of the site prevent that, they move into
 * a child of it, MLM_CAGE_HOME. Does nothing on v1. */
int mlm_cage_home_enter(struct mlm_cages *cages, struct mlm_error *error);
/* Undoes mlm_cage_home_enter(), unless another run still has cages there; then the last run does it. */
void mlm_cage_home_leave(struct mlm_cages *cages);

/* Kills and removes every cage of this run. Returns the number that could not be removed, or a negative
 * errno. */
int mlm_cages_sweep(const struct mlm_cages *cages);

/* Removes the folders of this run's cages, see mlm_cage_folder_make(). */
void mlm_cage_folders_sweep(const char *prefix);

/* Starts the process that outlives a killed harness until its cages are removed. */
int mlm_guardian_start(struct mlm_cages *cages, struct mlm_error *error);
/* Tells the guardian that nothing is left to do, and reaps it. */
void mlm_guardian_stop(struct mlm_cages *cages);
