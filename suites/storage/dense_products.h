/* Products with dense matrices of f16 or int8 values, which are converted as they are read. (dense.c computes
 * f32 and f64 with CBLAS.) */
#pragma once

#include "data/clones.h"
#include "storage/matrix.h"

struct mlm_dense_products {
    mlm_product *multiply, *multiply_transposed;
};

/* value: MLM_F16 or MLM_I8. clone: mlm_clone_best(), or a lower one. */
const struct mlm_dense_products *mlm_dense_products(enum mlm_clone clone, enum mlm_value value);
