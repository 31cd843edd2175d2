/* Cages: cgroups made for one trial each, on cgroup v2, v1 or the hybrid of both. A cage is a cap, a swap
 * limit, and the files to read afterwards. The versions differ in a table of file names (dialect.h), not in
 * code.
 *
 * Where no cgroup can be made, a cage can be inherited: the job stays in the cgroup that we are in. Then
 * there is no cap of ours, and what others hold in that cgroup has to be told from what the job holds.
 *
 * Life: mlm_cage_enter_scope() first thing in main → mlm_cage_site_find() and mlm_cages_open() once a run →
 * for each trial mlm_cage_open(), mlm_cage_spawn(), mlm_cage_kill(), mlm_cage_close() → mlm_cages_close(). */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/limits.h"
#include "cage/above.h"
#include "cage/dialect.h"
#include "cage/mounts.h"

struct mlm_cages; /* the place where cages are made */

/* The way in which cages can be made here. `doctor` prints it, and it explains the outcome `refused`. */
enum mlm_cage_access {
    MLM_CAGE_DIRECT,    /* our own cgroup, or one above it, takes children with a memory limit */
    MLM_CAGE_SCOPE,     /* through a systemd scope with Delegate=yes */
    MLM_CAGE_NONE,      /* not possible; `why` and `remedy` say more */
    MLM_CAGE_INHERITED, /* no cage of our own, see mlm_cage_site_inherit() */
};

struct mlm_cage_site {
    enum mlm_cage_access access;
    int version;            /* 1 or 2; 0: no memory controller */
    bool hybrid;            /* v2 is mounted, but the memory controller is v1's */
    char path[4096];        /* folder under which cages are (or would be) made */
    char why[256];          /* MLM_CAGE_NONE: one line */
    char remedy[256];       /* MLM_CAGE_NONE: how the user can change that */
    struct mlm_above above; /* limits at and above the site; in a scope, also those that it takes along */
    unsigned taken_along;   /* MLM_CAGE_SCOPE: limits of the cgroup that we are in, as 1 << kind, which the
                               scope has to get, because it will not be in that cgroup */
    char own[4096];         /* the cgroup that we are in */
    char mount_point[4096]; /* of the cgroup tree */
    bool ended_by_oom;      /* systemd ends the unit of the site, and us, when the kernel kills a process in
                               it (OOMPolicy=stop) */
    char unit[4096];        /* that unit */
    bool swap_accounted;    /* swap can be limited and read (v1 needs swapaccount) */
};

/* The dialect of the site's version. */
const struct mlm_dialect *mlm_cage_site_dialect(const struct mlm_cage_site *site);

/* Examines the machine without changing anything. `root_fd` is a directory that stands for "/" (AT_FDCWD: the
 * real one), so that tests can use recorded trees. */
int mlm_cage_site_find(int root_fd, struct mlm_cage_site *ret_site, struct mlm_error *error);

/* The site of inherited cages. `path` is our own cgroup; "" where its memory cannot be read, or where it is
 * the root of all: then readings come from the job's processes. `above` is what binds there. */
int mlm_cage_site_inherit(int root_fd, struct mlm_cage_site *ret_site, struct mlm_error *error);

/* Where the site asks for it and we are not in a scope yet, re-executes this program inside a scope of the
 * user's systemd (or, as root, the system's). Returns 0 where there is nothing to do, 1 inside the scope.
 * Call it first thing in main, with main's own arguments. */
int mlm_cage_enter_scope(char **argv, struct mlm_error *error);

/* Makes the site usable: moves us into a leaf where v2's no-internal-process rule requires it, and enables
 * the memory controller. Starts the guardian, which is a child of ours; therefore wait for your own children
 * by pid, never for any child. A process can have one of these at a time. */
int mlm_cages_open(const struct mlm_cage_site *site, struct mlm_cages **ret_cages, struct mlm_error *error);
/* Undoes mlm_cages_open(): moves us back, removes the leaf, ends the guardian. Accepts NULL. */
void mlm_cages_close(struct mlm_cages *cages);

const struct mlm_cage_site *mlm_cages_site(const struct mlm_cages *cages);

/* Removes cages of earlier runs whose harness is dead, and leaves cages of live runs alone. Returns their
 * number, or a negative errno. `clean` calls it. mlm_cages_count_stale() only counts them. */
int mlm_cages_remove_stale(const struct mlm_cage_site *site, struct mlm_error *error);
int mlm_cages_count_stale(const struct mlm_cage_site *site, struct mlm_error *error);

struct mlm_cage; /* one cage */

/* Makes the cage, sets the cap and the swap limit and reads them back. A limit that reads back differently is
 * an error, which names both values. An inherited cage sets no limit: it resets the kernel's peaks where that
 * is allowed, and notes the counters of the cgroup. */
int mlm_cage_open(struct mlm_cages *cages, const struct mlm_limits *limits, struct mlm_cage **ret_cage,
    struct mlm_error *error);

/* The cage's folder; meters read files relative to it. -1: an inherited cage whose cgroup cannot be read. */
int mlm_cage_dir_fd(const struct mlm_cage *cage);
bool mlm_cage_is_inherited(const struct mlm_cage *cage);
const struct mlm_dialect *mlm_cage_dialect(const struct mlm_cage *cage);
const struct mlm_limits *mlm_cage_limits(const struct mlm_cage *cage);

/* A program to start. It gets no other descriptors than those named here. */
struct mlm_cage_spawn {
    const char *program; /* path */
    char *const *argv;
    char *const *environment;            /* NULL: ours */
    const int *keep_fds;                 /* descriptors above 2 that stay open, ended by -1; NULL: none */
    int stdin_fd, stdout_fd, stderr_fd;  /* -1: /dev/null */
    const void *affinity;                /* cpu_set_t; NULL: ours */
    const struct mlm_job_mounts *mounts; /* that it alone sees; NULL: none */
    int oom_score_adj;                   /* at least; it is never below ours */
    bool same_group; /* stay in our process group: a Ctrl-C at the terminal reaches the program too, and nohup
                        covers it */
};

/* Starts a process inside the cage. The cage is entered before exec, so every byte is charged to it. cage
 * NULL: outside any cage. The process is killed when the calling thread ends, so call this from a thread that
 * stays. The child has no blocked signals, default handlers and, unless asked otherwise, its own process
 * group. The caller reaps it and closes the pidfd. */
int mlm_cage_spawn(struct mlm_cage *cage, const struct mlm_cage_spawn *spawn, pid_t *ret_pid, int *ret_pidfd,
    struct mlm_error *error);

/* A folder in MLM_CAGE_FOLDERS, for the cage and as unique as its name, which only our user can enter. It
 * goes with mlm_cage_folder_remove(), else by the guardian, else by mlm_cage_folders_stale(). *ret_hold_fd
 * keeps it from being taken for one of a dead run. A cage has at most one folder. */
#define MLM_CAGE_FOLDERS "/tmp"
int mlm_cage_folder_make(
    const struct mlm_cage *cage, char ret_path[static PATH_MAX], int *ret_hold_fd, struct mlm_error *error);
/* The same in the user's TMPDIR; in MLM_CAGE_FOLDERS where none can be made there. */
int mlm_cage_scratch_make(
    const struct mlm_cage *cage, char ret_path[static PATH_MAX], int *ret_hold_fd, struct mlm_error *error);
void mlm_cage_folder_remove(const char *path); /* with all that it holds */

/* Counts our user's folders of dead runs, and removes them if `remove`. Returns their number, or a negative
 * errno. */
int mlm_cage_folders_stale(bool remove, struct mlm_error *error);

/* Returns true if the process is in the cage or in a cgroup below; false also when it has ended. */
bool mlm_cage_holds(const struct mlm_cage *cage, pid_t pid);

/* Calls `process` for every process in the cage and in the cgroups that its job made below it. Of a very long
 * list it visits only the first thousands. */
void mlm_cage_processes(
    const struct mlm_cage *cage, void (*process)(void *context, pid_t pid), void *context);

/* Number of processes that the kernel killed for lack of memory, in the cage and below. On v1, removing a
 * cgroup below also removes its count. Where no cgroup can be read, it is the count of the whole machine,
 * which says something only of a process that was killed: then mlm_cage_counts_own_kills() is false. */
uint64_t mlm_cage_oom_kills(const struct mlm_cage *cage);
bool mlm_cage_counts_own_kills(const struct mlm_cage *cage);

/* What was the reason when the kernel killed for lack of memory. */
enum mlm_oom_by {
    MLM_OOM_BY_CAP,     /* the cage's own limit; also where it cannot be told */
    MLM_OOM_BY_ABOVE,   /* the limit of a cgroup above */
    MLM_OOM_BY_MACHINE, /* the machine had no memory left */
    MLM_OOM_BY_HIDDEN,  /* not the cage: the machine, or a limit above; a namespace may hide it */
};

/* Says whose limit it was. ret_limit is filled for MLM_OOM_BY_ABOVE; its bytes may be MLM_NO_LIMIT, if the
 * limit is gone by now. */
enum mlm_oom_by mlm_cage_oom_by(const struct mlm_cage *cage, struct mlm_limit_above *ret_limit);

/* The limits above the cage: for each kind the lower one of when it was opened and now. */
void mlm_cage_above(const struct mlm_cage *cage, struct mlm_above *ret_above);

/* Returns true if pages could not be swapped out although the cage's own limit allowed it: the machine had no
 * swap left, or a cgroup above allowed no more. */
bool mlm_cage_lacked_swap(const struct mlm_cage *cage);

/* The kernel's peaks since the cage was opened: memory; and swap, on v1 together with memory. In an inherited
 * cage they include what others held. -ENODATA: the kernel keeps none, or it is that of an earlier time,
 * because it could not be reset and has not risen since. */
int mlm_cage_memory_peak(const struct mlm_cage *cage, uint64_t *ret_bytes);
int mlm_cage_swap_peak(const struct mlm_cage *cage, uint64_t *ret_bytes);

/* The text of the dialect's `stat` when the cage was opened; "" for a new cgroup, whose counters begin at 0.
 */
const char *mlm_cage_stat_before(const struct mlm_cage *cage);

/* Kills every process in the cage and waits until it is empty. The caller still has to reap its own
 * children. */
int mlm_cage_kill(struct mlm_cage *cage, struct mlm_error *error);

/* Kills the processes that remain, removes the cgroup, frees the struct. Accepts NULL. */
void mlm_cage_close(struct mlm_cage *cage);
