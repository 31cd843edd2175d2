/* Decodes one dataset file in four ways, which must agree in rows, values and complaint: whole, in pieces, by
 * read(), and mapped. */
#pragma once

#include <string.h>

#include "data/reader.h"
#include "fuzz.h"

#define ROWS_A_BLOCK 5

struct outcome {
    int result;
    uint64_t rows, columns, sum; /* sum over everything in the blocks, in order */
    char message[MLM_MESSAGE_SIZE];
};

static uint64_t sum_bytes(uint64_t sum, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* Adds the complete rows to the outcome. */
static void take(struct outcome *outcome, struct mlm_block *block)
{
    uint64_t count = block->count;
    if (block->indices && block->rows) {
        fuzz_assert(block->starts[0] == 0);
        count = block->starts[block->rows];
        for (uint64_t row = 0; row < block->rows; row++)
            fuzz_assert(block->starts[row] <= block->starts[row + 1]);
        outcome->sum = sum_bytes(outcome->sum, block->indices, count * sizeof *block->indices);
        outcome->sum = sum_bytes(outcome->sum, block->labels, block->rows * sizeof *block->labels);
    }
    fuzz_assert(count <= block->count && block->count <= block->capacity_values);
    fuzz_assert(block->rows <= block->capacity_rows);
    if (block->rows)
        outcome->sum = sum_bytes(outcome->sum, block->values, count * sizeof *block->values);
    outcome->rows += block->rows;
    mlm_block_clear(block);
}

static void block_open(struct mlm_block *block, enum mlm_format format)
{
    struct mlm_scoreboard board;
    fuzz_assert(mlm_block_open(block, mlm_format_is_sparse(format), ROWS_A_BLOCK, 1, "fuzz", &board) == 0);
}

static void finish(struct outcome *outcome, int result, const struct mlm_decoder *d,
    const struct mlm_scoreboard *board, struct mlm_block *block)
{
    outcome->result = result < 0 ? result : 0;
    if (result >= 0) {
        take(outcome, block);
        outcome->columns = d->columns;
        fuzz_assert(d->rows == outcome->rows);
    } else {
        fuzz_assert(board->message[0]);
        memcpy(outcome->message, board->message, sizeof outcome->message);
    }
    mlm_block_close(block);
}

/* Each piece, together with the rest of the one before, is in a buffer of exactly its size. */
static void decode_pieces(enum mlm_format format, const char *name, const uint8_t *data, size_t size,
    size_t piece, struct outcome *ret_outcome)
{
    *ret_outcome = (struct outcome){0};
    struct mlm_scoreboard board = {0};
    struct mlm_decoder d;
    struct mlm_block block;
    mlm_decoder_begin(&d, format, name, NULL);
    d.file_bytes = size;
    block_open(&block, format);
    size_t begin = 0, end = size < piece ? size : piece;
    int stop;
    for (;;) {
        size_t used = 0;
        char *part = malloc(end - begin);
        fuzz_assert(part || begin == end);
        if (part)
            memcpy(part, data + begin, end - begin);
        const struct mlm_piece next = {part, end - begin, end == size};
        stop = mlm_decode(&d, &next, &block, &used, &board);
        free(part);
        fuzz_assert(used <= end - begin);
        begin += used;
        if (stop < 0)
            break;
        if (stop == MLM_STOP_FULL) {
            take(ret_outcome, &block);
        } else if (stop == MLM_STOP_CRAMPED) {
            uint64_t values = 2 * block.capacity_values;
            values = mlm_format_is_sparse(format) || values > d.columns ? values : d.columns;
            fuzz_assert(mlm_block_grow(&block, values, &board) == 0);
        } else if (end == size) {
            break;
        } else {
            end = size - end < piece ? size : end + piece;
        }
    }
    finish(ret_outcome, stop, &d, &board, &block);
}

static void read_file(
    enum mlm_format format, const char *path, enum mlm_reader_mode mode, struct outcome *ret_outcome)
{
    *ret_outcome = (struct outcome){0};
    struct mlm_scoreboard board = {0};
    struct mlm_reader reader;
    struct mlm_block block;
    block_open(&block, format);
    int r = mlm_reader_open(path, format, mode, NULL, &reader, &board);
    bool open = r >= 0;
    while (r >= 0) {
        r = mlm_reader_fill(&reader, &block, true, &board);
        if (r < 0 || reader.ended)
            break;
        take(ret_outcome, &block);
    }
    finish(ret_outcome, r, open ? &reader.decoder : NULL, &board, &block);
    if (open)
        mlm_reader_close(&reader);
}

static void must_agree(const struct outcome *a, const struct outcome *b)
{
    if (strcmp(a->message, b->message) != 0)
        fprintf(stderr, "%s\n%s\n", a->message, b->message);
    fuzz_assert(a->result == b->result && strcmp(a->message, b->message) == 0);
    fuzz_assert(a->result < 0 || (a->rows == b->rows && a->columns == b->columns && a->sum == b->sum));
}

static inline int decode_each_way(enum mlm_format format, const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const char *path = fuzz_file(data, size);
    struct outcome whole, other;
    decode_pieces(format, path, data, size, size, &whole);
    decode_pieces(format, path, data, size, 1 + data[size / 2] % 64u, &other);
    must_agree(&whole, &other);
    read_file(format, path, MLM_READ, &other);
    must_agree(&whole, &other);
    read_file(format, path, MLM_MAP, &other);
    must_agree(&whole, &other);
    return 0;
}
