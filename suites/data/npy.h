/* NumPy's .npy (format versions 1 to 3; numpy.lib.format): two-dimensional arrays of booleans, whole numbers
 * of 1 to 8 bytes or floats of 2 to 8 bytes, little or big endian. Values become f32, rounded once. The
 * decoder reads arrays in C order; data/plain/ turns those in Fortran order around. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_block;
struct mlm_decoder;
struct mlm_piece;

struct mlm_npy {
    uint64_t rows, columns; /* 0 until the header is read */
    uint64_t data_offset;   /* position of the first value in the file */
    uint64_t values_left;
    uint64_t fortran_at; /* position in the file where it says that columns come first; 0: rows do */
    uint32_t value_bytes;
    bool native; /* values are f32 in this machine's byte order: they need no conversion */
    void (*convert)(const char *from, float *to, size_t count);
};

/* Length of the header that mlm_npy_header_write() makes: a multiple of 64, so that the values of a mapped
 * file are aligned. */
#define MLM_NPY_HEADER_BYTES 128u
void mlm_npy_header_write(uint64_t rows, uint64_t columns, char header[static MLM_NPY_HEADER_BYTES]);

/* Reads the header, which begins at `bytes`, into decoder->npy. Returns 0 and leaves decoder->npy unchanged
 * where more bytes are needed; `last`: there are none. */
int mlm_npy_header_parse(
    struct mlm_decoder *decoder, const char *bytes, size_t size, bool last, struct mlm_scoreboard *sb);

/* See mlm_decode(). */
int mlm_npy_decode(struct mlm_decoder *decoder, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb);
