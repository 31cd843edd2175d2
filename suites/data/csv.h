/* Numeric text tables: comma, semicolon or tab between fields (found by looking), with a header line or
 * without (found by looking: its first field is text), fields quoted or not, LF or CRLF, blank lines skipped.
 * Every line has the same number of fields and every field is a finite number: a missing value, NaN or
 * infinity is refused with its line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block;
struct mlm_decoder;
struct mlm_piece;

struct mlm_csv {
    uint64_t field;         /* the one that comes next in this row, from 0 */
    uint64_t header_fields; /* 0: no header */
    char delimiter;
    bool marked;    /* a byte order mark was looked for */
    bool started;   /* delimiter and header are known */
    bool in_header; /* until its end */
    bool quoted;    /* inside quotes of the header */
};

/* See mlm_decode(). */
int mlm_csv_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);
