/* Folders of cages: what a job takes for /tmp, where /tmp is on a disk, and for its temporary files. They
 * have the names of cages, so that those of a dead run are known. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "cage/run.h"

/* The folders in which they are made: /tmp, and the user's TMPDIR where that is another one. */
static size_t places_find(const char *ret_places[static 2])
{
    const char *own = getenv("TMPDIR");
    struct stat a, b;
    ret_places[0] = MLM_CAGE_FOLDERS;
    ret_places[1] = own;
    if (!own || own[0] != '/' || stat(own, &a) < 0)
        return 1;
    return stat(MLM_CAGE_FOLDERS, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino ? 1 : 2;
}

/* Returns true if no other user can put something else in the place of a folder of ours. */
static bool is_safe(const struct mlm_entry *entry)
{
    struct stat folder;
    return !entry->shared || (fstat(entry->folder_fd, &folder) == 0 && folder.st_mode & S_ISVTX &&
                                 (folder.st_uid == 0 || folder.st_uid == geteuid()));
}

static int folder_make(const char *path, int *ret_hold_fd, struct mlm_error *error)
{
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    int r = mlm_entry_find(path, &entry, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "cannot make the folder %s", path);
    if (!is_safe(&entry))
        return mlm_error_set(error, -EPERM, "cannot make the folder %s: others could replace it", path);
    if (mkdirat(entry.folder_fd, entry.name, 0700) < 0)
        return mlm_error_errno(error, -errno, "cannot make the folder %s", path);
    mlm_auto_close int fd =
        openat(entry.folder_fd, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH) < 0) {
        r = -errno;
        (void)unlinkat(entry.folder_fd, entry.name, AT_REMOVEDIR);
        return mlm_error_errno(error, r, "cannot open the folder %s", path);
    }
    *ret_hold_fd = mlm_take_fd(&fd);
    return 0;
}

int mlm_cage_folder_make(
    const struct mlm_cage *cage, char ret_path[static PATH_MAX], int *ret_hold_fd, struct mlm_error *error)
{
    snprintf(ret_path, PATH_MAX, "%s/%s", MLM_CAGE_FOLDERS, cage->name);
    return folder_make(ret_path, ret_hold_fd, error);
}

int mlm_cage_scratch_make(
    const struct mlm_cage *cage, char ret_path[static PATH_MAX], int *ret_hold_fd, struct mlm_error *error)
{
    const char *places[2];
    int r = -ENAMETOOLONG;
    for (size_t i = places_find(places); i-- > 0 && r < 0;)
        if (snprintf(ret_path, PATH_MAX, "%s/%s", places[i], cage->name) < PATH_MAX)
            r = folder_make(ret_path, ret_hold_fd, error);
    return r;
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
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    if (mlm_entry_find(path, &entry, NULL) == 0)
        (void)tree_remove(entry.folder_fd, entry.name);
}

/* Anybody may make a folder in /tmp with a name of ours. */
static bool is_own_folder(int parent_fd, const char *name)
{
    struct stat status;
    return fstatat(parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == geteuid();
}

static void sweep(const char *place, const char *prefix)
{
    mlm_auto_closedir DIR *dir = dir_open(AT_FDCWD, place);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && is_own_folder(dirfd(dir), entry->d_name))
            (void)tree_remove(dirfd(dir), entry->d_name);
}

void mlm_cage_folders_sweep(const char *prefix)
{
    const char *places[2];
    for (size_t i = places_find(places); i-- > 0;)
        sweep(places[i], prefix);
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

static int stale_in(const char *place, bool remove, int *count, struct mlm_error *error)
{
    int failed = 0;
    mlm_auto_closedir DIR *dir = dir_open(AT_FDCWD, place);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!is_stale(dirfd(dir), entry->d_name))
            continue;
        int r = remove ? tree_remove(dirfd(dir), entry->d_name) : 0;
        if (r < 0)
            failed = mlm_error_errno(error, r, "cannot remove %s/%s", place, entry->d_name);
        else
            ++*count;
    }
    return failed;
}

int mlm_cage_folders_stale(bool remove, struct mlm_error *error)
{
    const char *places[2];
    int count = 0, failed = 0;
    for (size_t i = places_find(places); i-- > 0;) {
        int r = stale_in(places[i], remove, &count, error);
        failed = r < 0 ? r : failed;
    }
    return failed < 0 ? failed : count;
}
