/* --laptop SIZE: the memory that a laptop with that much RAM leaves to a job, and what the job sees of it. */
#pragma once

#include "cli/cage_options.h"

struct mlm_laptop {
    uint64_t ram_bytes; /* 0: none was asked for */
    uint64_t cap_bytes, background_bytes;
};

/* {"laptop", "SIZE", …}, for a struct mlm_laptop. It stands for --cap and --background. */
extern const struct mlm_option mlm_laptop_option_rows[];

/* Writes the laptop, if one was asked for, into the limits and the caps. `caps` NULL: the verb chooses caps
 * itself. -EINVAL: --cap or --background was given as well. */
int mlm_laptop_resolve(const struct mlm_laptop *laptop, const struct mlm_parsed *parsed,
    struct mlm_limits *limits, struct mlm_caps *caps, struct mlm_error *error);

/* Describes the assumptions about the laptop; "" without one. */
#define MLM_LAPTOP_TEXT 192
void mlm_laptop_text(const struct mlm_laptop *laptop, char text[static MLM_LAPTOP_TEXT]);
