/* Finds where a cgroup tree is mounted and where we are in it, from /proc/self/cgroup and
 * /proc/self/mountinfo. Internal to cage/. */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

struct mlm_hierarchy {
    bool in_use;  /* /proc/self/cgroup has a line for it (for v1: one with the memory controller) */
    bool mounted; /* mounted where our own cgroup or one above it is visible */
    bool read_only;
    bool inside; /* `own` is our cgroup; else it is the nearest one above that the mount shows */
    char mount_point[PATH_MAX];
    char own[PATH_MAX]; /* at the mount point or below it */
};

/* `root_fd` is a directory that stands for "/". v1 is the hierarchy of the memory controller. */
int mlm_hierarchies_find(
    int root_fd, struct mlm_hierarchy *ret_v1, struct mlm_hierarchy *ret_v2, struct mlm_error *error);
