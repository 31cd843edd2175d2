/* The disk behind a folder that may not exist yet: of such a path, the nearest folder above that does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes that this user can still write there. */
int mlm_disk_free(const char *path, uint64_t *ret_bytes, struct mlm_error *error);

/* Is it tmpfs or ramfs? Files there are memory themselves and cannot be evicted from the page cache. */
int mlm_disk_is_memory(const char *path, bool *ret_memory, struct mlm_error *error);
