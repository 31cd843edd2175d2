/* Writes an array as plain .npy: f32 in C order, with 0 for NaN. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "data/decoder.h"
#include "data/plain/rewrite.h"

/* No header that the parser takes is longer. */
#define HEADER_BYTES_MAX (UINT64_C(65536) + 12)

/* Bytes of the file that are converted at once. */
#define PIECE_BYTES (UINT64_C(1) << 20)

/* Most values of an array in Fortran order that are turned around at once, unless one row has more. */
#define TILE_VALUES (UINT64_C(16) << 20)

struct npy_copy {
    struct mlm_rewrite *rewrite;
    struct mlm_npy npy;
    char *piece;
    float *values;     /* of a piece, or of a tile */
    uint64_t column;   /* of the next value */
    uint64_t nonzeros; /* of its row so far */
    uint64_t missing;
};

static const char *name_of(const struct npy_copy *c)
{
    return c->rewrite->order->path;
}

static int header_read(struct npy_copy *c)
{
    struct mlm_rewrite *w = c->rewrite;
    struct mlm_decoder d;
    size_t size = 0;
    const struct mlm_decoder_limits limits = {.columns = UINT64_MAX, .row_values = MLM_ROW_VALUES_MAX};
    mlm_decoder_begin(&d, MLM_FORMAT_NPY, name_of(c), &limits);
    d.file_bytes = w->source.stream ? 0 : w->source.file_bytes;
    int r = mlm_source_read(&w->source, c->piece, HEADER_BYTES_MAX, &size, w->sb);
    if (r == 0)
        r = mlm_npy_header_parse(&d, c->piece, size, true, w->sb);
    if (r < 0)
        return r;
    c->npy = d.npy;
    w->shape.columns = d.npy.columns;
    if (d.npy.fortran_at && w->source.stream)
        return mlm_fail(w->sb, -EINVAL,
            "%.200s: an array in Fortran order must not be packed; unpack the file", name_of(c));
    return 0;
}

static int value_refuse(const struct npy_copy *c, const char *what)
{
    return mlm_fail(c->rewrite->sb, -EINVAL, "%.200s (row %" PRIu64 ", column %" PRIu64 "): %s", name_of(c),
        c->rewrite->shape.rows, c->column, what);
}

/* Puts out values row by row, from where the ones before ended. */
static int values_put(struct npy_copy *c, uint64_t count)
{
    struct mlm_rewrite *w = c->rewrite;
    for (uint64_t i = 0; i < count; i++) {
        if (isnan(c->values[i])) {
            if (w->order->reading.missing == MLM_MISSING_REFUSE)
                return value_refuse(c, "the value is missing (NaN); fill it in or leave the row out");
            c->missing++;
            c->values[i] = 0;
        }
        if (isinf(c->values[i]))
            return value_refuse(c, "expected a value that is finite in f32; write another number");
        c->nonzeros += c->values[i] != 0;
        if (++c->column == c->npy.columns) {
            mlm_rewrite_row(w, c->nonzeros);
            c->column = c->nonzeros = 0;
        }
    }
    return mlm_output_put(w->out, c->values, count * sizeof *c->values);
}

/* Reads rows one after the other. */
static int rows_copy(struct npy_copy *c)
{
    struct mlm_rewrite *w = c->rewrite;
    const struct mlm_npy *npy = &c->npy;
    size_t size = 0;
    /* The header was read with more than it, so start again. */
    int r = mlm_source_rewind(&w->source, w->sb);
    if (r == 0)
        r = mlm_source_read(&w->source, c->piece, npy->data_offset, &size, w->sb);
    for (uint64_t left = npy->values_left; r == 0 && left;) {
        uint64_t count = PIECE_BYTES / npy->value_bytes;
        count = count < left ? count : left;
        r = mlm_source_read(&w->source, c->piece, count * npy->value_bytes, &size, w->sb);
        if (r == 0 && size < count * npy->value_bytes)
            return mlm_fail(w->sb, -EINVAL,
                "%.200s ends before the last %" PRIu64 " of the %" PRIu64 " × %" PRIu64
                " values of its header",
                name_of(c), left - size / npy->value_bytes, npy->rows, npy->columns);
        if (r < 0)
            return r;
        npy->convert(c->piece, c->values, count);
        r = values_put(c, count);
        left -= count;
    }
    if (r == 0)
        r = mlm_source_read(&w->source, c->piece, 1, &size, w->sb);
    if (r == 0 && size)
        r = mlm_fail(w->sb, -EINVAL,
            "%.200s goes on after the %" PRIu64 " × %" PRIu64 " values of its header", name_of(c), npy->rows,
            npy->columns);
    return r;
}

/* Reads `count` values of a column from row `row` on, in pieces, to every `columns`th place of the tile. */
static int column_take(struct npy_copy *c, uint64_t column, uint64_t row, uint64_t count)
{
    struct mlm_rewrite *w = c->rewrite;
    const struct mlm_npy *npy = &c->npy;
    float *to = c->values + column;
    while (count) {
        float some[1024];
        uint64_t part = count < 1024 ? count : 1024;
        size_t size = part * npy->value_bytes;
        off_t at = (off_t)(npy->data_offset + (column * npy->rows + row) * npy->value_bytes);
        ssize_t n = pread(w->source.fd, c->piece, size, at);
        if (n < 0)
            return mlm_fail(w->sb, -errno, "cannot read %.300s", name_of(c));
        if ((size_t)n < size)
            return mlm_file_changed(w->sb, name_of(c), "it has become shorter");
        npy->convert(c->piece, some, part);
        for (uint64_t i = 0; i < part; i++, to += npy->columns)
            *to = some[i];
        mlm_progress_add(w->sb, size);
        row += part;
        count -= part;
    }
    return 0;
}

/* Turns an array in Fortran order around: some rows of all columns at a time. */
static int columns_copy(struct npy_copy *c)
{
    const struct mlm_npy *npy = &c->npy;
    uint64_t tile = TILE_VALUES / npy->columns;
    tile = tile ? tile : 1;
    for (uint64_t row = 0; row < npy->rows; row += tile) {
        uint64_t rows = npy->rows - row < tile ? npy->rows - row : tile;
        for (uint64_t column = 0; column < npy->columns; column++) {
            int r = column_take(c, column, row, rows);
            if (r < 0)
                return r;
        }
        int r = values_put(c, rows * npy->columns);
        if (r < 0)
            return r;
    }
    return 0;
}

static void tell(const struct npy_copy *c)
{
    FILE *out = c->rewrite->order->notes;
    if (!out)
        return;
    mlm_rewrite_tell(c->rewrite);
    if (c->npy.fortran_at)
        fputs("  its columns come first (Fortran order); in the copy, rows do\n", out);
    if (c->missing)
        fprintf(out, "  %" PRIu64 " missing value%s (NaN), read as 0; --missing refuse stops at the first\n",
            c->missing, c->missing == 1 ? "" : "s");
}

int mlm_rewrite_npy(struct mlm_rewrite *w)
{
    struct npy_copy c = {.rewrite = w};
    char header[MLM_NPY_HEADER_BYTES];
    mlm_progress_begin(w->sb, w->source.file_bytes);
    c.piece = malloc(PIECE_BYTES);
    int r = c.piece ? header_read(&c) : mlm_fail(w->sb, -ENOMEM, "out of memory");
    if (r == 0) {
        uint64_t tile = TILE_VALUES > c.npy.columns ? TILE_VALUES : c.npy.columns;
        uint64_t values = c.npy.fortran_at ? tile : PIECE_BYTES;
        c.values = calloc(values < c.npy.values_left ? values : c.npy.values_left, sizeof *c.values);
        r = c.values ? 0 : mlm_fail(w->sb, -ENOMEM, "out of memory");
    }
    if (r == 0) {
        mlm_npy_header_write(c.npy.rows, c.npy.columns, header);
        r = mlm_output_put(w->out, header, sizeof header);
    }
    if (r == 0)
        r = c.npy.fortran_at ? columns_copy(&c) : rows_copy(&c);
    if (r == 0)
        tell(&c);
    free(c.values);
    free(c.piece);
    return r;
}
