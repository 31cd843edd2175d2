/* The table of shapes as data. */
#include "estimate/shapes.h"

#define SHAPE(symbol, ...) {__VA_ARGS__},

const struct mlm_shape mlm_shapes[MLM_SHAPE_TOTAL] = {{.name = "own", .norms = 2}, MLM_SHAPES(SHAPE)};
