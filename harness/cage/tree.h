/* Kills and removes cgroups with all cgroups below them. Internal to cage/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cage/dialect.h"

/* Waits a little longer each time; false when the deadline has come. Zeroed at first. */
struct mlm_patience {
    uint64_t deadline_ns;
    long nap_ns;
};
bool mlm_wait_a_little(struct mlm_patience *patience);

/* Kills every process in the cgroup and below, and repeats until none is left, because processes may fork
 * meanwhile. -ETIMEDOUT: some did not die; -EPERM: one may not be killed. */
int mlm_cgroup_kill(int dir_fd, const struct mlm_dialect *dialect, struct mlm_error *error);

/* Removes a cgroup; kills its processes and removes its children first. */
int mlm_cgroup_remove(
    int parent_fd, const char *name, const struct mlm_dialect *dialect, struct mlm_error *error);

bool mlm_cgroup_has_children(int dir_fd);

/* Returns true if the kernel must not kill for memory in the cgroup of this oom_file. */
bool mlm_cgroup_kills_nobody(int dir_fd, const char *oom_file, const struct mlm_dialect *dialect);

/* Calls `each` for each child cgroup until a call returns less than 0; returns the sum of the results. `each`
 * may remove the child that it was called for. */
int mlm_cgroup_children(
    int dir_fd, int (*each)(int dir_fd, const char *name, const void *context), const void *context);
