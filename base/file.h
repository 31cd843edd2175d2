/* Small files, named relative to a directory's descriptor: /proc, /sys and cgroup trees, real or recorded.
 * Give AT_FDCWD for paths of the working directory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Reads a whole file of up to 1 MiB; *ret_text ends with NUL and is the caller's to free. Returns its length.
 */
ssize_t mlm_file_read(int dir_fd, const char *name, char **ret_text, struct mlm_error *error);

/* Reads up to size-1 bytes into a caller's buffer without allocating: what a sampler calls. */
ssize_t mlm_file_read_into(int dir_fd, const char *name, char *buffer, size_t size);

/* One number; "max" gives MLM_NO_LIMIT. */
int mlm_file_read_number(int dir_fd, const char *name, uint64_t *ret_value, struct mlm_error *error);

/* Writes a text in one write(). */
int mlm_file_write(int dir_fd, const char *name, const char *text, struct mlm_error *error);

/* Finds "key value" or "key: value" at a line's begin in the text of a flat keyed file (memory.stat,
 * /proc/meminfo) and gives its number. -ENOENT where the key is missing. */
int mlm_keyed_number(const char *text, const char *key, uint64_t *ret_value);

/* write() until everything is written or an error comes; 0 or negative errno. */
int mlm_write_all(int fd, const void *data, size_t size);

/* Do both paths lead to one file? Not where one leads to none. */
bool mlm_same_file(const char *path, const char *other);

/* Descriptors above 2 that this program was started with and hands on to what it executes, ended by -1: ask
 * before anything is opened. More than that many are left out. */
#define MLM_INHERITED_FDS_MAX 63
void mlm_inherited_fds(int ret_fds[static MLM_INHERITED_FDS_MAX + 1]);

/* mkdir -p, through nobody else's links (entry.h); what sudo makes belongs to the user who called it. */
int mlm_make_directories(const char *path, struct mlm_error *error);
