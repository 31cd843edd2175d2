/* The estimate for people. */
#pragma once

#include "estimate/json.h"

/* Prints the sum line by line, what it fits in, and what would save the most. `measured` may be NULL. */
void mlm_estimate_print(const struct mlm_estimate *estimate, const struct mlm_estimate_beside *beside,
    bool sources, const struct mlm_estimate_measured *measured);
