/* Unpacks a libsvm file: its text is plain as it is. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "data/decoder.h"
#include "data/plain/rewrite.h"

#define PIECE_BYTES (UINT64_C(256) << 10)

/* Room for a row's values at the start; it grows with the widest row. */
#define ROOM_AT_FIRST 4096u

/* What was unpacked and is not decoded yet. */
struct text {
    char *bytes;
    size_t begin, end;
    bool last;
};

/* Unpacks more, and puts it out. */
static int text_refill(struct mlm_rewrite *w, struct text *text)
{
    size_t left = text->end - text->begin, more = 0;
    memmove(text->bytes, text->bytes + text->begin, left);
    int r = mlm_source_read(&w->source, text->bytes + left, PIECE_BYTES - left, &more, w->sb);
    if (r < 0)
        return r;
    text->begin = 0;
    text->end = left + more;
    text->last = text->end < PIECE_BYTES;
    return mlm_output_put(w->out, text->bytes + left, more);
}

static int rows_count(struct mlm_rewrite *w, struct mlm_decoder *d, struct text *text, struct mlm_block *row)
{
    for (;;) {
        size_t used = 0;
        const struct mlm_piece piece = {text->bytes + text->begin, text->end - text->begin, text->last};
        int r = mlm_decode(d, &piece, row, &used, w->sb);
        text->begin += used;
        if (r == MLM_STOP_FULL || (r == MLM_STOP_BYTES && text->last && row->rows)) {
            mlm_rewrite_row(w, row->count);
            mlm_block_clear(row);
            continue;
        }
        if (r < 0 || (r == MLM_STOP_BYTES && text->last))
            return r;
        r = r == MLM_STOP_BYTES ? text_refill(w, text) : mlm_block_grow(row, 2 * row->capacity_values, w->sb);
        if (r < 0)
            return r;
    }
}

int mlm_rewrite_libsvm(struct mlm_rewrite *w)
{
    const struct mlm_decoder_limits limits = {.columns = UINT64_MAX, .row_values = MLM_ROW_VALUES_MAX};
    struct text text = {.bytes = malloc(PIECE_BYTES)};
    struct mlm_block row = {0};
    struct mlm_decoder d;
    mlm_progress_begin(w->sb, w->source.file_bytes);
    mlm_decoder_begin(&d, MLM_FORMAT_LIBSVM, w->order->path, &limits);
    int r = text.bytes ? mlm_block_open(&row, true, 1, ROOM_AT_FIRST, "a row", w->sb)
                       : mlm_fail(w->sb, -ENOMEM, "out of memory");
    if (r == 0)
        r = rows_count(w, &d, &text, &row);
    w->shape.columns = d.columns;
    if (r == 0 && d.columns == 0)
        r = mlm_fail(
            w->sb, -EINVAL, "%.300s: expected INDEX:VALUE somewhere, found labels alone", w->order->path);
    if (r == 0)
        mlm_rewrite_tell(w);
    mlm_block_close(&row);
    free(text.bytes);
    return r;
}
