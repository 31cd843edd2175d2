/* Writes a file under no name (O_TMPFILE) or a temporary one, and gives it its name when it is complete.
 * rename() alone would change owner, hard links and ACL of an existing file; such a file is overwritten in
 * place. */
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PART ".mlmembench-"
#define TRIES 16
#define COPY_BYTES ((size_t)256 << 10)

/* A random name, so that two programs do not choose the same. */
static int part_name(char name[static 32])
{
    unsigned long long number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return -errno;
    snprintf(name, 32, PART "%016llx", number);
    return 0;
}

/* Nobody may read the unfinished file who may not read the finished one. The owner can always write: a
 * library may open the file again by the path of its descriptor. */
static mode_t mode_for(const struct mlm_entry *entry)
{
    return entry->exists && S_ISREG(entry->status.st_mode)
               ? (entry->status.st_mode & 0777) | S_IRUSR | S_IWUSR
               : 0666;
}

static int part_open(struct mlm_whole *whole)
{
    const struct mlm_entry *entry = &whole->entry;
    int fd = openat(entry->folder_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode_for(entry));
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return fd < 0 ? -errno : fd;
    /* This file system has no unnamed files: use a temporary name. */
    for (int i = 0; i < TRIES; i++) {
        char name[sizeof whole->part];
        int r = part_name(name);
        if (r < 0)
            return r;
        fd = openat(
            entry->folder_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_for(entry));
        if (fd >= 0)
            strcpy(whole->part, name);
        if (fd >= 0 || errno != EEXIST)
            return fd < 0 ? -errno : fd;
    }
    return -EEXIST;
}

static int whole_open(struct mlm_whole *whole, struct mlm_error *error)
{
    int r = mlm_entry_find(whole->path, &whole->entry, error);
    if (r < 0)
        return r;
    const struct mlm_entry *entry = &whole->entry;
    mode_t kind = entry->exists ? entry->status.st_mode & S_IFMT : S_IFREG;
    if (kind == S_IFDIR)
        return mlm_error_set(error, -EISDIR, "%s", strerror(EISDIR));
    whole->as_it_is = entry->by_descriptor || (kind != S_IFREG && kind != S_IFLNK);
    mlm_auto_close int fd = -1;
    if (whole->as_it_is) {
        fd = mlm_entry_open(entry, O_WRONLY, error);
        if (fd < 0)
            return fd;
    } else {
        fd = part_open(whole);
    }
    whole->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!whole->file) {
        r = fd < 0 ? fd : -ENOMEM;
        return mlm_error_set(error, r, "%s", strerror(-r));
    }
    (void)mlm_take_fd(&fd);
    return 0;
}

int mlm_whole_open(const char *path, struct mlm_whole *ret_whole, struct mlm_error *error)
{
    mlm_cleanup(mlm_whole_drop) struct mlm_whole whole = {.path = strdup(path)};
    int r = whole.path ? whole_open(&whole, error) : mlm_error_set(error, -ENOMEM, "%s", strerror(ENOMEM));
    if (r < 0)
        return mlm_error_wrap(error, r, "cannot write %s", path);
    *ret_whole = whole;
    whole = (struct mlm_whole){0};
    return 0;
}

/* Returns true if the file has attributes that a new file would lack. Security labels do not count: new files
 * get them too. */
static bool has_attributes(int fd)
{
    char names[4096];
    ssize_t size = flistxattr(fd, names, sizeof names);
    if (size < 0)
        return errno == ERANGE;
    for (const char *name = names; name < names + size; name += strlen(name) + 1)
        if (strncmp(name, "security.", strlen("security.")) != 0)
            return true;
    return false;
}

/* Decides whether the existing file must be overwritten in place, because a new file would lose its other
 * names, its attributes or its owner. Never so where another user can have put the file there. Returns 1 with
 * the file open as *ret_fd, 0 for no, or a negative errno. */
static int must_stay(const struct mlm_whole *whole, const struct stat *there, int *ret_fd)
{
    if (whole->entry.shared || !S_ISREG(there->st_mode))
        return 0;
    int part_fd = fileno(whole->file);
    mlm_auto_close int fd =
        openat(whole->entry.folder_fd, whole->entry.name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    bool stays = there->st_nlink > 1 || (fd >= 0 && has_attributes(fd)) ||
                 fchown(part_fd, there->st_uid, there->st_gid) < 0;
    if (stays && fd < 0)
        return errno == EPERM ? -EACCES : -errno;
    if (stays)
        *ret_fd = mlm_take_fd(&fd);
    return stays;
}

/* Reserves the space first: after the first write (*ret_begun) the old content is lost. */
static int copy_into(int from_fd, int to_fd, bool *ret_begun)
{
    struct stat from, to;
    if (fstat(from_fd, &from) < 0 || fstat(to_fd, &to) < 0)
        return -errno;
    if (from.st_size > to.st_size && fallocate(to_fd, FALLOC_FL_KEEP_SIZE, 0, from.st_size) < 0 &&
        errno == ENOSPC)
        return -errno;
    mlm_auto_free char *buffer = malloc(COPY_BYTES);
    if (!buffer)
        return -ENOMEM;
    *ret_begun = true;
    for (off_t at = 0; at < from.st_size;) {
        ssize_t n = pread(from_fd, buffer, COPY_BYTES, at);
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        int r = mlm_write_all(to_fd, buffer, (size_t)n);
        if (r < 0)
            return r;
        at += n;
    }
    return ftruncate(to_fd, from.st_size) < 0 || fsync(to_fd) < 0 ? -errno : 0;
}

/* Some file systems cannot sync a folder. That is no error: the file's own content is synced already. */
static int folder_sync(const struct mlm_entry *entry)
{
    mlm_auto_close int fd = openat(entry->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP ? -errno : 0;
}

static int link_as(const struct mlm_whole *whole, const char *name)
{
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", fileno(whole->file));
    return linkat(AT_FDCWD, own, whole->entry.folder_fd, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* Gives the file a temporary name in its folder, unless it has one. */
static int link_as_part(struct mlm_whole *whole)
{
    int r = whole->part[0] ? 0 : -EEXIST;
    for (int i = 0; r == -EEXIST && i < TRIES; i++) {
        char name[sizeof whole->part];
        r = part_name(name);
        if (r == 0)
            r = link_as(whole, name);
        if (r == 0)
            strcpy(whole->part, name);
    }
    return r;
}

static int appear(struct mlm_whole *whole)
{
    const struct mlm_entry *entry = &whole->entry;
    int r = whole->part[0] ? -EEXIST : link_as(whole, entry->name);
    if (r != -EEXIST)
        return r;
    r = link_as_part(whole);
    if (r == 0 && renameat(entry->folder_fd, whole->part, entry->folder_fd, entry->name) < 0)
        r = -errno;
    if (r == 0)
        whole->part[0] = 0;
    return r;
}

/* Puts the new file in the place of the old one. *ret_begun: the old file was opened for writing in place,
 * and after an error its content may be mixed. */
static int replace(struct mlm_whole *whole, bool *ret_begun)
{
    const struct mlm_entry *entry = &whole->entry;
    struct stat there;
    int fd = fileno(whole->file);
    /* Look again: the file may have come, gone or changed since the start. */
    bool exists = fstatat(entry->folder_fd, entry->name, &there, AT_SYMLINK_NOFOLLOW) == 0;
    mlm_auto_close int old_fd = -1;
    int r = exists ? must_stay(whole, &there, &old_fd) : 0;
    if (r < 0)
        return r;
    if (r > 0)
        return copy_into(fd, old_fd, ret_begun);
    if (exists && S_ISREG(there.st_mode)) {
        (void)fchown(fd, there.st_uid, there.st_gid);
        if (fchmod(fd, there.st_mode & 0777) < 0)
            return -errno;
    } else {
        mlm_entry_give(fd, entry->folder_fd);
    }
    if (fsync(fd) < 0)
        return -errno;
    r = appear(whole);
    return r < 0 ? r : folder_sync(entry);
}

int mlm_whole_keep(struct mlm_whole *whole, struct mlm_error *error)
{
    int r = ferror(whole->file) ? -EIO : 0;
    if (fflush(whole->file) != 0)
        r = -errno;
    bool begun = false;
    if (r == 0 && !whole->as_it_is)
        r = replace(whole, &begun);
    if (r < 0 && begun && link_as_part(whole) == 0) {
        r = mlm_error_set(error, r,
            "cannot write %s: %s; all that was to be in it is in %s, in the same folder", whole->path,
            strerror(-r), whole->part);
        whole->part[0] = 0;
        return r;
    }
    if (fclose(mlm_take_ptr(whole->file)) != 0 && r == 0)
        r = -errno;
    return r < 0 ? mlm_error_errno(error, r, "cannot write %s", whole->path) : 0;
}

void mlm_whole_drop(struct mlm_whole *whole)
{
    mlm_fclose_p(&whole->file);
    if (whole->part[0])
        (void)unlinkat(whole->entry.folder_fd, whole->part, 0);
    mlm_entry_release(&whole->entry);
    free(whole->path);
    *whole = (struct mlm_whole){0};
}
