/* Walks through the tmpfs mounts. Other users may change them meanwhile, so every folder is opened below the
 * one that was read, without following links, and only on the same mount. */
#include "machine/tmpfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mounts.h"
#include "base/text.h"

/* Bounds of one search, for a tmpfs that somebody filled with millions of files. */
#define ENTRIES_MAX 50000
#define DEPTH_MAX 16
#define MOUNTS_MAX 64
#define STAT_BLOCK_BYTES 512 /* the unit of st_blocks, on every file system */

#define SEGMENTS "proc/sysvipc/shm"

struct search {
    int root_fd;
    struct timespec since;
    struct mlm_tmpfs_files *files;
    dev_t seen[MOUNTS_MAX]; /* a file system may be mounted at several places */
    size_t seen_count, entries;
};

static bool is_since(struct timespec time, const struct timespec *since)
{
    return time.tv_sec > since->tv_sec || (time.tv_sec == since->tv_sec && time.tv_nsec >= since->tv_nsec);
}

static uint64_t bytes_of(const struct stat *status)
{
    return (uint64_t)status->st_blocks * STAT_BLOCK_BYTES;
}

/* A path below the root, for openat() and the like. */
static const char *below_root(int root_fd, const char *path)
{
    return root_fd == AT_FDCWD ? path : path[1] ? path + 1 : ".";
}

void mlm_tmpfs_files_release(struct mlm_tmpfs_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].path);
    *files = (struct mlm_tmpfs_files){0};
}

/* Adds a file where it is one of the largest, and takes its path. */
static void file_keep(struct mlm_tmpfs_files *files, struct mlm_tmpfs_file file)
{
    size_t at = files->count;
    while (at && files->items[at - 1].bytes < file.bytes)
        at--;
    if (!file.path || at == MLM_TMPFS_FILES_MAX) {
        free(file.path);
        return;
    }
    if (files->count == MLM_TMPFS_FILES_MAX)
        free(files->items[--files->count].path);
    memmove(&files->items[at + 1], &files->items[at], (files->count - at) * sizeof file);
    files->items[at] = file;
    files->count++;
}

static bool would_be_kept(const struct mlm_tmpfs_files *files, uint64_t bytes)
{
    return bytes &&
           (files->count < MLM_TMPFS_FILES_MAX || files->items[MLM_TMPFS_FILES_MAX - 1].bytes < bytes);
}

/* Opens a folder for reading; NULL: it cannot be, or is on another file system. */
static DIR *folder_open(int folder_fd, const char *name, dev_t device)
{
    mlm_auto_close int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0 || status.st_dev != device)
        return NULL;
    DIR *dir = fdopendir(fd);
    if (dir)
        (void)mlm_take_fd(&fd);
    return dir;
}

/* A user's job makes files of that user. */
static bool may_be_ours(uid_t owner)
{
    return geteuid() == 0 || owner == geteuid();
}

static void folder_walk(struct search *search, DIR *dir, dev_t device, const char *path, int depth)
{
    for (const struct dirent *entry; (entry = readdir(dir)) && search->entries < ENTRIES_MAX;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        search->entries++;
        struct stat status;
        if (fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_dev != device)
            continue;
        const char *slash = strcmp(path, "/") == 0 ? "" : "/";
        if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX) {
            mlm_auto_free char *below = mlm_text_of("%s%s%s", path, slash, entry->d_name);
            mlm_auto_closedir DIR *child = folder_open(dirfd(dir), entry->d_name, device);
            if (below && child)
                folder_walk(search, child, device, below, depth + 1);
        } else if (S_ISREG(status.st_mode) && may_be_ours(status.st_uid) &&
                   would_be_kept(search->files, bytes_of(&status)) &&
                   (is_since(status.st_mtim, &search->since) || is_since(status.st_ctim, &search->since))) {
            file_keep(search->files, (struct mlm_tmpfs_file){
                                         .path = mlm_text_of("%s%s%s", path, slash, entry->d_name),
                                         .device = status.st_dev,
                                         .inode = status.st_ino,
                                         .bytes = bytes_of(&status),
                                     });
        }
    }
}

static bool seen_before(struct search *search, dev_t device)
{
    for (size_t i = 0; i < search->seen_count; i++)
        if (search->seen[i] == device)
            return true;
    if (search->seen_count < MOUNTS_MAX)
        search->seen[search->seen_count++] = device;
    return false;
}

static void mount_walk(void *context, const struct mlm_mount *mount)
{
    struct search *search = context;
    /* devtmpfs is a tmpfs, too. */
    bool is_tmpfs = strcmp(mount->type, "tmpfs") == 0 || strcmp(mount->type, "devtmpfs") == 0;
    if (!is_tmpfs || mount->read_only || mount->point[0] != '/')
        return;
    /* Another mount may cover this one, or show the same file system. */
    mlm_auto_closedir DIR *dir =
        folder_open(search->root_fd, below_root(search->root_fd, mount->point), mount->device);
    if (dir && !seen_before(search, mount->device))
        folder_walk(search, dir, mount->device, mount->point, 0);
}

/* Columns of a line of /proc/sysvipc/shm that are used here. */
struct segment {
    uint64_t id, bytes;
    uid_t owner;
    time_t changed;
};

/* key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap */
static bool segment_parse(const char *line, struct segment *ret_segment)
{
    uint64_t columns[16];
    char *end;
    for (size_t i = 0; i < 16; i++, line = end) {
        columns[i] = strtoull(line, &end, 10);
        if (end == line)
            return false;
    }
    ret_segment->id = columns[1];
    ret_segment->bytes = columns[14] + columns[15];
    ret_segment->owner = (uid_t)columns[7];
    ret_segment->changed = 0;
    for (size_t i = 11; i < 14; i++) /* attached, detached, made */
        if ((time_t)columns[i] > ret_segment->changed)
            ret_segment->changed = (time_t)columns[i];
    return true;
}

static int segments_read(
    int root_fd, void (*each)(void *context, const struct segment *segment), void *context)
{
    mlm_auto_free char *text = NULL;
    ssize_t n = mlm_file_read(root_fd, below_root(root_fd, "/" SEGMENTS), &text, NULL);
    if (n < 0)
        return (int)n;
    char *rest = text;
    struct segment segment;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (segment_parse(line, &segment))
            each(context, &segment);
    return 0;
}

static void segment_keep(void *context, const struct segment *segment)
{
    struct search *search = context;
    if (segment->changed >= search->since.tv_sec && may_be_ours(segment->owner) &&
        would_be_kept(search->files, segment->bytes))
        file_keep(
            search->files, (struct mlm_tmpfs_file){
                               .path = mlm_text_of("System V shared memory segment %" PRIu64, segment->id),
                               .inode = segment->id,
                               .bytes = segment->bytes,
                           });
}

void mlm_tmpfs_changed_since(int root_fd, const struct timespec *since, struct mlm_tmpfs_files *ret_files)
{
    *ret_files = (struct mlm_tmpfs_files){0};
    struct search search = {.root_fd = root_fd, .since = *since, .files = ret_files};
    (void)mlm_mounts_read(root_fd, mount_walk, &search);
    (void)segments_read(root_fd, segment_keep, &search);
}

static void segment_find(void *context, const struct segment *segment)
{
    struct mlm_tmpfs_file *wanted = context;
    if (segment->id == wanted->inode)
        wanted->bytes = segment->bytes;
}

uint64_t mlm_tmpfs_file_bytes_now(int root_fd, const struct mlm_tmpfs_file *file)
{
    struct mlm_tmpfs_file now = {.inode = file->inode};
    struct stat status;
    if (!file->device)
        (void)segments_read(root_fd, segment_find, &now);
    else if (fstatat(root_fd, below_root(root_fd, file->path), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
             status.st_dev == file->device && status.st_ino == file->inode)
        now.bytes = bytes_of(&status);
    return now.bytes < file->bytes ? now.bytes : file->bytes;
}
