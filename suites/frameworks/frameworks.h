/* The config of all workloads of the suite, and the generated files that some of them read. */
#pragma once

#include <stdint.h>

#include "data/rows.h"
#include "workload.h"

struct frameworks_config {
    struct mlm_job job;
    double density;
    uint64_t width, epochs, batch, clusters, components, trees, depth, bins, layers, samples, workers, leaves;
    /* Indices of the words in frameworks.c. */
    uint32_t value, format, solver, optimizer, malloc, storage, holding, collector, reading, plan;
    struct mlm_shape shape; /* derived from the other fields */
};

/* The rows of the suite `storage` as a dense .npy file of f32. */
extern const struct mlm_dataset mlm_frameworks_array;

/* A table of sales as CSV, with a header: id (whole numbers), city (one of 1000 names), device (one of 20),
 * amount (quarters) and pieces (1 to 99). Sums over it are exact. */
extern const struct mlm_dataset mlm_frameworks_table;

/* An upper bound of a line of the table. Most have 36 bytes. */
#define MLM_TABLE_LINE_MOST 64u
