/* --laptop SIZE: the memory that a laptop with that much RAM leaves to a job. */
#pragma once

#include "cli/options.h"

struct mlm_laptop {
    uint64_t ram_bytes; /* 0: none was asked for */
    uint64_t cap_bytes, background_bytes;
};

/* {"laptop", "SIZE", …}, for a struct mlm_laptop. It stands for --cap and --background. */
extern const struct mlm_option mlm_laptop_option_rows[];
