/* systemd's units, as far as cages have to know them: a unit has a cgroup of its name, and systemd may end
 * all of a unit when the kernel kills one process in it for lack of memory (OOMPolicy=). Internal to cage/.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* Finds the service or scope that the cgroup belongs to, which is the cgroup itself or one above it. Returns
 * false where there is none. */
bool mlm_unit_find(const char *path, const char *mount_point, char ret_unit[static PATH_MAX]);

/* Finds the nearest slice, which is the cgroup itself or one above it. */
bool mlm_unit_slice(const char *path, const char *mount_point, char ret_slice[static PATH_MAX]);

/* Asks systemd whether it ends the whole unit, a folder that mlm_unit_find() has found, when the kernel kills
 * one of its processes. False also where systemd does not answer. */
bool mlm_unit_ends_by_oom(const char *unit);

/* A scope of ours gets the limits of the cgroup that we were in. These lines, "KIND PATH", say where each
 * comes from: they are kept with the scope's cgroup. */
#define MLM_UNIT_ORIGINS 8192
void mlm_unit_keep_origins(const char *scope, const char *lines);
/* If the cgroup at `path` has that limit from another one, puts the other one's path there. */
void mlm_unit_name_origin(int root_fd, int kind, char path[static PATH_MAX]);

/* Names the bus of the user's systemd in our environment. A login without PAM (cron, a bare ssh command)
 * leaves these variables unset, although the bus exists. */
void mlm_unit_name_bus(uid_t uid);
