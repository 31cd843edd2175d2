/* Fresh memory: pages that a virtual machine's host took back, or never gave, are up to ten times as slow at
 * their first touch as later. A trial that gets such pages pays for them, and the next trial does not.
 *
 * Both functions fill memory page by page in a child. It returns all memory when it ends, it dies with us,
 * and it is the kernel's first choice if memory runs out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/await.h"
#include "base/error.h"

/* Enough for a first look. A probe detects slow pages only within what it fills, because recently freed pages
 * come first: once 1 GiB looked warm where 2 GiB took ten times as long. A run therefore probes as much as
 * its largest cap. Takes 0.6 to 4 s for each GiB. */
#define MLM_FRESH_MEMORY_PROBE_BYTES (UINT64_C(1) << 30)

struct mlm_fresh_memory {
    uint64_t bytes; /* bytes of the first fill: at most a quarter of the available memory */
    double first_ns_per_byte;
    double warm_ns_per_byte; /* the best of three later fills of a quarter as much */
    bool slow;               /* the first fill took over 1.5 times as long for each byte */
};

/* Times do not include waiting for a processor, so that a busy machine is not taken for a slow one. -ENOMEM:
 * the kernel killed the child for memory (our own cgroup may be tight). -EINTR: a signal from outside ended
 * it, or the user wants to stop (`await`). */
int mlm_fresh_memory_probe(uint64_t bytes, const struct mlm_await *await, struct mlm_fresh_memory *ret_result,
    struct mlm_error *error);

/* Touches `bytes` of memory, at most three quarters of what is available, so that a trial right after it gets
 * warm pages. The kernel may hand out other pages the second time; therefore it fills up to three times,
 * until the pace is that of warm memory (`warm_ns_per_byte` of a probe; 0: once). Errors as above. */
int mlm_fresh_memory_touch(
    uint64_t bytes, double warm_ns_per_byte, const struct mlm_await *await, struct mlm_error *error);
