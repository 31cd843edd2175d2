/* Lines of the store, for the store only: their length, their begin, and how to read them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A trial's line has about 4 KiB, a timeline's up to 20 KiB; a longer line is not a record. */
#define MLM_LINE_LIMIT_BYTES ((size_t)1 << 20)

/* The begin of our lines. A reader skips timelines by it, and recognizes a store. */
#define MLM_TRIAL_BEGIN "{\"kind\":\"trial\""
#define MLM_TIMELINE_BEGIN "{\"kind\":\"timeline\""

/* Makes an object with "kind" and "schema", with which every line begins; NULL: out of memory. */
json_t *mlm_line_begin(const char *kind);
/* Checks that the value is an object of that kind, with a schema that this program knows. -EBADMSG; -EPROTO:
 * a newer schema. */
int mlm_line_check(const json_t *json, const char *kind, struct mlm_error *error);

/* One line of a file. */
struct mlm_store_line {
    char *text; /* without the newline, with a NUL behind it */
    size_t size;
    bool ended; /* a newline ends it */
};

/* Reads the line that begins at the offset. -EFBIG: it is longer than MLM_LINE_LIMIT_BYTES. */
int mlm_store_line_read(int fd, off_t begin, struct mlm_store_line *ret_line);
void mlm_store_line_release(struct mlm_store_line *line); /* a zeroed one holds nothing */

/* Reads all lines of a file or a pipe, one after the other. */
struct mlm_store_lines {
    int fd;                /* borrowed */
    size_t number;         /* number of the latest line, from 1 */
    uint64_t offset_bytes; /* offset of the latest line in the file */
    char *buffer;
    size_t size, begin, end; /* bytes that are read and not yet returned: [begin, end) */
    uint64_t buffer_bytes;   /* offset of the buffer's begin in the file */
    bool at_end;
};

int mlm_store_lines_begin(int fd, struct mlm_store_lines *ret_lines); /* -ENOMEM */

/* Gives the next line without its newline; it is valid until the next call. Returns 1, 0 at the end of the
 * file, or a negative errno. -EFBIG: the line is longer than MLM_LINE_LIMIT_BYTES; the next call continues
 * behind it. */
int mlm_store_lines_next(struct mlm_store_lines *lines, char **ret_line, size_t *ret_size);
void mlm_store_lines_release(struct mlm_store_lines *lines);
