/* From the bytes of a dataset file to rows. A decoder does no I/O: whoever reads (by batches, the whole file,
 * by mmap) hands it bytes as they come, in pieces of any size, and it adds rows to a block. It keeps nothing
 * of them but a few counters: a row may be longer than any buffer, for values go to the block as they are
 * met.
 *
 * Its input is not trusted: what is malformed is refused with its line (text) or its byte (.npy) and with
 * what was expected, and no number in a header makes it allocate. Nor need it be the file that it was when it
 * was inspected: what goes beyond the limits that inspection set is refused before it is decoded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/block.h"
#include "data/csv.h"
#include "data/libsvm.h"
#include "data/npy.h"
#include "scoreboard.h"

enum mlm_format { MLM_FORMAT_NPY, MLM_FORMAT_CSV, MLM_FORMAT_LIBSVM };

/* By the name's ending: .npy; .csv, .tsv; .libsvm, .svm, .txt. */
int mlm_format_of(const char *path, enum mlm_format *ret_format, struct mlm_scoreboard *sb);

/* Why a decoder stopped, where it did not fail. */
enum mlm_stop {
    MLM_STOP_BYTES, /* it wants the bytes that are left again, with more behind them; after the last: the end
                     */
    MLM_STOP_FULL,  /* the block holds as many rows as it can */
    MLM_STOP_CRAMPED, /* the block has no room for the row's next value: grow it, and come again */
};

/* Bytes left over in front of more are never more than this; a reader's buffer must be larger. */
#define MLM_DECODER_TAIL_MAX (UINT64_C(1) << 17)

/* What a file is kept to. UINT64_MAX: anything. */
struct mlm_decoder_limits {
    uint64_t columns;
    uint64_t row_values; /* of a row: dense as `columns`; sparse those other than 0 */
    bool inspected;      /* the file was found to keep to them: one that does not has changed since */
};

/* The most that a row may have, so that what reads rows of any file needs no more memory than it says. */
#define MLM_ROW_VALUES_MAX (UINT64_C(1) << 24)

struct mlm_decoder {
    enum mlm_format format;
    const char *name;    /* of the file, for messages; borrowed */
    uint64_t file_bytes; /* its size where known, so that a header cannot promise more; 0: unknown */
    uint64_t line;       /* text: the line that comes next, from 1 */
    uint64_t rows;       /* decoded so far */
    uint64_t columns;    /* .npy: by the header; .csv: after the first row; libsvm: the highest so far */
    uint64_t nonzeros;   /* libsvm: values other than 0 so far */
    struct mlm_decoder_limits limits;
    union {
        struct mlm_npy npy;
        struct mlm_csv csv;
        struct mlm_libsvm libsvm;
    };
};

/* limits: NULL for none. */
void mlm_decoder_begin(struct mlm_decoder *decoder, enum mlm_format format, const char *name,
    const struct mlm_decoder_limits *limits);

static inline bool mlm_format_is_sparse(enum mlm_format format)
{
    return format == MLM_FORMAT_LIBSVM;
}

/* A piece of a file. */
struct mlm_piece {
    const char *bytes;
    size_t size;
    bool last; /* it ends the file */
};

/* Decodes a piece into a block (sparse where the format is). Returns an enum mlm_stop and how many bytes were
 * used, or a negative errno through mlm_fail(). A block may be changed for another one after MLM_STOP_FULL
 * alone. */
int mlm_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);

/* A row of text, in decoder->line, that has more than decoder->limits.row_values. */
int mlm_decoder_refuse_wide(const struct mlm_decoder *decoder, struct mlm_scoreboard *sb);

/* What was inspected is something else now; the format says how it differs. -EBADMSG, for a trial that did
 * another job than its record says is wrong. */
int mlm_file_changed(struct mlm_scoreboard *sb, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
