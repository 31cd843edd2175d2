/* How much memory and swap there is at this moment. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct mlm_memory_now {
    uint64_t total_bytes;
    uint64_t available_bytes; /* the kernel's estimate of memory that programs can get without swapping */
    uint64_t swap_total_bytes, swap_free_bytes;
    bool swap_is_zram; /* some swap device is zram: pages swapped there stay in memory, outside any cap */
    bool zswap;        /* there is swap, and zswap in front of it keeps pages in memory, too */
};

/* The part of what is available that a job may take without making the machine swap: a tenth of it more is
 * left as a reserve. */
static inline uint64_t mlm_memory_usable_bytes(uint64_t available_bytes)
{
    return available_bytes / 11 * 10;
}

/* Reads /proc/meminfo, /proc/swaps and zswap's parameter below `root_fd` (AT_FDCWD: this machine). Fails
 * where /proc/meminfo cannot be read or has no total. */
int mlm_memory_now(int root_fd, struct mlm_memory_now *ret_memory, struct mlm_error *error);
