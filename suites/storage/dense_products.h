/* Products with dense matrices of narrow values, which are converted as they are read. (f32 and f64 go
 * through CBLAS: dense.c.) */
#pragma once

#include "storage/matrix.h"

struct mlm_dense_products {
    mlm_product *multiply, *multiply_transposed;
};

/* value: MLM_F16 or MLM_I8. */
const struct mlm_dense_products *mlm_dense_products(enum mlm_value value);
