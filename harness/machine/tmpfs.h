/* Files in tmpfs, and System V shared memory: memory that outlives the processes that wrote it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define MLM_TMPFS_FILES_MAX 8

struct mlm_tmpfs_file {
    char *path;             /* "/dev/shm/job.bin", or "System V shared memory segment 12" */
    uint64_t device, inode; /* device 0: a segment, and the inode is its id */
    uint64_t bytes;         /* memory that it holds, or has in swap */
};

struct mlm_tmpfs_files {
    struct mlm_tmpfs_file items[MLM_TMPFS_FILES_MAX]; /* the largest, largest first */
    size_t count;
};

/* Finds what was changed at or after `since` (of CLOCK_REALTIME_COARSE, the clock of file times) in the
 * writable tmpfs mounts that we see; for an ordinary user, only what belongs to that user. Follows no links,
 * and looks at no more than some ten thousand entries. Parts that cannot be read are left out. `root_fd` is a
 * directory that stands for "/" (AT_FDCWD: the real one). */
void mlm_tmpfs_changed_since(int root_fd, const struct timespec *since, struct mlm_tmpfs_files *ret_files);
void mlm_tmpfs_files_release(struct mlm_tmpfs_files *files); /* a zeroed one holds nothing */

/* Bytes that the file still holds, at most as many as before; 0: it was removed, or replaced by another. */
uint64_t mlm_tmpfs_file_bytes_now(int root_fd, const struct mlm_tmpfs_file *file);
