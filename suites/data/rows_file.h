/* Rows of a user's file, with what only a whole pass over it tells. For inspect.c. */
#pragma once

#include <stdint.h>

#include "data/rows.h"

/* Of rows that mlm_rows_open_file() opened. */
struct mlm_rows_file_position {
    uint64_t bytes, file_bytes; /* read so far, of how many */
    uint64_t columns;           /* seen so far; exact after the last row */
};

struct mlm_rows_file_position mlm_rows_file_position(const struct mlm_rows *rows);
