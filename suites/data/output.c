#include "data/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads fewer bytes than asked for where the file ends. */
static int found_read(struct mlm_output *output, size_t size, size_t *ret_size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(output->fd, output->found + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(output->sb, -errno, "cannot read the dataset: %s", strerror(errno));
        if (n == 0)
            break;
        have += (size_t)n;
    }
    *ret_size = have;
    return 0;
}

static int output_compare(struct mlm_output *output)
{
    size_t have;
    int r = found_read(output, output->used, &have);
    if (r < 0)
        return r;
    if (memcmp(output->found, output->bytes, have) != 0) {
        size_t at = 0;
        while (output->found[at] == output->bytes[at])
            at++;
        return mlm_fail(output->sb, -EBADMSG, "byte %" PRIu64 " is not what it should be", output->done + at);
    }
    if (have < output->used)
        return mlm_fail(output->sb, -EBADMSG, "it ends at byte %" PRIu64, output->done + have);
    output->done += output->used;
    output->used = 0;
    return 0;
}

static int output_flush(struct mlm_output *output)
{
    if (output->found)
        return output_compare(output);
    for (size_t written = 0; output->fd >= 0 && written < output->used;) {
        ssize_t n = write(output->fd, output->bytes + written, output->used - written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(output->sb, -errno, "cannot write the dataset: %s", strerror(errno));
        written += (size_t)n;
    }
    output->done += output->used;
    output->used = 0;
    return 0;
}

int mlm_output_reserve(struct mlm_output *output, size_t size, char **ret_at)
{
    if (MLM_OUTPUT_BUFFER_BYTES - output->used < size) {
        int r = output_flush(output);
        if (r < 0)
            return r;
    }
    *ret_at = output->bytes + output->used;
    return 0;
}

int mlm_output_put(struct mlm_output *output, const void *data, size_t size)
{
    for (const char *from = data; size;) {
        size_t part = size < MLM_OUTPUT_BUFFER_BYTES ? size : MLM_OUTPUT_BUFFER_BYTES;
        char *at;
        int r = mlm_output_reserve(output, part, &at);
        if (r < 0)
            return r;
        memcpy(at, from, part);
        output->used += part;
        from += part;
        size -= part;
    }
    return 0;
}

/* Writes or compares the rest, and refuses a file that goes on. */
static int output_end(struct mlm_output *output)
{
    size_t more = 0;
    int r = output_flush(output);
    if (r == 0 && output->found)
        r = found_read(output, 1, &more);
    if (r < 0 || !more)
        return r;
    return mlm_fail(output->sb, -EBADMSG, "it goes on after byte %" PRIu64, output->done);
}

int mlm_output_make(
    int fd, bool compare, mlm_output_write *write, const void *config, struct mlm_scoreboard *sb)
{
    struct mlm_output output = {.fd = fd, .sb = sb, .bytes = malloc(MLM_OUTPUT_BUFFER_BYTES)};
    if (compare)
        output.found = malloc(MLM_OUTPUT_BUFFER_BYTES);
    int r = !output.bytes || (compare && !output.found) ? mlm_fail(sb, -ENOMEM, "out of memory") : 0;
    if (r == 0)
        r = write(config, &output);
    if (r == 0)
        r = output_end(&output);
    free(output.bytes);
    free(output.found);
    return r;
}
