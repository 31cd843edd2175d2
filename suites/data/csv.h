/* Numeric text tables. Fields are separated by comma, semicolon or tab, and there may be a header line; both
 * are recognized from the first line. Fields may be quoted, lines end with LF or CRLF, blank lines are
 * skipped. Every line must have the same number of fields and every field must be a finite number: a missing
 * value, NaN or infinity is refused, with the number of its line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block;
struct mlm_decoder;
struct mlm_piece;

struct mlm_csv {
    uint64_t field;         /* index of the next field in this row, from 0 */
    uint64_t header_fields; /* 0: no header */
    char delimiter;
    bool marked;    /* the search for a byte order mark is done */
    bool started;   /* delimiter and header are known */
    bool in_header; /* inside the header */
    bool quoted;    /* inside quotes in the header */
};

/* See mlm_decode(). */
int mlm_csv_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);
