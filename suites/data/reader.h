/* A dataset file, read from begin to end into blocks.
 *
 * MLM_READ is plain read(), of 256 KiB at a time for what must be decoded, straight into the block where the
 * file holds what memory shall hold (.npy of f32). No O_DIRECT: it would take the page cache out of a
 * question that is about memory. No posix_fadvise(): the kernel sees a sequential reader and reads ahead by
 * itself, and a hint that doubles its window would be in no program that is compared with. MLM_MAP maps the
 * file, for the same decoder or for the values as they lie. */
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
    bool last;  /* no bytes behind those in the buffer */
    bool ended; /* all rows were given out */
    uint64_t file_bytes;
    uint64_t read_bytes; /* so far */
    char *bytes;         /* the buffer or the map */
    size_t begin, end;   /* not decoded yet */
};

/* Opens and reads as far as the header: of a .npy file the columns are known then. `path` must outlive it.
 * limits: NULL for none. */
int mlm_reader_open(const char *path, enum mlm_format format, enum mlm_reader_mode mode,
    const struct mlm_decoder_limits *limits, struct mlm_reader *ret_reader, struct mlm_scoreboard *sb);

/* Adds rows until the block is full or the file ends (reader->ended). A row that the block has no room for
 * makes it grow if `may_grow`, else it is an error: the file is not the one whose shape was asked for. */
int mlm_reader_fill(
    struct mlm_reader *reader, struct mlm_block *block, bool may_grow, struct mlm_scoreboard *sb);

/* Of a mapped file, where it holds f32 values of this machine: the first of them. NULL: it must be decoded.
 */
const float *mlm_reader_values(const struct mlm_reader *reader);

/* Once more from the begin. */
int mlm_reader_rewind(struct mlm_reader *reader, struct mlm_scoreboard *sb);

void mlm_reader_close(struct mlm_reader *reader); /* takes one that was zeroed, or closed */
