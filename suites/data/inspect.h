/* The shape of a plain dataset file (data/plain/plain.h), found by reading the file once. `--dataset FILE`
 * needs the shape before any formula can be evaluated. */
#pragma once

#include <stdint.h>

#include "scoreboard.h"

struct mlm_shape {
    uint64_t rows, columns;
    uint64_t nonzeros;
    uint64_t widest_row; /* nonzeros in the fullest row */
};

/* Reads a .npy, .csv or .libsvm file (recognized by its ending: .npy; .csv, .tsv; .libsvm, .svm, .txt). For a
 * malformed file the message, through mlm_fail(), names the line or byte.
 *
 * This runs outside any cage, so its memory is bounded: one row is held at a time, and a row of more than
 * MLM_ROW_VALUES_MAX values (of a sparse file those other than 0) is refused. */
#define MLM_INSPECT_BYTES_MAX (UINT64_C(200) << 20)

int mlm_dataset_inspect(const char *path, struct mlm_shape *ret_shape, struct mlm_scoreboard *sb);
