/* Products with dense matrices. Values of f16 and int8 are converted as they are read. */
#pragma once

#include "data/clones.h"
#include "storage/matrix.h"

struct mlm_dense_products {
    mlm_product *multiply, *multiply_transposed;
};

/* clone: mlm_clone_best(), or a lower one. */
const struct mlm_dense_products *mlm_dense_products(enum mlm_clone clone, enum mlm_value value);
