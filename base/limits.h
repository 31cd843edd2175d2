/* Under what a trial runs: one value from the command line to the record. To add a limit: a field here, its
 * option in cli/cage_options.c, its file in cage/dialect.c, its key in record/record_json.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/size.h"

struct mlm_limits {
    uint64_t cap_bytes;        /* MLM_NO_LIMIT: none */
    uint64_t swap_limit_bytes; /* MLM_NO_LIMIT: what the machine has */
    uint64_t background_bytes; /* a second process in the cage holds that much; 0: there is none */
    bool background_active;    /* and goes on using it */
    uint64_t timeout_ns;       /* longest that a trial may take */
};

#define MLM_UNLIMITED ((struct mlm_limits){.cap_bytes = MLM_NO_LIMIT, .swap_limit_bytes = MLM_NO_LIMIT})

/* "idle" or "active", as options and records have it; NULL: there is no background. */
static inline const char *mlm_background_mode(const struct mlm_limits *limits)
{
    return !limits->background_bytes ? NULL : limits->background_active ? "active" : "idle";
}
