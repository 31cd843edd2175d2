/* The swap devices in use and their kind: on a disk, or compressed in memory. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum mlm_swap_kind {
    MLM_SWAP_PARTITION,
    MLM_SWAP_FILE,
    MLM_SWAP_ZRAM, /* a compressed block device in memory: its pages stay in RAM, outside any cap */
};

/* Returns "partition", "file" or "zram". */
const char *mlm_swap_kind_name(enum mlm_swap_kind kind);

struct mlm_swap {
    char path[512];
    uint64_t size_bytes, used_bytes;
    enum mlm_swap_kind kind;
    int priority; /* the kernel fills the highest first */
};

/* Reads /proc/swaps below `root_fd` (AT_FDCWD: this machine): the first `size` devices. Returns the number of
 * all devices, or a negative errno. */
int mlm_swaps_read(int root_fd, struct mlm_swap *swaps, size_t size, struct mlm_error *error);
