/* The hot loops of the compressed formats, chosen once for a pair of types and the machine's instruction
 * set. */
#pragma once

#include "data/clones.h"
#include "storage/matrix.h"

struct mlm_sparse_products {
    /* Slice u of a compressed matrix (a row of CSR, a column of CSC) is a sparse vector a_u.
     * gather: y[u] += a_u·x; scatter: y += x[u]·a_u. */
    mlm_product *gather, *scatter;
    /* The same for slices of ELL, all of one width, and for entries of a COO sorted by rows. */
    mlm_product *ell_gather, *ell_scatter, *coo_gather, *coo_scatter;
};

/* value: MLM_F32 or MLM_F64. clone: mlm_clone_best(), or a lower one. */
const struct mlm_sparse_products *mlm_sparse_products(
    enum mlm_clone clone, enum mlm_value value, enum mlm_index index);
