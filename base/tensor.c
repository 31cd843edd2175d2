/* The table of tensor types as data. */
#include "base/tensor.h"

#include <string.h>

#define TYPE(...) {__VA_ARGS__},

const struct mlm_tensor_type mlm_tensor_types[MLM_TENSOR_TYPES] = {MLM_TENSOR_TABLE(TYPE)};

int mlm_tensor_type_of(uint32_t id)
{
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        if (mlm_tensor_types[i].id == id)
            return i;
    return -1;
}

int mlm_tensor_type_named(const char *name)
{
    for (int i = 0; i < MLM_TENSOR_TYPES; i++)
        if (strcmp(mlm_tensor_types[i].name, name) == 0)
            return i;
    return -1;
}
