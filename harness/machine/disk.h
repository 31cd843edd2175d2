/* Facts about the disk behind a folder. The folder may not exist yet: the nearest existing folder above it
 * answers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Returns the bytes that this user can still write there. */
int mlm_disk_free(const char *path, uint64_t *ret_bytes, struct mlm_error *error);

/* Finds whether the file system is tmpfs or ramfs. Its files are memory themselves and cannot be evicted from
 * the page cache. */
int mlm_disk_is_memory(const char *path, bool *ret_memory, struct mlm_error *error);
