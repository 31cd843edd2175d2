/* Paths of cgroups. They are kept absolute, as people know them, and are opened relative to a descriptor that
 * stands for "/". Internal to cage/. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static inline const char *mlm_path_relative(const char *path)
{
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

static inline void mlm_path_copy(char path[static PATH_MAX], const char *from)
{
    snprintf(path, PATH_MAX, "%s", from);
}

static inline bool mlm_path_join(char path[static PATH_MAX], const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

/* Removes the last part of a path; returns false at the mount point. */
static inline bool mlm_path_up(char *path, const char *mount_point)
{
    if (strlen(path) <= strlen(mount_point))
        return false;
    *strrchr(path, '/') = 0;
    return true;
}

/* Returns true for the folder itself and for all below it. */
static inline bool mlm_path_is_below(const char *path, const char *folder)
{
    const size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (!path[length] || path[length] == '/');
}
