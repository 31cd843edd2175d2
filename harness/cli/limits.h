/* What runs a program under limits is told of them in the same words by every verb. */
#pragma once

#include "cli/options.h"

struct mlm_limits {
    uint64_t caps[MLM_TEXTS_MAX]; /* MLM_NO_LIMIT: none */
    size_t cap_count;
    uint64_t swap_limit_bytes; /* MLM_NO_LIMIT: what the machine has */
    uint64_t background_bytes;
    bool background_active;
};

/* --cap LIST, --swap max|none|SIZE, --background SIZE[:idle|active]. -EINVAL names the option and what it
 * takes. */
int mlm_caps_parse(const char *list, struct mlm_limits *limits, struct mlm_error *error);
int mlm_swap_limit_parse(const char *text, struct mlm_limits *limits, struct mlm_error *error);
int mlm_background_parse(const char *text, struct mlm_limits *limits, struct mlm_error *error);
