/* Limits of the cgroups at and above the place where cages are made. A job meets them, too: the kernel kills,
 * slows down or swaps out for them, whatever the cap is. They can change while a run goes on, so they are
 * read again at each trial's end. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "cage/dialect.h"

enum mlm_above_kind {
    MLM_ABOVE_MEMORY,    /* beyond it the kernel kills */
    MLM_ABOVE_SLOW,      /* beyond it the kernel slows a job down, and swaps its memory out */
    MLM_ABOVE_SWAP,      /* the most swap; on v1 the most memory and swap together */
    MLM_ABOVE_SWAP_SLOW, /* beyond so much in swap the kernel slows a job down */
    MLM_ABOVE_COUNT,
};

struct mlm_limit_above {
    uint64_t bytes;      /* the lowest that was found; MLM_NO_LIMIT */
    char path[PATH_MAX]; /* the cgroup that has it */
};

#define MLM_ABOVE_LEVELS 32

struct mlm_above {
    struct mlm_limit_above limits[MLM_ABOVE_COUNT];
    /* How often each cgroup's own memory limit was the reason for a lack of memory; on v1, how often it was
     * reached. The first is that of the place of the cages, then those above it. */
    uint64_t hits[MLM_ABOVE_LEVELS];
    /* The same for v1's limit of memory and swap together. */
    uint64_t swap_hits[MLM_ABOVE_LEVELS];
    bool waits; /* in the cgroup of MLM_ABOVE_MEMORY the kernel kills nobody: a process at the limit waits
                   (v1's oom_kill_disable) */
    bool all_killed; /* in one of them the kernel kills the whole cgroup at once (oom.group) */
    bool all_seen;   /* no cgroup above is hidden by a namespace */
};

/* The name of the file of such a limit; NULL: this version has none. */
const char *mlm_above_file(const struct mlm_dialect *dialect, enum mlm_above_kind kind);

/* The property of a systemd unit that sets such a limit; NULL: there is none. */
const char *mlm_above_property(enum mlm_above_kind kind);

/* Reads the limits from the cgroup `path` up to the mount point; `root_fd` stands for "/". */
void mlm_above_find(int root_fd, const char *path, const char *mount_point, const struct mlm_dialect *dialect,
    struct mlm_above *ret_above);

/* Keeps the lower limit of each kind of two looks. */
void mlm_above_tighten(struct mlm_above *above, const struct mlm_above *other);

/* Finds the nearest cgroup whose limit was reached between two looks from `path`. *ret_kind: which of its
 * limits, MLM_ABOVE_MEMORY or (only on v1) MLM_ABOVE_SWAP. Returns false where none was. */
bool mlm_above_hit(const struct mlm_above *before, const struct mlm_above *after, const char *path,
    enum mlm_above_kind *ret_kind, char ret_path[static PATH_MAX]);

/* Returns true if a peak is as near to a limit as the kernel lets it come. */
bool mlm_above_came_to(uint64_t peak_bytes, uint64_t limit_bytes);

/* Reads a limit of the cgroup at `path`; MLM_NO_LIMIT where there is none. */
uint64_t mlm_above_limit_at(
    int root_fd, const char *path, const struct mlm_dialect *dialect, enum mlm_above_kind kind);

/* Which of them are tighter than a trial's own limits, as 1 << kind. A trial without a cap has none that
 * could be compared. `swap_bytes` is all swap of the machine. */
unsigned mlm_above_binding(const struct mlm_above *above, const struct mlm_dialect *dialect,
    const struct mlm_limits *limits, uint64_t swap_bytes);
