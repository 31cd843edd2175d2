/* The estimate as JSON, for other programs; the schema is results/estimate.schema.json. */
#pragma once

#include <jansson.h>

#include "estimate/estimate.h"

/* A real trial of the most similar workload: its estimate and its measured needs. */
struct mlm_estimate_measured {
    const char *workload; /* "storage/csr" */
    double cap_bytes, estimate_bytes, needs_bytes;
    const char *outcome;
};

/* Returns a new reference; NULL: out of memory. `measured` may be NULL. */
json_t *mlm_estimate_json(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    const struct mlm_estimate_measured *measured);
