/* Fresh memory: what a virtual machine's host took back, or never gave, is slow when it is touched for the
 * first time, up to ten times as slow as later. A trial that gets such pages pays for them, the next one does
 * not.
 *
 * Both calls fill memory page by page in a child that gives it all back when it ends and that the kernel
 * kills before anybody else should memory run out; it also dies with us. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Enough for a first look. A probe sees no further than it fills, for pages that were freed a moment ago come
 * first: 1 GiB looked warm where 2 GiB took ten times as long. A run therefore probes as much as its largest
 * cap. Takes 0.6 to 4 s a GiB. */
#define MLM_FRESH_MEMORY_PROBE_BYTES (UINT64_C(1) << 30)

struct mlm_fresh_memory {
    uint64_t bytes; /* what was filled at first: never over a quarter of the memory available */
    double first_ns_per_byte;
    double warm_ns_per_byte; /* the best of three fills of a quarter as much after that */
    bool slow;               /* the first took over 1.5 times as long */
};

/* Time spent waiting for a processor is left out, so that a busy machine does not pass for a slow one.
 * -ENOMEM where the child was killed for memory (our own cgroup may be tight), -EINTR where a signal from
 * outside ended it, or `interrupt_fd` (or -1) became readable. */
int mlm_fresh_memory_probe(
    uint64_t bytes, int interrupt_fd, struct mlm_fresh_memory *ret_result, struct mlm_error *error);

/* Touches that much, though never over three quarters of the memory available, so that a trial right after it
 * finds it warm. The kernel may hand out other pages the second time: it is filled again, up to three times,
 * until the pace is that of warm memory (`warm_ns_per_byte` of a probe; 0: once). Errors as above. */
int mlm_fresh_memory_touch(
    uint64_t bytes, double warm_ns_per_byte, int interrupt_fd, struct mlm_error *error);
