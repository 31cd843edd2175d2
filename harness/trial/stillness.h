/* Detects that the harness itself was stopped while it waited (Ctrl-Z, a debugger, a freezer). A process that
 * it watches may end unnoticed then. Waiting for a processor or for its own memory does not count as being
 * stopped. */
#pragma once

#include <stdint.h>

struct mlm_stillness {
    uint64_t run_delay_ns; /* UINT64_MAX: the kernel does not report it */
    uint64_t major_faults;
};

/* Call _begin() right before a wait that ends at `until_ns` (CLOCK_MONOTONIC) at the latest, and _end() right
 * after it. _end() returns how much longer the wait took, minus the time spent waiting for a processor. */
void mlm_stillness_begin(struct mlm_stillness *ret_stillness);
uint64_t mlm_stillness_end(const struct mlm_stillness *stillness, uint64_t until_ns);
