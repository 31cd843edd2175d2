/* Decodes the bytes of a dataset file into rows. A decoder does no I/O: its caller reads (by batches, the
 * whole file, by mmap) and passes the bytes on in pieces of any size. It keeps only a few counters, because
 * values go into the block as they are met; so a row may be longer than any buffer.
 *
 * The input is not trusted. Malformed input is refused with its line (text) or byte (.npy) and the text that
 * was expected, and no number in a header causes an allocation. The file may also have changed since it was
 * inspected: rows beyond the limits that the inspection found are refused before they are decoded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/block.h"
#include "data/csv.h"
#include "data/libsvm.h"
#include "data/npy.h"
#include "scoreboard.h"

enum mlm_format { MLM_FORMAT_NPY, MLM_FORMAT_CSV, MLM_FORMAT_LIBSVM };

/* Finds the format by the name's ending: .npy; .csv, .tsv; .libsvm, .svm, .txt. A .gz behind it is skipped.
 */
int mlm_format_of(const char *path, enum mlm_format *ret_format, struct mlm_error *error);

/* Why a decoder stopped, where it did not fail. */
enum mlm_stop {
    MLM_STOP_BYTES,   /* needs the unused bytes again, with more behind them; after the last piece: the end */
    MLM_STOP_FULL,    /* the block has as many rows as it can hold */
    MLM_STOP_CRAMPED, /* the block has no room for the row's next value: grow it, then call again */
};

/* The most bytes that a decoder leaves unused; a reader's buffer must be larger. */
#define MLM_DECODER_TAIL_MAX (UINT64_C(1) << 17)

/* Limits that a file must keep. UINT64_MAX: no limit. */
struct mlm_decoder_limits {
    uint64_t columns;
    uint64_t row_values; /* values in a row: dense as `columns`; sparse those other than 0 */
    bool inspected;      /* the limits are from an inspection: a file that breaks them has changed since */
};

/* The most values that a row may have, so that the memory for reading rows of any file is bounded. */
#define MLM_ROW_VALUES_MAX (UINT64_C(1) << 24)

struct mlm_decoder {
    enum mlm_format format;
    const char *name;    /* name of the file, for messages; borrowed */
    uint64_t file_bytes; /* size of the file, so that a header cannot promise more; 0: unknown */
    uint64_t line;       /* text: number of the next line, from 1 */
    uint64_t rows;       /* rows decoded so far */
    uint64_t columns;    /* .npy: from the header; .csv: from the first row; libsvm: the highest so far */
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

/* Refuses the row of text in decoder->line, which has more than decoder->limits.row_values values: -E2BIG, or
 * the error of a file that has changed. */
int mlm_decoder_refuse_wide(const struct mlm_decoder *decoder, struct mlm_scoreboard *sb);

/* Refuses a file that changed since its inspection; `format` says how it differs. Returns -EBADMSG, which
 * makes the trial `wrong`: it did another job than its record says. */
int mlm_file_changed(struct mlm_scoreboard *sb, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
