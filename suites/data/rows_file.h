/* The rows of a user's file, together with the facts that are known only after a whole pass. For
 * inspect.c. */
#pragma once

#include <stdint.h>

#include "data/rows.h"

/* Position in rows that mlm_rows_open_file() opened. */
struct mlm_rows_file_position {
    uint64_t bytes, file_bytes; /* bytes read so far, and the size of the file */
    uint64_t columns;           /* columns seen so far; exact after the last row */
};

struct mlm_rows_file_position mlm_rows_file_position(const struct mlm_rows *rows);
