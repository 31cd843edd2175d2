/* The interface behind struct mlm_rows: one table of functions for each source. For the sources in this
 * folder only. */
#pragma once

#include "data/random.h"
#include "data/rows.h"

struct mlm_rows_source {
    int (*next)(struct mlm_rows *rows, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb);
    int (*seek)(struct mlm_rows *rows, uint64_t index, struct mlm_scoreboard *sb);
    void (*close)(struct mlm_rows *rows);
};

/* First member of each source's own struct. */
struct mlm_rows {
    const struct mlm_rows_source *source;
};

/* The streams of random numbers under one seed. */
enum mlm_rows_stream { MLM_ROWS_LENGTHS, MLM_ROWS_LABELS, MLM_ROWS_VALUES };

/* A random label, 0 or 1, for a row that has none. `key` is of the stream MLM_ROWS_LABELS. */
static inline float mlm_rows_label(uint64_t key, uint64_t row)
{
    return (float)(mlm_random_u64(key, row) >> 63);
}
