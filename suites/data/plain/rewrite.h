/* One pass from a user's file to its plain copy. For the formats in this folder. */
#pragma once

#include "data/output.h"
#include "data/plain/plain.h"
#include "data/plain/source.h"

struct mlm_rewrite {
    const struct mlm_plain_order *order;
    struct mlm_source source;
    struct mlm_shape shape; /* of the rows written so far */
    uint64_t bytes;         /* size of the copy, once it is complete */
    struct mlm_output *out;
    struct mlm_scoreboard *sb;
};

/* Counts a row that was written. */
static inline void mlm_rewrite_row(struct mlm_rewrite *w, uint64_t nonzeros)
{
    w->shape.rows++;
    w->shape.nonzeros += nonzeros;
    w->shape.widest_row = nonzeros > w->shape.widest_row ? nonzeros : w->shape.widest_row;
}

/* Each reads the source from its begin, puts out the copy, and finds the shape. */
int mlm_rewrite_table(struct mlm_rewrite *rewrite);
int mlm_rewrite_npy(struct mlm_rewrite *rewrite);
int mlm_rewrite_libsvm(struct mlm_rewrite *rewrite);

/* Tells what the copy is, once it is complete: the first of the notes. */
void mlm_rewrite_tell(const struct mlm_rewrite *rewrite);
