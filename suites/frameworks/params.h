/* What the tables of parameters and the descriptors of this suite share. */
#pragma once

#include <stddef.h>

#include "frameworks/frameworks.h"

#define FIELD(field) offsetof(struct frameworks_config, field)
#define COUNT(field, values, most, text)                                                                     \
    .name = #field, .type = MLM_PARAM_COUNT, .offset = FIELD(field), .sweep = (values), .minimum = 1,        \
    .maximum = (most), .help = (text)
#define WORD(field, values, text)                                                                            \
    .name = #field, .type = MLM_PARAM_WORD, .offset = FIELD(field), .sweep = (values),                       \
    .words = field##_words, .help = (text)

/* Rows with the same value do the same work. */
#define PARAM_WIDTH(value)                                                                                   \
    {                                                                                                        \
        COUNT(width, value, 1 << 20, "values in a row"), .equal_work = true                                  \
    }

#define COMMON                                                                                               \
    .config_size = sizeof(struct frameworks_config), .script = "frameworks/mlm_job.py", .max_threads = 1
#define TORCH .library_package = "python3-torch"
#define READS (MLM_QUICK | MLM_FOREIGN_HEAP | MLM_READS_FILE)
#define MAPS (MLM_QUICK | MLM_FOREIGN_HEAP | MLM_MAPS_FILE)

static inline uint64_t minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}
