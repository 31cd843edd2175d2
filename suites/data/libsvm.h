/* The text format of LIBSVM and SVMlight: a line is "LABEL INDEX:VALUE INDEX:VALUE… # comment", indices
 * ascending from 1. A "qid:N" is skipped; so are blank lines and lines of comment. Zeros that are written out
 * are dropped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block;
struct mlm_decoder;
struct mlm_piece;

struct mlm_libsvm {
    uint64_t last_index; /* of this row; 0: none yet */
    bool in_row;         /* its label was read */
    bool in_comment;
};

/* See mlm_decode(). */
int mlm_libsvm_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);
