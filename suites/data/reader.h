/* Reads a dataset file from begin to end into blocks.
 *
 * MLM_READ uses plain read(): 256 KiB at a time for input that must be decoded, straight into the block where
 * the file holds the values as memory does (.npy of f32). It does not use O_DIRECT, which would bypass the
 * page cache, a part of what is measured. It does not use posix_fadvise(): the kernel recognizes a sequential
 * reader and reads ahead by itself, and the programs that are compared with give no such hint. MLM_MAP maps
 * the file, for the same decoder or for using the values in place. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/block.h"
#include "data/decoder.h"
#include "scoreboard.h"

#define MLM_READER_BUFFER_BYTES (UINT64_C(256) << 10)

enum mlm_reader_mode { MLM_READ, MLM_MAP };

struct mlm_reader {
    struct mlm_decoder decoder;
    int fd;
    bool mapped;
    bool last;  /* no bytes follow those in the buffer */
    bool ended; /* all rows were returned */
    uint64_t file_bytes;
    uint64_t read_bytes; /* bytes read so far */
    char *bytes;         /* the buffer or the mapping */
    size_t begin, end;   /* range that is not decoded yet */
};

/* Opens the file and reads the header; of a .npy file the columns are known then. `path` must outlive the
 * reader. limits: NULL for none. */
int mlm_reader_open(const char *path, enum mlm_format format, enum mlm_reader_mode mode,
    const struct mlm_decoder_limits *limits, struct mlm_reader *ret_reader, struct mlm_scoreboard *sb);

/* Adds rows until the block is full or the file ends (reader->ended). Where the block has no room for a row,
 * it grows if `may_grow`; otherwise this is an error, because the file is not the one that was inspected. */
int mlm_reader_fill(
    struct mlm_reader *reader, struct mlm_block *block, bool may_grow, struct mlm_scoreboard *sb);

/* Returns the first value of a mapped file that holds f32 of this machine. NULL: the file must be decoded. */
const float *mlm_reader_values(const struct mlm_reader *reader);

/* Goes back to the begin of the file. */
int mlm_reader_rewind(struct mlm_reader *reader, struct mlm_scoreboard *sb);

/* A place between two rows, to which the reader can go back. */
struct mlm_reader_mark {
    struct mlm_decoder decoder;
    uint64_t offset; /* in the file */
};

void mlm_reader_mark(const struct mlm_reader *reader, struct mlm_reader_mark *ret_mark);
int mlm_reader_seek(struct mlm_reader *reader, const struct mlm_reader_mark *mark, struct mlm_scoreboard *sb);

void mlm_reader_close(struct mlm_reader *reader); /* accepts a zeroed or closed reader */
