/* The state of one run while cages can be made: struct mlm_cages, and the functions that manage it. Internal
 * to cage/. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "cage/kin.h"
#include "cage/name.h"

struct mlm_cages {
    struct mlm_cage_site site;
    const struct mlm_dialect *dialect;
    int dir_fd; /* the site; on v2 with a shared lock, see home.c; -1: nothing to read in it */
    struct mlm_kin_known *known; /* inherited cages: processes to end when we die; else NULL */
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
    struct mlm_above above;          /* when it was opened */
    uint64_t ooms;                   /* of an inherited cgroup, when it was opened; else 0 */
    struct mlm_inherited *inherited; /* NULL: it is a cgroup of its own */
};

/* A peak of the kernel's in a cgroup that is not new. */
struct mlm_old_peak {
    int fd; /* -1: the kernel keeps none. On v2 a reset is seen through this descriptor only */
    bool reset;
    uint64_t before_bytes;
};

/* The state of the cgroup when an inherited cage was opened. */
struct mlm_inherited {
    struct mlm_kin kin;
    struct mlm_old_peak memory, swap;
    char *stat; /* text of the dialect's `stat`; NULL: it cannot be read */
    uint64_t oom_kills;
};

/* oom.c: looks at the limits above now. */
void mlm_cages_look_above(const struct mlm_cages *cages, struct mlm_above *ret_above);
/* How often the cage's own limit was the reason for a lack of memory. Returns false where nobody counts. */
bool mlm_cage_own_ooms(const struct mlm_cage *cage, uint64_t *ret_count);

/* inherit.c: what an inherited cage does in place of the cgroup's. */
int mlm_inherited_cages_open(struct mlm_cages *cages, struct mlm_error *error);
void mlm_inherited_cages_close(struct mlm_cages *cages);
int mlm_inherited_open(struct mlm_cage *cage, struct mlm_error *error);
void mlm_inherited_close(struct mlm_cage *cage);
bool mlm_inherited_holds(const struct mlm_cage *cage, pid_t pid);
int mlm_old_peak_read(const struct mlm_old_peak *peak, uint64_t *ret_bytes);

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
