/* Parses /proc/self/cgroup and finds the cgroup trees among the mounts. Containers mount parts of a tree,
 * several times or read-only, so the mounts are ranked. */
#include "cage/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mounts.h"

/* Recognizes "/..", "/../.." and so on: the kernel gives this path to a mount root, or to our own cgroup,
 * above our cgroup namespace. */
static bool only_upward(const char *path)
{
    if (!*path)
        return false;
    while (strncmp(path, "/..", 3) == 0 && (path[3] == '/' || !path[3]))
        path += 3;
    return !*path;
}

/* Our path below a mount's root; NULL where the mount shows neither our cgroup nor one above it. */
static const char *below(const char *path, const char *mount_root, bool *ret_inside)
{
    size_t length = strcmp(mount_root, "/") == 0 ? 0 : strlen(mount_root);
    const char *rest = path + length;
    if (strncmp(path, mount_root, length) == 0 && (!*rest || *rest == '/') &&
        (strncmp(rest, "/..", 3) != 0 || (rest[3] && rest[3] != '/'))) {
        *ret_inside = true;
        return strcmp(rest, "/") == 0 ? "" : rest;
    }
    *ret_inside = false;
    return only_upward(mount_root) ? "" : NULL;
}

/* A mount that shows our own cgroup is best, then one that can be written. Among equals the later one wins:
 * it covers the earlier one where both have the same place. */
static int rank(const struct mlm_hierarchy *h)
{
    return h->mounted ? 1 + 2 * h->inside + !h->read_only : 0;
}

static void consider(struct mlm_hierarchy *best, const char *path, const struct mlm_mount *mount)
{
    struct mlm_hierarchy found = {.in_use = true, .mounted = true, .read_only = mount->read_only};
    const char *own = below(path, mount->root, &found.inside);
    if (!own || rank(&found) < rank(best))
        return;
    int length = snprintf(found.own, sizeof found.own, "%s%s", mount->point, own);
    if (length < 0 || length >= (int)sizeof found.own)
        return;
    snprintf(found.mount_point, sizeof found.mount_point, "%s", mount->point);
    *best = found;
}

/* Lines have the form "number:controllers:path"; v2's number is 0 and its list is empty. */
static void own_paths(char *text, const char **ret_v1, const char **ret_v2)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        const char *number = strsep(&line, ":");
        const char *controllers = strsep(&line, ":");
        if (!line || *line != '/')
            continue;
        if (strcmp(number, "0") == 0 && !*controllers)
            *ret_v2 = line;
        else if (mlm_comma_list_has(controllers, "memory"))
            *ret_v1 = line;
    }
}

/* The memory controllers' trees, as mounted. */
struct mounted {
    const char *v1_path, *v2_path; /* our cgroups; NULL: not in use */
    struct mlm_hierarchy v1, v2;
};

static void mount_consider(void *context, const struct mlm_mount *mount)
{
    struct mounted *mounted = context;
    bool is_v1 = strcmp(mount->type, "cgroup") == 0 && mlm_comma_list_has(mount->super, "memory");
    bool is_v2 = strcmp(mount->type, "cgroup2") == 0;
    if (is_v1 && mounted->v1_path)
        consider(&mounted->v1, mounted->v1_path, mount);
    if (is_v2 && mounted->v2_path)
        consider(&mounted->v2, mounted->v2_path, mount);
}

int mlm_hierarchies_find(
    int root_fd, struct mlm_hierarchy *ret_v1, struct mlm_hierarchy *ret_v2, struct mlm_error *error)
{
    struct mounted mounted = {0};
    mlm_auto_free char *cgroups = NULL;
    ssize_t n = mlm_file_read(root_fd, "proc/self/cgroup", &cgroups, error);
    if (n < 0 && n != -ENOENT)
        return (int)n;
    if (cgroups)
        own_paths(cgroups, &mounted.v1_path, &mounted.v2_path);
    mounted.v1.in_use = mounted.v1_path;
    mounted.v2.in_use = mounted.v2_path;
    int r = mlm_mounts_read(root_fd, mount_consider, &mounted);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot read proc/self/mountinfo");
    *ret_v1 = mounted.v1;
    *ret_v2 = mounted.v2;
    return 0;
}
