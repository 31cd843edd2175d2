/* Sizes and memory of a matrix in any format: one mapping for each array, so that peak RSS can be compared
 * with core bytes. */
#include "storage/matrix.h"

#include <errno.h>

#include "data/memory.h"

size_t mlm_value_bytes(enum mlm_value value)
{
    static const size_t bytes[] = {[MLM_F32] = 4, [MLM_F64] = 8, [MLM_F16] = 2, [MLM_I8] = 1};
    return bytes[value];
}

size_t mlm_index_bytes(enum mlm_index index)
{
    return index == MLM_INDEX_64 ? sizeof(uint64_t) : sizeof(uint32_t);
}

struct array_bytes {
    uint64_t values, indices, starts;
};

static struct array_bytes bytes_of(const struct mlm_layout *layout, struct mlm_extent extent)
{
    uint64_t index_bytes = mlm_index_bytes(layout->index);
    return (struct array_bytes){.values = extent.values * mlm_value_bytes(layout->value),
        .indices = extent.indices * index_bytes,
        .starts = extent.starts * index_bytes};
}

uint64_t mlm_matrix_core_bytes(const struct mlm_storage_format *format, const struct mlm_layout *layout)
{
    struct array_bytes bytes = bytes_of(layout, format->extent(layout));
    return bytes.values + bytes.indices + bytes.starts;
}

int mlm_matrix_open(const struct mlm_storage_format *format, const struct mlm_layout *layout,
    struct mlm_matrix *ret_matrix, struct mlm_scoreboard *sb)
{
    struct mlm_matrix matrix = {.format = format, .layout = *layout, .extent = format->extent(layout)};
    struct array_bytes bytes = bytes_of(layout, matrix.extent);
    const struct {
        void **array;
        uint64_t bytes;
        const char *what;
    } arrays[] = {{&matrix.values, bytes.values, "values"}, {&matrix.indices, bytes.indices, "indices"},
        {&matrix.starts, bytes.starts, "starts of rows"}};
    int r = 0;
    format->bind(&matrix);
    /* Map arrays without elements too: a matrix without values still needs an address to compute with. */
    for (size_t i = 0; r == 0 && i < sizeof arrays / sizeof *arrays; i++) {
        *arrays[i].array = mlm_map(arrays[i].bytes, arrays[i].what, sb);
        r = *arrays[i].array ? 0 : -ENOMEM;
    }
    if (r < 0) {
        mlm_matrix_close(&matrix);
        return r;
    }
    *ret_matrix = matrix;
    return 0;
}

void mlm_matrix_close(struct mlm_matrix *matrix)
{
    struct array_bytes bytes = bytes_of(&matrix->layout, matrix->extent);
    mlm_unmap(matrix->values, bytes.values);
    mlm_unmap(matrix->indices, bytes.indices);
    mlm_unmap(matrix->starts, bytes.starts);
    *matrix = (struct mlm_matrix){0};
}
