/* The shape of a user's dataset file, found by reading it once: what --dataset FILE needs before any formula
 * can be evaluated. */
#pragma once

#include <stdint.h>

#include "scoreboard.h"

struct mlm_shape {
    uint64_t rows, columns;
    uint64_t nonzeros;
    uint64_t widest_row; /* nonzeros in the fullest row */
};

/* Reads a .npy, .csv or .libsvm file (by its ending: .npy; .csv, .tsv; .libsvm, .svm, .txt). A malformed file
 * gets its line or byte named, through mlm_fail().
 *
 * This runs outside any cage. One row is held at a time, and one of more than MLM_ROW_VALUES_MAX values (of a
 * sparse file those other than 0) is refused: whatever the file, no more than this is taken. */
#define MLM_INSPECT_BYTES_MAX (UINT64_C(200) << 20)

int mlm_dataset_inspect(const char *path, struct mlm_shape *ret_shape, struct mlm_scoreboard *sb);
