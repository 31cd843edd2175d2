/* Killing and removing cgroups with all below them. Internal to cage/. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "cage/dialect.h"

/* Kills every process in the cgroup and below until none is left; processes that fork meanwhile are met again
 * and again. -ETIMEDOUT where some would not die, -EPERM where one cannot be reached. */
int mlm_cgroup_kill(int dir_fd, const struct mlm_dialect *dialect, struct mlm_error *error);

/* Removes a cgroup; one that still has processes or children loses them first. */
int mlm_cgroup_remove(
    int parent_fd, const char *name, const struct mlm_dialect *dialect, struct mlm_error *error);

bool mlm_cgroup_has_children(int dir_fd);

/* Is the kernel forbidden to kill for memory in the cgroup whose oom_file this is? */
bool mlm_cgroup_kills_nobody(int dir_fd, const char *oom_file, const struct mlm_dialect *dialect);

/* Does as said for each child cgroup until one returns less than 0; gives the sum of what they returned. The
 * child may remove the cgroup that it was called for. */
int mlm_cgroup_children(
    int dir_fd, int (*each)(int dir_fd, const char *name, const void *context), const void *context);
