/* Asks the file system behind a path. The folder may not exist yet, so its nearest existing parent
 * answers. */
#include "machine/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/cleanup.h"

/* Removes the last part of a path; a relative path with one part becomes ".". */
static void path_shorten(char *path)
{
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    while (length && path[length - 1] != '/')
        length--;
    if (!length)
        path[length++] = '.';
    path[length] = 0;
}

static int nearest_open(const char *path, struct mlm_error *error)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length + 2 > sizeof part)
        return mlm_error_errno(error, -ENAMETOOLONG, "cannot look at %.64s…", path);
    memcpy(part, length ? path : ".", length ? length + 1 : 2);
    for (;;) {
        int fd = open(part, O_PATH | O_CLOEXEC);
        if (fd >= 0)
            return fd;
        if (errno != ENOENT || strcmp(part, ".") == 0 || strcmp(part, "/") == 0)
            return mlm_error_errno(error, -errno, "cannot look at %s", part);
        path_shorten(part);
    }
}

int mlm_disk_free(const char *path, uint64_t *ret_bytes, struct mlm_error *error)
{
    mlm_auto_close int fd = nearest_open(path, error);
    if (fd < 0)
        return fd;
    struct statvfs disk;
    if (fstatvfs(fd, &disk) < 0)
        return mlm_error_errno(error, -errno, "cannot tell the free space of %s", path);
    *ret_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    return 0;
}

int mlm_disk_is_memory(const char *path, bool *ret_memory, struct mlm_error *error)
{
    mlm_auto_close int fd = nearest_open(path, error);
    if (fd < 0)
        return fd;
    struct statfs disk;
    if (fstatfs(fd, &disk) < 0)
        return mlm_error_errno(error, -errno, "cannot tell the file system of %s", path);
    *ret_memory = disk.f_type == TMPFS_MAGIC || disk.f_type == RAMFS_MAGIC;
    return 0;
}
