/* The text format of LIBSVM and SVMlight: a line is "LABEL INDEX:VALUE INDEX:VALUE… # comment", with indices
 * ascending from 1. "qid:N", blank lines and comment lines are skipped. Zeros in the file are dropped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block;
struct mlm_decoder;
struct mlm_piece;

struct mlm_libsvm {
    uint64_t last_index; /* last index of this row; 0: none yet */
    bool in_row;         /* the label of this row was read */
    bool in_comment;
};

/* See mlm_decode(). */
int mlm_libsvm_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);
