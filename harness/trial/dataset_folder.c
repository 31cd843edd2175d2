/* The folder of datasets, its file names and its lock. `clean` removes files here, so it must recognize our
 * own names exactly. */
#include "trial/dataset_folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"

/* Runs hold a shared lock on this file while they use datasets. A run that removes datasets holds the lock
 * alone, and removes this file last. */
#define LOCK "in-use.lock"
#define TRIES 600
#define NAP_NS 50000000

int mlm_dataset_folder(char folder[static 4096], struct mlm_error *error)
{
    const char *own = getenv("MLMEMBENCH_CACHE");
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int n = own && *own       ? snprintf(folder, 4096, "%s/datasets", own)
            : cache && *cache ? snprintf(folder, 4096, "%s/mlmembench/datasets", cache)
            : home && *home   ? snprintf(folder, 4096, "%s/.cache/mlmembench/datasets", home)
                              : -1;
    if (n < 0 || n >= 4096)
        return mlm_error_set(
            error, -ENOENT, "no place for datasets: set HOME, XDG_CACHE_HOME or MLMEMBENCH_CACHE");
    return 0;
}

static const char *word_skip(const char *at)
{
    while (*at >= 'a' && *at <= 'z')
        at++;
    return at;
}

/* Skips a letter and the number behind it; NULL where there is none. */
static const char *number_skip(const char *at)
{
    if (*at < 'a' || *at > 'z' || !isdigit((unsigned char)at[1]))
        return NULL;
    at++;
    while (isdigit((unsigned char)*at))
        at++;
    return at;
}

/* Recognizes the ending of a temporary name, which a dataset has while it is built on a file system without
 * unnamed files. */
static bool is_partial(const char *ending)
{
    return ending[0] == '.' && strspn(ending + 1, "0123456789abcdef") == 16 &&
           strcmp(ending + 17, ".partial") == 0;
}

bool mlm_dataset_name_is_ours(const char *name)
{
    static const char *const endings[] = {
        ".npy", ".csv", ".tsv", ".libsvm", ".svm", ".txt", ".weights", ".tflite", ".onnx", ".pte", ".gguf"};
    const char *at = name, *next;
    size_t words = 0, numbers = 0;
    for (; (next = word_skip(at)) > at && *next == '-'; at = next + 1)
        words++;
    for (; (next = number_skip(at)); at = next + 1) {
        if (numbers == 0 && *at != 'v')
            return false;
        numbers++;
        if (*next != '-')
            break;
    }
    if (words < 2 || numbers < 2 || !next)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(endings[i]);
        if (strncmp(next, endings[i], length) == 0 && (!next[length] || is_partial(next + length)))
            return true;
    }
    return false;
}

/* A run that removes the datasets also removes this file; a lock on a removed file protects nothing. */
static bool is_still_there(int folder_fd, int fd)
{
    struct stat open, there;
    return fstat(fd, &open) == 0 && fstatat(folder_fd, LOCK, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

/* Returns 1: locked; 0: there is no file to lock; -EWOULDBLOCK: somebody else holds it. */
static int lock_try(int folder_fd, int flags, int operation, int *ret_fd)
{
    for (;;) {
        mlm_auto_close int fd = openat(folder_fd, LOCK, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
        /* The file may belong to another user. Writing is tried first, because NFS needs it for an exclusive
         * lock. */
        if (fd < 0 && errno == EACCES && flags == O_RDWR)
            fd = openat(folder_fd, LOCK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            return errno == ENOENT ? 0 : -errno;
        if (flock(fd, operation | LOCK_NB) < 0)
            return -errno;
        if (is_still_there(folder_fd, fd)) {
            *ret_fd = mlm_take_fd(&fd);
            return 1;
        }
    }
}

int mlm_dataset_folder_open(const char *folder, struct mlm_error *error)
{
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    int r = mlm_entry_find(folder, &entry, error);
    if (r < 0)
        return r;
    int fd = openat(entry.folder_fd, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? mlm_error_set(error, -errno, "%s", strerror(errno)) : fd;
}

int mlm_dataset_hold(const char *folder, int *ret_fd, struct mlm_error *error)
{
    int r = mlm_make_directories(folder, error);
    if (r < 0)
        return r;
    mlm_auto_close int folder_fd = mlm_dataset_folder_open(folder, error);
    if (folder_fd < 0)
        return mlm_error_wrap(error, folder_fd, "cannot open %s", folder);
    mlm_auto_close int fd = -1;
    for (int i = 0; i < TRIES && (r = lock_try(folder_fd, O_RDONLY | O_CREAT, LOCK_SH, &fd)) == -EWOULDBLOCK;
         i++)
        (void)nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    if (r == -EWOULDBLOCK)
        return mlm_error_set(error, -EBUSY,
            "datasets in %s are being removed; start again when `mlmembench clean` has ended", folder);
    if (fd >= 0)
        mlm_entry_give(fd, folder_fd);
    *ret_fd = mlm_take_fd(&fd);
    return 0;
}

static bool is_removable(int folder_fd, const char *name, struct stat *ret_status)
{
    return mlm_dataset_name_is_ours(name) && fstatat(folder_fd, name, ret_status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(ret_status->st_mode);
}

/* Counts our files, and removes them if `remove` is set. */
static int go_through(
    int folder_fd, bool remove, const char *folder, struct mlm_datasets_found *found, struct mlm_error *error)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        int r = -errno;
        mlm_close_p(&fd);
        return mlm_error_errno(error, r, "cannot open %s", folder);
    }
    int r = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        struct stat status;
        if (!is_removable(folder_fd, entry->d_name, &status))
            continue;
        if (remove && unlinkat(folder_fd, entry->d_name, 0) < 0 && r == 0)
            r = mlm_error_errno(error, -errno, "cannot remove %s/%s", folder, entry->d_name);
        found->bytes += (uint64_t)status.st_blocks * 512;
        found->count++;
    }
    (void)closedir(dir);
    return r;
}

int mlm_datasets_remove(
    const char *folder, bool dry_run, struct mlm_datasets_found *ret_found, struct mlm_error *error)
{
    struct mlm_datasets_found found = {0};
    mlm_auto_close int folder_fd = mlm_dataset_folder_open(folder, error);
    if (folder_fd == -ENOENT) {
        *ret_found = found;
        return 0;
    }
    if (folder_fd < 0)
        return mlm_error_wrap(error, folder_fd, "cannot open %s", folder);
    mlm_auto_close int lock_fd = -1;
    int r = lock_try(folder_fd, O_RDWR, LOCK_EX, &lock_fd);
    found.in_use = r == -EWOULDBLOCK;
    if (r < 0 && !found.in_use)
        return mlm_error_errno(error, r, "cannot learn whether a run uses %s", folder);
    r = go_through(folder_fd, !dry_run && !found.in_use, folder, &found, error);
    if (r == 0 && lock_fd >= 0 && !dry_run && unlinkat(folder_fd, LOCK, 0) < 0)
        r = mlm_error_errno(error, -errno, "cannot remove %s/" LOCK, folder);
    if (r == 0)
        *ret_found = found;
    return r;
}
