/* Parses /proc/self/cgroup and /proc/self/mountinfo. Containers mount parts of a tree, several times or
 * read-only, so the mounts are ranked. */
#include "cage/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = list; (found = strstr(found, word)); found += length)
        if ((found == list || found[-1] == ',') && (!found[length] || found[length] == ','))
            return true;
    return false;
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; to++) {
        const unsigned char *o = (const unsigned char *)from + 1;
        bool octal = from[0] == '\\' && o[0] >= '0' && o[0] <= '3' && o[1] >= '0' && o[1] <= '7' &&
                     o[2] >= '0' && o[2] <= '7';
        if (octal) {
            *to = (char)((o[0] - '0') << 6 | (o[1] - '0') << 3 | (o[2] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = 0;
}

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

static void consider(struct mlm_hierarchy *best, const char *path, const char *mount_root,
    const char *mount_point, bool read_only)
{
    struct mlm_hierarchy found = {.in_use = true, .mounted = true, .read_only = read_only};
    const char *own = below(path, mount_root, &found.inside);
    if (!own || rank(&found) < rank(best))
        return;
    int length = snprintf(found.own, sizeof found.own, "%s%s", mount_point, own);
    if (length < 0 || length >= (int)sizeof found.own)
        return;
    snprintf(found.mount_point, sizeof found.mount_point, "%s", mount_point);
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
        else if (list_has(controllers, "memory"))
            *ret_v1 = line;
    }
}

/* A line of mountinfo: id parent device root mount-point options [tag…] - type source super-options */
static void mount_consider(
    char *line, const char *v1_path, const char *v2_path, struct mlm_hierarchy *v1, struct mlm_hierarchy *v2)
{
    char *tail = strstr(line, " - ");
    if (!tail)
        return;
    *tail = 0;
    tail += 3;
    tail[strcspn(tail, "\n")] = 0;
    const char *type = strsep(&tail, " ");
    (void)strsep(&tail, " ");
    const char *super = strsep(&tail, " ");
    for (int i = 0; i < 3; i++)
        (void)strsep(&line, " ");
    char *root = strsep(&line, " "), *point = strsep(&line, " ");
    const char *options = strsep(&line, " ");
    if (!super || !options)
        return;
    bool is_v1 = strcmp(type, "cgroup") == 0 && list_has(super, "memory");
    bool is_v2 = strcmp(type, "cgroup2") == 0;
    unescape(root);
    unescape(point);
    bool read_only = list_has(options, "ro") || list_has(super, "ro");
    if (is_v1 && v1_path)
        consider(v1, v1_path, root, point, read_only);
    if (is_v2 && v2_path)
        consider(v2, v2_path, root, point, read_only);
}

/* Reads line by line: with hundreds of containers the file has megabytes. */
static int mounts_read(
    int root_fd, const char *v1_path, const char *v2_path, struct mlm_hierarchy *v1, struct mlm_hierarchy *v2)
{
    mlm_auto_close int fd = openat(root_fd, "proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    mlm_auto_fclose FILE *file = fd < 0 ? NULL : fdopen(fd, "re");
    mlm_auto_free char *line = NULL;
    size_t size = 0;
    if (!file)
        return -errno;
    (void)mlm_take_fd(&fd);
    while (getline(&line, &size, file) >= 0)
        mount_consider(line, v1_path, v2_path, v1, v2);
    return ferror(file) ? -EIO : 0;
}

int mlm_hierarchies_find(
    int root_fd, struct mlm_hierarchy *ret_v1, struct mlm_hierarchy *ret_v2, struct mlm_error *error)
{
    const char *v1_path = NULL, *v2_path = NULL;
    mlm_auto_free char *cgroups = NULL;
    ssize_t n = mlm_file_read(root_fd, "proc/self/cgroup", &cgroups, error);
    if (n < 0 && n != -ENOENT)
        return (int)n;
    if (cgroups)
        own_paths(cgroups, &v1_path, &v2_path);

    struct mlm_hierarchy v1 = {.in_use = v1_path}, v2 = {.in_use = v2_path};
    n = mounts_read(root_fd, v1_path, v2_path, &v1, &v2);
    if (n < 0)
        return mlm_error_errno(error, (int)n, "cannot read proc/self/mountinfo");
    *ret_v1 = v1;
    *ret_v2 = v2;
    return 0;
}
