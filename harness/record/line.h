/* Lines of the store, for the store alone: how long they are, what they begin with, and how they are read. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* A trial's line has about 4 KiB, a timeline's up to 20: what is longer is no record. */
#define MLM_LINE_LIMIT_BYTES ((size_t)1 << 20)

/* What our lines begin with: so that a reader can pass over timelines, and a store be told from other files.
 */
#define MLM_TRIAL_BEGIN "{\"kind\":\"trial\""
#define MLM_TIMELINE_BEGIN "{\"kind\":\"timeline\""

/* An object with "kind" and "schema", which every line begins with; NULL: out of memory. */
json_t *mlm_line_begin(const char *kind);
/* Is it an object of that kind, and of a schema that this program knows? -EBADMSG, -EPROTO: a newer one. */
int mlm_line_check(const json_t *json, const char *kind, struct mlm_error *error);

/* A line of a file, wherever it stands. */
struct mlm_store_line {
    char *text; /* without its end, and with a NUL behind it */
    size_t size;
    bool ended; /* by a newline */
};

/* The line that begins at the offset. -EFBIG: it is longer than any of ours. */
int mlm_store_line_read(int fd, off_t begin, struct mlm_store_line *ret_line);
void mlm_store_line_release(struct mlm_store_line *line); /* a zeroed one holds nothing */

/* All lines of a file or a pipe, one after the other. */
struct mlm_store_lines {
    int fd;                /* the caller's */
    size_t number;         /* of the latest line, from 1 */
    uint64_t offset_bytes; /* of the latest line in the file */
    char *buffer;
    size_t size, begin, end; /* what is read and not yet given out: [begin, end) */
    uint64_t buffer_bytes;   /* offset of the buffer's begin in the file */
    bool at_end;
};

int mlm_store_lines_begin(int fd, struct mlm_store_lines *ret_lines); /* -ENOMEM */

/* The next line without its end, which stays there until the one behind it is asked for: 1, 0 at the end of
 * the file, or a negative errno. -EFBIG: it is longer than any of ours; reading goes on behind it. */
int mlm_store_lines_next(struct mlm_store_lines *lines, char **ret_line, size_t *ret_size);
void mlm_store_lines_release(struct mlm_store_lines *lines);
