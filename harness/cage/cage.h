/* Cages: cgroups made for one trial each, on cgroup v2, v1 or the hybrid of both. A cage is a cap, a swap
 * limit, and the files to read afterwards; what differs between the versions is a table of file names
 * (dialect.h), not code.
 *
 * Life: mlm_cage_enter_scope() first thing in main → mlm_cage_site_find() and mlm_cages_open() once a run →
 * for each trial mlm_cage_open(), mlm_cage_spawn(), mlm_cage_kill(), mlm_cage_close() → mlm_cages_close(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/limits.h"
#include "cage/dialect.h"

struct mlm_cages; /* the place where cages are made */

/* How cages can be had here; `doctor` prints it, `refused` is explained by it. */
enum mlm_cage_access {
    MLM_CAGE_DIRECT, /* our own cgroup, or one above it, takes children with a memory limit */
    MLM_CAGE_SCOPE,  /* through a systemd scope with Delegate=yes */
    MLM_CAGE_NONE,   /* not at all; why and remedy say more */
};

struct mlm_cage_site {
    enum mlm_cage_access access;
    int version;                 /* 1 or 2; 0: no memory controller at all */
    bool hybrid;                 /* v2 is mounted, but the memory controller is v1's */
    char path[4096];             /* folder under which cages are (or would be) made */
    char why[256];               /* MLM_CAGE_NONE: one line */
    char remedy[256];            /* MLM_CAGE_NONE: what the user can do */
    uint64_t limit_above_bytes;  /* tightest memory limit at or above the site; MLM_NO_LIMIT */
    char limit_above_path[4096]; /* the cgroup that has it */
    bool limit_above_waits;      /* there nobody is killed: who lacks memory waits (v1's oom_kill_disable) */
    bool swap_accounted;         /* swap can be limited and read (v1 needs swapaccount) */
};

/* Looks without changing anything. `root_fd` is a directory that stands for "/" (AT_FDCWD: the real one):
 * tests give recorded trees. */
int mlm_cage_site_find(int root_fd, struct mlm_cage_site *ret_site, struct mlm_error *error);

/* Re-executes this program inside a scope of the user's (or, as root, the system's) systemd, where the site
 * says so and we are not in one already; returns 0 where there is nothing to do, and 1 once inside. Call it
 * first thing in main, with main's own arguments. */
int mlm_cage_enter_scope(char **argv, struct mlm_error *error);

/* Makes the site usable (moves us into a leaf where v2's no-internal-process rule asks for it, enables the
 * memory controller) and starts the guardian, a child of ours: wait for your own children by their pid, never
 * for any. At most one of these at a time in a process. */
int mlm_cages_open(const struct mlm_cage_site *site, struct mlm_cages **ret_cages, struct mlm_error *error);
/* Undoes it: back where we were, leaf removed, guardian gone. Takes NULL. */
void mlm_cages_close(struct mlm_cages *cages);

const struct mlm_cage_site *mlm_cages_site(const struct mlm_cages *cages);

/* Removes cages that earlier runs left (their harness is dead); returns how many, or a negative errno.
 * `clean` calls it; a live run's cages are left alone. The other one only counts them. */
int mlm_cages_remove_stale(const struct mlm_cage_site *site, struct mlm_error *error);
int mlm_cages_count_stale(const struct mlm_cage_site *site, struct mlm_error *error);

struct mlm_cage; /* one cage */

/* Makes the cage, sets the cap and the swap limit and reads them back; one that reads back different is an
 * error that names both values. */
int mlm_cage_open(struct mlm_cages *cages, const struct mlm_limits *limits, struct mlm_cage **ret_cage,
    struct mlm_error *error);

/* The cage's folder, for meters: files are read relative to it. */
int mlm_cage_dir_fd(const struct mlm_cage *cage);
const struct mlm_dialect *mlm_cage_dialect(const struct mlm_cage *cage);
const struct mlm_limits *mlm_cage_limits(const struct mlm_cage *cage);

/* A program to start. Descriptors that are not named here are not its to see. */
struct mlm_cage_spawn {
    const char *program; /* path */
    char *const *argv;
    char *const *environment; /* NULL: ours */
    const int *keep_fds;      /* descriptors that stay open as they are (above 2), ended by -1; NULL: none */
    int stdin_fd, stdout_fd, stderr_fd; /* -1: /dev/null */
    const void *affinity;               /* cpu_set_t; NULL: ours */
    int oom_score_adj;
    bool same_group; /* stays in our process group: a Ctrl-C at the terminal is the program's as well, and so
                        is nohup */
};

/* Starts a process inside the cage (entered before exec, so every byte is charged to it); with cage NULL,
 * outside any. It is killed when the thread that called this ends: call it from one that stays. The child has
 * no signals blocked, default handlers and, unless asked otherwise, a process group of its own. The caller
 * reaps it, and closes the pidfd. */
int mlm_cage_spawn(struct mlm_cage *cage, const struct mlm_cage_spawn *spawn, pid_t *ret_pid, int *ret_pidfd,
    struct mlm_error *error);

/* Is the process in it, or in a cgroup below? Also false for one that is no more. */
bool mlm_cage_holds(const struct mlm_cage *cage, pid_t pid);

/* Does as said for every process in the cage and in the cgroups that its job made below it. Of a very long
 * list only the first thousands. */
void mlm_cage_processes(
    const struct mlm_cage *cage, void (*process)(void *context, pid_t pid), void *context);

/* Processes that the kernel killed for memory, in the cage and below. A cgroup that the job has removed
 * meanwhile takes its count along on v1. */
uint64_t mlm_cage_oom_kills(const struct mlm_cage *cage);

/* Kills every process in the cage and waits until it is empty. Processes that are our children still have to
 * be reaped by the caller. */
int mlm_cage_kill(struct mlm_cage *cage, struct mlm_error *error);

/* Kills what is left, removes the cgroup, frees the struct. Takes NULL. */
void mlm_cage_close(struct mlm_cage *cage);
