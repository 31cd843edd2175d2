/* Folders of cages: what a job takes for /tmp, where /tmp is on a disk. They have the names of cages, so that
 * those of a dead run are known. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cage/run.h"

int mlm_cage_folder_make(
    const struct mlm_cage *cage, char ret_path[static 128], int *ret_hold_fd, struct mlm_error *error)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", MLM_CAGE_FOLDERS, cage->name);
    if (mkdir(path, 0700) < 0)
        return mlm_error_errno(error, -errno, "cannot make the folder %s", path);
    mlm_auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH) < 0) {
        int r = -errno;
        (void)rmdir(path);
        return mlm_error_errno(error, r, "cannot open the folder %s", path);
    }
    memcpy(ret_path, path, sizeof path);
    *ret_hold_fd = mlm_take_fd(&fd);
    return 0;
}

static DIR *dir_open(int parent_fd, const char *name)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !dir)
        (void)close(fd);
    return dir;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A job may have taken our rights to a folder away. Nothing but a folder is changed: fchmodat() would follow
 * a link that somebody puts there meanwhile. */
static void rights_take(int parent_fd, const char *name)
{
    char path[64];
    mlm_auto_close int fd = openat(parent_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fd >= 0)
        (void)chmod(path, 0700);
}

static bool on_same_device(int a_fd, int b_fd)
{
    struct stat a, b;
    return fstat(a_fd, &a) == 0 && fstat(b_fd, &b) == 0 && a.st_dev == b.st_dev;
}

/* Removes the files of a folder, and moves the folders in it up to the top. What is mounted there stays. */
static void flatten(int top_fd, const char *name, unsigned *next)
{
    rights_take(top_fd, name);
    mlm_auto_closedir DIR *dir = dir_open(top_fd, name);
    if (!dir || !on_same_device(top_fd, dirfd(dir)))
        return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (is_dots(entry->d_name) || unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            continue;
        char moved[24];
        snprintf(moved, sizeof moved, "%u", (*next)++);
        rights_take(dirfd(dir), entry->d_name);
        (void)renameat(dirfd(dir), entry->d_name, top_fd, moved);
    }
}

/* Removes a tree of any depth with two descriptors: each folder comes to the top before it is emptied. */
static int tree_remove(int parent_fd, const char *name)
{
    unsigned next = 0;
    for (bool found = true; found;) {
        mlm_auto_closedir DIR *top = dir_open(parent_fd, name);
        found = false;
        for (const struct dirent *entry; top && (entry = readdir(top));) {
            if (is_dots(entry->d_name) || unlinkat(dirfd(top), entry->d_name, 0) == 0)
                continue;
            flatten(dirfd(top), entry->d_name, &next);
            /* One that cannot be removed must not keep us here for ever. */
            found |= unlinkat(dirfd(top), entry->d_name, AT_REMOVEDIR) == 0;
        }
    }
    return unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

void mlm_cage_folder_remove(const char *path)
{
    (void)tree_remove(AT_FDCWD, path);
}

/* Anybody may make a folder in /tmp with a name of ours. */
static bool is_own_folder(int parent_fd, const char *name)
{
    struct stat status;
    return fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == geteuid();
}

void mlm_cage_folders_sweep(const char *prefix)
{
    mlm_auto_closedir DIR *dir = dir_open(AT_FDCWD, MLM_CAGE_FOLDERS);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && is_own_folder(dirfd(dir), entry->d_name))
            (void)tree_remove(dirfd(dir), entry->d_name);
}

static bool is_stale(int dir_fd, const char *name)
{
    struct stat status;
    pid_t maker;
    uint64_t start;
    if (!mlm_cage_name_parse(name, &maker, &start) || mlm_cage_maker_lives(maker, start))
        return false;
    mlm_auto_close int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
           flock(fd, LOCK_EX | LOCK_NB) == 0;
}

int mlm_cage_folders_stale(bool remove, struct mlm_error *error)
{
    int count = 0, failed = 0;
    mlm_auto_closedir DIR *dir = dir_open(AT_FDCWD, MLM_CAGE_FOLDERS);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!is_stale(dirfd(dir), entry->d_name))
            continue;
        int r = remove ? tree_remove(dirfd(dir), entry->d_name) : 0;
        if (r < 0)
            failed = mlm_error_errno(error, r, "cannot remove %s/%s", MLM_CAGE_FOLDERS, entry->d_name);
        else
            count++;
    }
    return failed < 0 ? failed : count;
}
