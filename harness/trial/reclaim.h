/* Frees memory of a cage beside its job, as kswapd does on a machine, so that the job need not do it itself.
 * It needs memory.reclaim: cgroup v2, Linux 5.19.
 *
 * The watermarks are those of the kernel (mm/page_alloc.c, __setup_per_zone_wmarks() and
 * calculate_min_free_kbytes()), for a machine with `ram` bytes in one zone:
 *
 *   min  = 4 · √(ram in KiB) KiB, from 128 KiB to 256 MiB
 *   step = the larger of min / 4 and ram / 1000  (vm.watermark_scale_factor = 10)
 *   low  = min + step,  high = min + 2 · step
 *
 * kswapd begins when less than `low` is free, and ends when `high` is free. Below `min`, who wants memory has
 * to free some. In a cage that happens at the cap, so the cap stands for `min`. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cage/dialect.h"

struct mlm_watermarks {
    uint64_t low_bytes, high_bytes; /* distances from the cap */
};

struct mlm_watermarks mlm_watermarks_of(uint64_t ram_bytes);

struct mlm_reclaimer {
    int current_fd, reclaim_fd; /* files of the cage */
    uint64_t cap_bytes;
    struct mlm_watermarks watermarks;
    bool below_high;   /* it frees until the high watermark is reached */
    unsigned failures; /* in a row; after some of them it tries less often, as kswapd does */
    bool runs;
    atomic_bool stop;
    pthread_t thread;
};

/* Opens the files of the cage. `ram_bytes` is the size of the machine that the cage stands for. -ENOTSUP: the
 * cage has no memory.reclaim; the error names the remedy. */
int mlm_reclaimer_open(int dir_fd, const struct mlm_dialect *dialect, uint64_t cap_bytes, uint64_t ram_bytes,
    struct mlm_reclaimer *ret_reclaimer, struct mlm_error *error);

/* Looks once, and frees what has to be freed. Returns how many bytes it asked for. */
uint64_t mlm_reclaimer_look(struct mlm_reclaimer *reclaimer);

/* Looks about a thousand times a second, in a thread of ours, until it is closed. */
int mlm_reclaimer_start(struct mlm_reclaimer *reclaimer, struct mlm_error *error);
void mlm_reclaimer_close(struct mlm_reclaimer *reclaimer); /* accepts a zeroed struct */
