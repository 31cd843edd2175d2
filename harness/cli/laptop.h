/* --laptop, --desktop and --tabs: the memory that a laptop leaves to a job, and what the job sees of it. */
#pragma once

#include "base/laptop.h"
#include "cli/cage_options.h"

struct mlm_laptop {
    uint64_t ram_bytes; /* 0: none was asked for, or `own` is not resolved yet */
    bool own;           /* this machine */
    uint64_t
        cap_bytes; /* of `own`: set before, if a run that is resumed had it; otherwise what is available */
    uint64_t background_bytes;
};

/* {"laptop", "SIZE", …}, for a struct mlm_laptop. It stands for --cap and --background. */
extern const struct mlm_option mlm_laptop_option_rows[];

/* {"desktop", …} and {"tabs", …}, for a struct mlm_desktop: options of all verbs that speak of laptops. */
extern const struct mlm_option mlm_desktop_option_rows[];

/* Writes the laptop, if one was asked for, into itself, the limits and the caps. `caps` NULL: the verb
 * chooses caps itself, and a cap of `own` is only for the reader. -EINVAL: --cap or --background was given as
 * well, or the desktop does not fit. */
int mlm_laptop_resolve(struct mlm_laptop *laptop, const struct mlm_desktop *desktop,
    const struct mlm_parsed *parsed, struct mlm_limits *limits, struct mlm_caps *caps,
    struct mlm_error *error);

/* Describes the assumptions about the laptop; "" without one. */
#define MLM_LAPTOP_TEXT 256
void mlm_laptop_text(const struct mlm_laptop *laptop, char text[static MLM_LAPTOP_TEXT]);
