/* What the page cache holds of a file. */
#pragma once

#include <stdint.h>

/* Finds how many bytes of the first `size_bytes` of an open file are in the page cache, in whole pages. The
 * kernel tells this only to the owner of a file, to those who may write to it, and to root: -EPERM for
 * others. Another negative errno: the file cannot be mapped. */
int mlm_page_cache_bytes(int fd, uint64_t size_bytes, uint64_t *ret_bytes);
