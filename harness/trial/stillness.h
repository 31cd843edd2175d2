/* Did we stand still while we waited? Somebody may stop the harness (Ctrl-Z, a debugger, a freezer): then a
 * process that it watches ends unseen. A harness that waits for a processor or for its own memory does not
 * stand still. */
#pragma once

#include <stdint.h>

struct mlm_stillness {
    uint64_t run_delay_ns; /* UINT64_MAX: this kernel does not tell */
    uint64_t major_faults;
};

/* Call it right before a wait that ends at `until_ns` (CLOCK_MONOTONIC) at the latest, and the other right
 * after it. The latter returns by how much the wait was longer, less what we waited for a processor. */
void mlm_stillness_begin(struct mlm_stillness *ret_stillness);
uint64_t mlm_stillness_end(const struct mlm_stillness *stillness, uint64_t until_ns);
