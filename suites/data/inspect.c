/* Reads the user's file once and counts rows, columns and values. */
#include "data/inspect.h"

#include <errno.h>

#include "data/rows_file.h"

int mlm_dataset_inspect(const char *path, struct mlm_shape *ret_shape, struct mlm_scoreboard *sb)
{
    struct mlm_rows *rows;
    int r = mlm_rows_open_file(path, 0, NULL, &rows, sb);
    if (r < 0)
        return r;
    struct mlm_shape shape = {0};
    struct mlm_rows_file_position position = mlm_rows_file_position(rows);
    mlm_progress_begin(sb, position.file_bytes);
    uint64_t shown = 0;
    for (struct mlm_data_row row; (r = mlm_rows_next(rows, &row, sb)) == 1;) {
        shape.rows++;
        shape.nonzeros += row.count;
        shape.widest_row = row.count > shape.widest_row ? row.count : shape.widest_row;
        position = mlm_rows_file_position(rows);
        mlm_progress_add(sb, position.bytes - shown);
        shown = position.bytes;
    }
    shape.columns = position.columns;
    mlm_rows_close(rows);
    if (r == 0 && shape.columns == 0)
        r = mlm_fail(sb, -EINVAL, "%.300s: expected INDEX:VALUE somewhere, found labels alone", path);
    if (r == 0)
        *ret_shape = shape;
    return r;
}
