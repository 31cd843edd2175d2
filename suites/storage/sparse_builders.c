/* Instantiates the builders for all pairs of types, and chooses among them. */
#include "storage/sparse_builders.h"

#include <string.h>

#define TEMPLATE "storage/sparse_builders_template.h"
#define VARIANT builders
#include "storage/sparse_each_type.h"

const struct mlm_sparse_builders *mlm_sparse_builders(enum mlm_value value, enum mlm_index index)
{
    static const struct mlm_sparse_builders *const tables[2][2] = {
        [MLM_F32] = {[MLM_INDEX_32] = &table_f32_i32_builders, [MLM_INDEX_64] = &table_f32_i64_builders},
        [MLM_F64] = {[MLM_INDEX_32] = &table_f64_i32_builders, [MLM_INDEX_64] = &table_f64_i64_builders},
    };
    return tables[value][index];
}
