/* The swap devices in use, and what they are: pages on a disk, or compressed in memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum mlm_swap_kind {
    MLM_SWAP_PARTITION,
    MLM_SWAP_FILE,
    MLM_SWAP_ZRAM, /* a compressed block device in memory: what is swapped there stays in RAM, outside any cap
                    */
};

/* "partition", "file", "zram" */
const char *mlm_swap_kind_name(enum mlm_swap_kind kind);

struct mlm_swap {
    char path[512];
    uint64_t size_bytes, used_bytes;
    enum mlm_swap_kind kind;
    int priority; /* the kernel fills the highest first */
};

/* Reads /proc/swaps below `root_fd` (AT_FDCWD: this machine): the first `size` devices. Returns how many
 * there are, or a negative errno. */
int mlm_swaps_read(int root_fd, struct mlm_swap *swaps, size_t size, struct mlm_error *error);
