/* Small files, named relative to a directory's descriptor: /proc, /sys and cgroup trees, real or recorded.
 * Give AT_FDCWD for paths of the working directory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Reads a whole file of up to 1 MiB. *ret_text ends with NUL; the caller frees it. Returns the length. */
ssize_t mlm_file_read(int dir_fd, const char *name, char **ret_text, struct mlm_error *error);

/* Reads up to size-1 bytes into the caller's buffer. Allocates nothing, so a sampler can call it often. */
ssize_t mlm_file_read_into(int dir_fd, const char *name, char *buffer, size_t size);

/* Reads one number; the text "max" gives MLM_NO_LIMIT. */
int mlm_file_read_number(int dir_fd, const char *name, uint64_t *ret_value, struct mlm_error *error);

/* Writes a text in one write(). */
int mlm_file_write(int dir_fd, const char *name, const char *text, struct mlm_error *error);

/* Finds a line "key value" or "key: value" in the text of a flat keyed file (memory.stat, /proc/meminfo) and
 * returns its number. -ENOENT: no line has this key. */
int mlm_keyed_number(const char *text, const char *key, uint64_t *ret_value);

/* Calls write() until everything is written or an error occurs. Returns 0 or a negative errno. */
int mlm_write_all(int fd, const void *data, size_t size);

/* Returns true if both paths lead to the same existing file. */
bool mlm_same_file(const char *path, const char *other);

/* Lists the descriptors above 2 that this program inherited and passes on to programs that it executes; the
 * list ends with -1. Call it before anything is opened. Descriptors beyond the maximum are left out. */
#define MLM_INHERITED_FDS_MAX 63
void mlm_inherited_fds(int ret_fds[static MLM_INHERITED_FDS_MAX + 1]);

/* Like mkdir -p, but follows no links of other users (entry.h). Under sudo, new folders are given to the user
 * who called it. */
int mlm_make_directories(const char *path, struct mlm_error *error);
