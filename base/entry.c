/* Walks a path one name at a time, with openat() and O_NOFOLLOW, and decides at each link whether it may be
 * followed. The kernel's own path walk cannot do this: it follows links of every user. */
#include "base/entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define LINKS_MAX 40
#define TRIES 16

/* The message does not name the path: the caller adds it. */
static int fail(struct mlm_error *error, int code)
{
    return mlm_error_set(error, code, "%s", strerror(-code));
}

static bool is_ours(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

/* A write permission for the user's own group does not count: on many systems each user has a private
 * group. */
static bool others_write(const struct stat *folder)
{
    return folder->st_mode & S_IWOTH ||
           (folder->st_mode & S_IWGRP && folder->st_gid != 0 && folder->st_gid != getegid());
}

static bool is_private(const struct stat *folder)
{
    return is_ours(folder->st_uid) && !others_write(folder);
}

bool mlm_folder_is_private(int folder_fd)
{
    struct stat status;
    return fstat(folder_fd, &status) == 0 && is_private(&status);
}

static bool may_follow(const struct stat *folder, const struct stat *link)
{
    bool own_only = folder->st_mode & S_ISVTX && is_ours(link->st_uid);
    return is_private(folder) || (is_ours(folder->st_uid) && own_only);
}

/* Finds the user who called sudo; returns false where nobody did. */
static bool caller_find(uid_t *ret_uid, gid_t *ret_gid)
{
    const char *words[] = {getenv("SUDO_UID"), getenv("SUDO_GID")};
    unsigned long ids[2];
    if (geteuid() != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        char *end = NULL;
        errno = 0;
        ids[i] = words[i] ? strtoul(words[i], &end, 10) : 0;
        if (!words[i] || end == words[i] || *end || errno || ids[i] >= UINT32_MAX)
            return false;
    }
    *ret_uid = (uid_t)ids[0];
    *ret_gid = (gid_t)ids[1];
    return *ret_uid != 0;
}

void mlm_entry_give(int fd, int folder_fd)
{
    uid_t uid;
    gid_t gid;
    struct stat folder;
    if (caller_find(&uid, &gid) && fstat(folder_fd, &folder) == 0 && folder.st_uid == uid)
        (void)fchown(fd, uid, gid);
}

static bool is_empty(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        mlm_close_p(&fd);
        return false;
    }
    size_t count = 0;
    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count == 2;
}

/* ---- The walk along a path ---- */

struct walk {
    int fd;                  /* the folder that `rest` is relative to */
    char rest[2 * PATH_MAX]; /* the part of the path that is not walked yet */
    char name[NAME_MAX + 1]; /* the name that was taken off the path last */
    bool is_last, is_folder; /* only slashes follow the name; at least one does */
    bool make;               /* create missing folders */
    unsigned links;
};

static void walk_release(struct walk *walk)
{
    mlm_close_p(&walk->fd);
}

static int walk_begin(struct walk *walk, const char *path)
{
    size_t length = strlen(path);
    if (!length)
        return -ENOENT;
    if (length >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(walk->rest, path, length + 1);
    int fd = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    mlm_close_p(&walk->fd);
    walk->fd = fd;
    return 0;
}

/* Takes the next name off the rest; "." where nothing is left. */
static int walk_name(struct walk *walk)
{
    const char *begin = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(begin, "/");
    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    snprintf(walk->name, sizeof walk->name, "%.*s", length ? (int)length : 1, length ? begin : ".");
    const char *rest = begin + length;
    walk->is_folder = *rest == '/';
    walk->is_last = !rest[strspn(rest, "/")];
    memmove(walk->rest, rest, strlen(rest) + 1);
    return 0;
}

/* Replaces the link by its target and continues from there. */
static int walk_follow(struct walk *walk, int link_fd)
{
    char target[PATH_MAX], rest[2 * PATH_MAX];
    ssize_t length = readlinkat(link_fd, "", target, sizeof target - 1);
    if (length <= 0)
        return length < 0 ? -errno : -ENOENT;
    target[length] = 0;
    if (++walk->links > LINKS_MAX)
        return -ELOOP;
    if (snprintf(rest, sizeof rest, "%s%s", target, walk->rest) >= (int)sizeof rest)
        return -ENAMETOOLONG;
    memcpy(walk->rest, rest, sizeof rest);
    if (*target != '/')
        return 0;
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    mlm_close_p(&walk->fd);
    walk->fd = fd;
    return 0;
}

static int refuse_link(const struct walk *walk, struct mlm_error *error)
{
    return mlm_error_set(error, -ELOOP,
        "%s is a link that somebody else can have made; name the folder that it leads to", walk->name);
}

/* Creates the folder. If another program creates one under this name at the same moment, that one is used. */
static int folder_make(struct walk *walk)
{
    if (mkdirat(walk->fd, walk->name, 0777) < 0)
        return errno == EEXIST ? 0 : -errno;
    mlm_auto_close int fd = openat(walk->fd, walk->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() && is_empty(fd))
        mlm_entry_give(fd, walk->fd);
    return 0;
}

/* Enters the folder `name`; a link that may be followed is replaced by its target. */
static int walk_enter(struct walk *walk, struct mlm_error *error)
{
    static const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    mlm_auto_close int fd = openat(walk->fd, walk->name, flags);
    if (fd < 0 && errno == ENOENT && walk->make) {
        int r = folder_make(walk);
        if (r < 0)
            return fail(error, r);
        fd = openat(walk->fd, walk->name, flags);
    }
    struct stat folder, there;
    if (fd < 0 || fstat(walk->fd, &folder) < 0 || fstat(fd, &there) < 0)
        return fail(error, -errno);
    if (S_ISLNK(there.st_mode)) {
        if (!may_follow(&folder, &there))
            return refuse_link(walk, error);
        int r = walk_follow(walk, fd);
        return r < 0 ? fail(error, r) : 0;
    }
    if (!S_ISDIR(there.st_mode))
        return fail(error, -ENOTDIR);
    mlm_close_p(&walk->fd);
    walk->fd = mlm_take_fd(&fd);
    return 0;
}

static bool is_in_proc(int folder_fd)
{
    struct statfs system;
    return fstatfs(folder_fd, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* Looks at the last name of the path. Returns 1 where it is a link that was followed: the target brings
 * another last name. */
static int walk_last(struct walk *walk, struct mlm_entry *entry)
{
    struct stat folder;
    if (fstat(walk->fd, &folder) < 0)
        return -errno;
    entry->shared = !is_private(&folder);
    strcpy(entry->name, walk->name);
    mlm_auto_close int fd = openat(walk->fd, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return -errno;
    if (fd < 0)
        return walk->is_folder ? -EISDIR : 0;
    entry->exists = true;
    if (fstat(fd, &entry->status) < 0)
        return -errno;
    if (!S_ISLNK(entry->status.st_mode))
        return walk->is_folder && !S_ISDIR(entry->status.st_mode) ? -ENOTDIR : 0;
    if (!may_follow(&folder, &entry->status))
        return 0;
    if (is_in_proc(walk->fd)) {
        entry->by_descriptor = true;
        return fstatat(walk->fd, walk->name, &entry->status, 0) < 0 ? -errno : 0;
    }
    entry->exists = false;
    int r = walk_follow(walk, fd);
    return r < 0 ? r : 1;
}

int mlm_entry_find(const char *path, struct mlm_entry *ret_entry, struct mlm_error *error)
{
    mlm_cleanup(walk_release) struct walk walk = {.fd = -1};
    struct mlm_entry entry = {.folder_fd = -1};
    int r = walk_begin(&walk, path);
    for (bool found = false; r >= 0 && !found;) {
        r = walk_name(&walk);
        if (r == 0 && walk.is_last) {
            r = walk_last(&walk, &entry);
            found = r == 0;
        } else if (r == 0) {
            int entered = walk_enter(&walk, error);
            if (entered < 0)
                return entered;
        }
    }
    if (r < 0)
        return fail(error, r);
    /* Never keep descriptor 0: in an entry, 0 means that no folder is held. */
    entry.folder_fd = walk.fd == 0 ? fcntl(walk.fd, F_DUPFD_CLOEXEC, 3) : mlm_take_fd(&walk.fd);
    if (entry.folder_fd < 0)
        return fail(error, -errno);
    *ret_entry = entry;
    return 0;
}

void mlm_entry_release(struct mlm_entry *entry)
{
    if (entry->folder_fd > 0)
        mlm_close_p(&entry->folder_fd);
    entry->folder_fd = 0;
}

int mlm_make_directories(const char *path, struct mlm_error *error)
{
    mlm_cleanup(walk_release) struct walk walk = {.fd = -1, .make = true};
    int r = walk_begin(&walk, path);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot make folder %s", path);
    do {
        r = walk_name(&walk);
        if (r < 0)
            return mlm_error_errno(error, r, "cannot make folder %s", path);
        r = walk_enter(&walk, error);
        if (r < 0)
            return mlm_error_wrap(error, r, "cannot make folder %s", path);
    } while (walk.rest[strspn(walk.rest, "/")]);
    return 0;
}

/* ---- Opening the file for writing ---- */

static int open_there(const struct mlm_entry *entry, int flags)
{
    int fd = openat(entry->folder_fd, entry->name,
        (flags & ~O_TRUNC) | O_NOCTTY | O_CLOEXEC | (entry->by_descriptor ? O_APPEND : O_NOFOLLOW));
    return fd < 0 ? -errno : fd;
}

static int check_there(const struct mlm_entry *entry, int fd, int flags, struct mlm_error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail(error, -errno);
    if (!S_ISREG(status.st_mode) || entry->by_descriptor)
        return 0;
    if (entry->shared && status.st_nlink > 1)
        return mlm_error_set(
            error, -EMLINK, "the file has other names, and others can write in its folder; name a new file");
    if (flags & O_TRUNC && ftruncate(fd, 0) < 0)
        return fail(error, -errno);
    return 0;
}

int mlm_entry_open(const struct mlm_entry *entry, int flags, struct mlm_error *error)
{
    bool exists = entry->exists;
    int r = -ELOOP;
    for (int i = 0; i < TRIES; i++, exists = !exists) {
        if (exists) {
            mlm_auto_close int fd = open_there(entry, flags);
            r = fd < 0 ? fd : check_there(entry, fd, flags, error);
            if (fd >= 0)
                return r < 0 ? r : mlm_take_fd(&fd);
        } else {
            r = openat(entry->folder_fd, entry->name,
                flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0666);
            if (r >= 0)
                mlm_entry_give(r, entry->folder_fd);
            else
                r = -errno;
        }
        /* Try again where the file was created or removed since the last look. */
        if (r != (exists ? -ENOENT : -EEXIST))
            break;
    }
    if (r == -ELOOP)
        return mlm_error_set(
            error, r, "it is a link that somebody else can have made; name the file that it leads to");
    return r < 0 ? fail(error, r) : r;
}

int mlm_entry_open_path(const char *path, int flags, struct mlm_error *error)
{
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    int r = mlm_entry_find(path, &entry, error);
    if (r == 0)
        r = mlm_entry_open(&entry, flags, error);
    return r < 0 ? mlm_error_wrap(error, r, "cannot write %s", path) : r;
}
