/* The estimate for other programs; its schema is results/estimate.schema.json. */
#pragma once

#include <jansson.h>

#include "estimate/estimate.h"

/* The nearest own workload, run: what was reckoned for it, and what it needed. */
struct mlm_estimate_measured {
    const char *workload; /* "storage/csr" */
    double cap_bytes, estimate_bytes, needs_bytes;
    const char *outcome;
};

/* A new reference; NULL: out of memory. `measured` may be NULL. */
json_t *mlm_estimate_json(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    const struct mlm_estimate_measured *measured);
