/* The bytes of a generated file, collected on their way: they are written to it, or compared with what it
 * holds. So one function both builds and checks a dataset. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoreboard.h"

#define MLM_OUTPUT_BUFFER_BYTES (UINT64_C(1) << 20)

struct mlm_output {
    int fd;
    struct mlm_scoreboard *sb;
    char *bytes;
    size_t used;
    char *found;   /* buffer for the file's content; NULL: the bytes are written */
    uint64_t done; /* bytes before those in the buffer */
};

/* compare: the bytes are compared. -ENOMEM through mlm_fail(). */
int mlm_output_open(int fd, bool compare, struct mlm_output *ret_output, struct mlm_scoreboard *sb);
void mlm_output_close(struct mlm_output *output); /* accepts a zeroed struct */

/* Makes room for `size` bytes, at most MLM_OUTPUT_BUFFER_BYTES. The caller adds to `used` what it puts there.
 * -EBADMSG where the file holds other bytes than those before. */
int mlm_output_reserve(struct mlm_output *output, size_t size, char **ret_at);

/* Ends the output: writes or compares the rest, and refuses a file that goes on. */
int mlm_output_end(struct mlm_output *output);
