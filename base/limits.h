/* The limits that a trial runs under. The same struct travels from the command line to the record. To add a
 * limit: a field here; harness/README.md tells the other places. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/size.h"

#define MLM_CAP_MINIMUM_BYTES (UINT64_C(16) << 20) /* a worker needs no less */

struct mlm_limits {
    uint64_t cap_bytes;        /* MLM_NO_LIMIT: no cap */
    uint64_t swap_limit_bytes; /* MLM_NO_LIMIT: all swap of the machine */
    uint64_t background_bytes; /* memory that a second process in the cage holds; 0: no such process */
    bool background_active;    /* the second process keeps using its memory */
    uint64_t timeout_ns;       /* longest time that a trial may take */
    uint64_t laptop_bytes;     /* RAM of the laptop that the job is shown; 0: it sees this machine */
    bool laptop_own;         /* the laptop is this machine: the job sees it as it is, and the cap is what was
                              * available when the run began */
    uint64_t processors;     /* number that the job may use, and sees; 0: all that this program may use */
    bool private_tmp;        /* the job has its own /tmp and /dev/shm, which end with the trial */
    bool background_reclaim; /* the harness frees memory beside the job, as kswapd does on a laptop */
    bool inherited_cage; /* the job stays in the cgroup that we are in; cap_bytes is the limit found there */
};

#define MLM_UNLIMITED ((struct mlm_limits){.cap_bytes = MLM_NO_LIMIT, .swap_limit_bytes = MLM_NO_LIMIT})

/* Returns "idle" or "active", the words of options and records; NULL: no background. */
static inline const char *mlm_background_mode(const struct mlm_limits *limits)
{
    return !limits->background_bytes ? NULL : limits->background_active ? "active" : "idle";
}
