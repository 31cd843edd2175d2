/* Returns the rows of a user's file one after the other, whatever its format. */
#include "data/rows_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/reader.h"
#include "data/rows_source.h"

/* Room for a row's values at the start; it grows with the widest row. */
#define ROOM_AT_FIRST 4096u

struct file_rows {
    struct mlm_rows base;
    char *path;
    struct mlm_reader reader;
    struct mlm_block block; /* one row */
    uint32_t *columns;      /* dense: columns of the values other than 0 */
    uint64_t capacity_columns;
    uint64_t labels_key;
};

/* Moves the values other than 0 of a dense row to the front and notes their columns. */
static int row_pack(struct file_rows *f, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb)
{
    struct mlm_block *block = &f->block;
    if (block->count > UINT32_MAX)
        return mlm_fail(sb, -EINVAL, "%.300s has more than %u columns", f->reader.decoder.name, UINT32_MAX);
    if (block->count > f->capacity_columns) {
        mlm_unmap(f->columns, f->capacity_columns * sizeof *f->columns);
        f->capacity_columns = 0;
        f->columns = mlm_map(block->capacity_values * sizeof *f->columns, "a row", sb);
        if (!f->columns)
            return -ENOMEM;
        f->capacity_columns = block->capacity_values;
    }
    uint32_t count = 0;
    for (uint32_t c = 0; c < block->count; c++) {
        float value = block->values[c];
        if (!isfinite(value)) {
            const struct mlm_npy *npy = &f->reader.decoder.npy; /* text decoders refuse NaN */
            uint64_t row = f->reader.decoder.rows - 1;
            return mlm_fail(sb, -EINVAL,
                "%.200s, byte %" PRIu64 " (row %" PRIu64 ", column %" PRIu32
                "): expected a value that is finite in f32",
                f->reader.decoder.name, npy->data_offset + (row * npy->columns + c) * npy->value_bytes, row,
                c);
        }
        f->columns[count] = c;
        block->values[count] = value;
        count += value != 0;
    }
    *ret_row = (struct mlm_data_row){
        .count = count,
        .columns = f->columns,
        .values = block->values,
        .label = mlm_rows_label(f->labels_key, f->reader.decoder.rows - 1),
    };
    return 1;
}

static int file_next(struct mlm_rows *rows, struct mlm_data_row *ret_row, struct mlm_scoreboard *sb)
{
    struct file_rows *f = (struct file_rows *)rows;
    struct mlm_block *block = &f->block;
    mlm_block_clear(block);
    int r = mlm_reader_fill(&f->reader, block, true, sb);
    if (r < 0)
        return r;
    if (block->rows == 0)
        return 0;
    if (!block->indices)
        return row_pack(f, ret_row, sb);
    *ret_row = (struct mlm_data_row){
        .count = (uint32_t)block->count, /* indices ascend: there are fewer than 2^32 */
        .columns = block->indices,
        .values = block->values,
        .label = block->labels[0] > 0 ? 1 : 0,
    };
    return 1;
}

static int file_seek(struct mlm_rows *rows, uint64_t index, struct mlm_scoreboard *sb)
{
    struct file_rows *f = (struct file_rows *)rows;
    if (index != 0)
        return mlm_fail(sb, -ESPIPE, "%.300s can be read from its begin alone", f->reader.decoder.name);
    return mlm_reader_rewind(&f->reader, sb);
}

static void file_close(struct mlm_rows *rows)
{
    struct file_rows *f = (struct file_rows *)rows;
    mlm_reader_close(&f->reader);
    mlm_block_close(&f->block);
    mlm_unmap(f->columns, f->capacity_columns * sizeof *f->columns);
    free(f->path);
    free(f);
}

static const struct mlm_rows_source file_source = {.next = file_next, .seek = file_seek, .close = file_close};

struct mlm_rows_file_position mlm_rows_file_position(const struct mlm_rows *rows)
{
    const struct mlm_reader *reader = &((const struct file_rows *)rows)->reader;
    return (struct mlm_rows_file_position){
        .bytes = reader->read_bytes, .file_bytes = reader->file_bytes, .columns = reader->decoder.columns};
}

/* A file that was not inspected may have rows that are too long to hold. */
static struct mlm_decoder_limits limits_of(enum mlm_format format, const struct mlm_shape *shape)
{
    if (!shape)
        return (struct mlm_decoder_limits){.columns = UINT64_MAX, .row_values = MLM_ROW_VALUES_MAX};
    return (struct mlm_decoder_limits){.columns = shape->columns,
        .row_values = mlm_format_is_sparse(format) ? shape->widest_row : shape->columns,
        .inspected = true};
}

int mlm_rows_open_file(const char *path, uint64_t seed, const struct mlm_shape *shape,
    struct mlm_rows **ret_rows, struct mlm_scoreboard *sb)
{
    enum mlm_format format;
    struct mlm_error error = {0};
    int r = mlm_format_of(path, &format, &error);
    if (r < 0)
        return mlm_fail(sb, r, "%s", error.text);
    const struct mlm_decoder_limits limits = limits_of(format, shape);
    struct file_rows *f = calloc(1, sizeof *f);
    if (!f)
        return mlm_fail(sb, -ENOMEM, "out of memory");
    f->path = strdup(path);
    f->base.source = &file_source;
    f->labels_key = mlm_random_key(seed, MLM_ROWS_LABELS);
    r = f->path ? mlm_reader_open(f->path, format, MLM_READ, &limits, &f->reader, sb)
                : mlm_fail(sb, -ENOMEM, "out of memory");
    if (r == 0)
        r = mlm_block_open(&f->block, mlm_format_is_sparse(format), 1, ROOM_AT_FIRST, "a row", sb);
    if (r < 0) {
        file_close(&f->base);
        return r;
    }
    *ret_rows = &f->base;
    return 0;
}
