/* The bytes of a file that we make, collected on their way: they are written to it, compared with what it
 * holds, or only counted. So one function builds a dataset, checks it, and says how large it will be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

#define MLM_OUTPUT_BUFFER_BYTES (UINT64_C(1) << 20)

struct mlm_output {
    int fd; /* -1: the bytes are only counted */
    struct mlm_scoreboard *sb;
    char *bytes;
    size_t used;
    char *found;   /* buffer for the file's content; NULL: the bytes are written */
    uint64_t done; /* bytes before those in the buffer */
};

/* Puts out all bytes that belong to a config, and reports their progress. */
typedef int mlm_output_write(const void *config, struct mlm_output *output);

/* Builds the file of a config with `write`; compare: checks that it is what would be built. Errors through
 * mlm_fail(): -ENOMEM; -EBADMSG where the file holds other bytes, or goes on. */
int mlm_output_make(
    int fd, bool compare, mlm_output_write *write, const void *config, struct mlm_scoreboard *sb);

/* Makes room for `size` bytes, at most MLM_OUTPUT_BUFFER_BYTES. The caller adds to `used` what it puts there.
 * -EBADMSG where the file holds other bytes than those before. */
int mlm_output_reserve(struct mlm_output *output, size_t size, char **ret_at);

/* Puts out `size` bytes, of any number. */
int mlm_output_put(struct mlm_output *output, const void *data, size_t size);

/* Bytes that were put out so far. */
static inline uint64_t mlm_output_bytes(const struct mlm_output *output)
{
    return output->done + output->used;
}
