/* Connects a file to a decoder. Values that need no decoding are read straight to their place. */
#include "data/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/memory.h"

/* Size of the first read: a header, and few of the values, because those can be read straight to their
 * place. */
#define FIRST_BYTES (UINT64_C(4) << 10)

/* Smaller reads go through the buffer: a block of one narrow row must not cost a system call. */
#define DIRECT_BYTES (UINT64_C(64) << 10)

static int file_fail(const struct mlm_reader *reader, int code, const char *what, struct mlm_scoreboard *sb)
{
    return mlm_fail(sb, code, "cannot %s %.300s: %s", what, reader->decoder.name, strerror(-code));
}

/* Reads until `size` bytes are read or the file ends. */
static int bytes_read(
    struct mlm_reader *reader, char *to, size_t size, size_t *ret_size, struct mlm_scoreboard *sb)
{
    size_t have = 0;
    while (have < size && !reader->last) {
        ssize_t n = read(reader->fd, to + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_fail(reader, -errno, "read", sb);
        reader->last = n == 0;
        have += (size_t)n;
    }
    reader->read_bytes += have;
    *ret_size = have;
    return 0;
}

static int refill(struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    size_t tail = reader->end - reader->begin, more = 0;
    if (tail > MLM_DECODER_TAIL_MAX)
        return file_fail(reader, -EINVAL, "make sense of", sb);
    if (tail)
        memmove(reader->bytes, reader->bytes + reader->begin, tail);
    size_t size = reader->read_bytes ? MLM_READER_BUFFER_BYTES - tail : FIRST_BYTES;
    int r = bytes_read(reader, reader->bytes + tail, size, &more, sb);
    if (r < 0)
        return r;
    reader->begin = 0;
    reader->end = tail + more;
    return 0;
}

/* Reads values straight into the block, where the file holds them as memory does. Returns 1 if it did, 0
 * where they must go through the buffer. */
static int direct_read(struct mlm_reader *reader, struct mlm_block *block, struct mlm_scoreboard *sb)
{
    struct mlm_npy *npy = &reader->decoder.npy;
    if (reader->mapped || reader->begin != reader->end || reader->last ||
        reader->decoder.format != MLM_FORMAT_NPY || !npy->native)
        return 0;
    uint64_t rows = block->capacity_values / npy->columns;
    rows = rows < block->capacity_rows ? rows : block->capacity_rows;
    uint64_t room = rows * npy->columns - block->count;
    uint64_t wanted = room < npy->values_left ? room : npy->values_left;
    if (wanted * sizeof(float) < DIRECT_BYTES)
        return 0;
    size_t size = 0;
    char *to = (char *)(block->values + block->count);
    int r = bytes_read(reader, to, wanted * sizeof(float), &size, sb);
    if (r < 0)
        return r;
    /* The file ends inside a value: give the rest to the decoder, which reports it. */
    size_t odd = size % sizeof(float);
    memcpy(reader->bytes, to + size - odd, odd);
    reader->begin = 0;
    reader->end = odd;
    block->count += size / sizeof(float);
    npy->values_left -= size / sizeof(float);
    reader->decoder.rows += block->count / npy->columns - block->rows;
    block->rows = block->count / npy->columns;
    return 1;
}

static int grow(struct mlm_reader *reader, struct mlm_block *block, struct mlm_scoreboard *sb)
{
    uint64_t values = 2 * block->capacity_values;
    uint64_t row = mlm_format_is_sparse(reader->decoder.format) ? 0 : reader->decoder.columns;
    return mlm_block_grow(block, values > row ? values : row, sb);
}

int mlm_reader_fill(
    struct mlm_reader *reader, struct mlm_block *block, bool may_grow, struct mlm_scoreboard *sb)
{
    for (;;) {
        size_t used;
        const struct mlm_piece piece = {
            reader->bytes + reader->begin, reader->end - reader->begin, reader->last};
        int stop = mlm_decode(&reader->decoder, &piece, block, &used, sb);
        if (stop < 0)
            return stop;
        reader->begin += used;
        if (stop == MLM_STOP_FULL)
            return 0;
        if (stop == MLM_STOP_BYTES && reader->last) {
            reader->ended = true;
            return 0;
        }
        int r;
        if (stop == MLM_STOP_BYTES) {
            r = direct_read(reader, block, sb);
            if (r == 0)
                r = refill(reader, sb);
        } else if (may_grow) {
            r = grow(reader, block, sb);
        } else {
            r = mlm_file_changed(sb, reader->decoder.name,
                "it has more than the %" PRIu64 " values that there is room for", block->capacity_values);
        }
        if (r < 0)
            return r;
    }
}

const float *mlm_reader_values(const struct mlm_reader *reader)
{
    const struct mlm_decoder *d = &reader->decoder;
    if (!reader->mapped || d->format != MLM_FORMAT_NPY || !d->npy.native ||
        d->npy.data_offset % sizeof(float))
        return NULL;
    return (const float *)(const void *)(reader->bytes + d->npy.data_offset);
}

static int source_open(struct mlm_reader *reader, const char *path, struct mlm_scoreboard *sb)
{
    struct stat status;
    /* O_NONBLOCK: a pipe must be refused, and opening it must not block. */
    reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reader->fd < 0)
        return file_fail(reader, -errno, "open", sb);
    if (fstat(reader->fd, &status) < 0)
        return file_fail(reader, -errno, "look at", sb);
    if (!S_ISREG(status.st_mode))
        return mlm_fail(sb, -EINVAL, "%.300s is not a regular file", path);
    reader->file_bytes = (uint64_t)status.st_size;
    if (reader->file_bytes == 0)
        return mlm_fail(sb, -EINVAL, "%.300s is empty", path);
    if (!reader->mapped) {
        reader->bytes = mlm_map(MLM_READER_BUFFER_BYTES, "a reader's buffer", sb);
        return reader->bytes ? 0 : -ENOMEM;
    }
    void *map = mmap(NULL, reader->file_bytes, PROT_READ, MAP_SHARED, reader->fd, 0);
    if (map == MAP_FAILED)
        return file_fail(reader, -errno, "map", sb);
    reader->bytes = map;
    return 0;
}

static int start(struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    struct mlm_decoder *d = &reader->decoder;
    const struct mlm_decoder_limits limits = d->limits;
    mlm_decoder_begin(d, d->format, d->name, &limits);
    d->file_bytes = reader->file_bytes;
    reader->begin = 0;
    reader->end = reader->mapped ? reader->file_bytes : 0;
    reader->last = reader->mapped;
    reader->ended = false;
    reader->read_bytes = reader->end;
    /* A block without room makes the decoder read the header only. */
    struct mlm_block none = {0};
    return mlm_reader_fill(reader, &none, false, sb);
}

int mlm_reader_open(const char *path, enum mlm_format format, enum mlm_reader_mode mode,
    const struct mlm_decoder_limits *limits, struct mlm_reader *ret_reader, struct mlm_scoreboard *sb)
{
    struct mlm_reader reader = {.fd = -1, .mapped = mode == MLM_MAP};
    mlm_decoder_begin(&reader.decoder, format, path, limits);
    int r = source_open(&reader, path, sb);
    if (r == 0)
        r = start(&reader, sb);
    if (r < 0) {
        mlm_reader_close(&reader);
        return r;
    }
    *ret_reader = reader;
    return 0;
}

int mlm_reader_rewind(struct mlm_reader *reader, struct mlm_scoreboard *sb)
{
    if (lseek(reader->fd, 0, SEEK_SET) < 0)
        return file_fail(reader, -errno, "rewind", sb);
    return start(reader, sb);
}

void mlm_reader_mark(const struct mlm_reader *reader, struct mlm_reader_mark *ret_mark)
{
    ret_mark->decoder = reader->decoder;
    ret_mark->offset = reader->read_bytes - (reader->end - reader->begin);
}

int mlm_reader_seek(struct mlm_reader *reader, const struct mlm_reader_mark *mark, struct mlm_scoreboard *sb)
{
    reader->ended = false;
    reader->decoder = mark->decoder;
    if (reader->mapped) {
        reader->begin = mark->offset;
        return 0;
    }
    if (lseek(reader->fd, (off_t)mark->offset, SEEK_SET) < 0)
        return file_fail(reader, -errno, "go back in", sb);
    reader->begin = reader->end = 0;
    reader->last = false;
    reader->read_bytes = mark->offset;
    return 0;
}

void mlm_reader_close(struct mlm_reader *reader)
{
    if (reader->bytes && reader->mapped)
        (void)munmap(reader->bytes, reader->file_bytes);
    else
        mlm_unmap(reader->bytes, MLM_READER_BUFFER_BYTES);
    if (reader->bytes || reader->fd > 0)
        (void)close(reader->fd);
    *reader = (struct mlm_reader){.fd = -1};
}
