/* Decides whether a file is plain, and makes the copy of one that is not. A file is plain if the decoder of
 * its format takes it as it is: nothing else says what plain means. */
#include "data/plain/plain.h"

#include <errno.h>

#include "data/decoder.h"
#include "data/plain/rewrite.h"

static int format_of(const char *path, enum mlm_format *ret_format, struct mlm_scoreboard *sb)
{
    struct mlm_error error = {0};
    int r = mlm_format_of(path, ret_format, &error);
    return r < 0 ? mlm_fail(sb, r, "%s", error.text) : 0;
}

static int rewrite(const void *config, struct mlm_output *out)
{
    struct mlm_rewrite *w = *(struct mlm_rewrite *const *)config;
    enum mlm_format format;
    w->out = out;
    int r = format_of(w->order->path, &format, w->sb);
    if (r < 0)
        return r;
    r = format == MLM_FORMAT_NPY   ? mlm_rewrite_npy(w)
        : format == MLM_FORMAT_CSV ? mlm_rewrite_table(w)
                                   : mlm_rewrite_libsvm(w);
    w->bytes = mlm_output_bytes(out);
    return r;
}

/* fd -1: only counts. */
static int copy_make(const struct mlm_plain_order *order, int fd, bool compare, struct mlm_plain *ret_plain,
    struct mlm_scoreboard *sb)
{
    struct mlm_rewrite made = {.order = order, .sb = sb};
    struct mlm_rewrite *w = &made;
    int r = mlm_source_open(order->path, &made.source, sb);
    if (r < 0)
        return r;
    r = mlm_output_make(fd, compare, rewrite, &w, sb);
    mlm_source_close(&made.source);
    if (r == 0)
        *ret_plain = (struct mlm_plain){.shape = made.shape, .bytes = made.bytes};
    return r;
}

/* Tries the decoder. 1: the file is plain, and its shape is found; 0: a copy is needed, or says what is
 * wrong. */
static int plain_try(
    const struct mlm_plain_order *order, struct mlm_shape *ret_shape, struct mlm_scoreboard *sb)
{
    struct mlm_source source;
    enum mlm_format format;
    int r = format_of(order->path, &format, sb);
    if (r == 0)
        r = mlm_source_open(order->path, &source, sb);
    if (r < 0)
        return r;
    bool packed = source.stream;
    mlm_source_close(&source);
    if (packed || (format == MLM_FORMAT_CSV && order->reading.separator != MLM_SEPARATOR_AUTO))
        return 0;
    r = mlm_dataset_inspect(order->path, ret_shape, sb);
    if (r == 0)
        return 1;
    if (r != -EINVAL || format == MLM_FORMAT_LIBSVM)
        return r;
    sb->message[0] = 0;
    atomic_store_explicit(&sb->verdict, MLM_VERDICT_NONE, memory_order_release);
    return 0;
}

int mlm_plain_look(
    const struct mlm_plain_order *order, struct mlm_plain *ret_plain, struct mlm_scoreboard *sb)
{
    struct mlm_plain plain = {0};
    int r = plain_try(order, &plain.shape, sb);
    if (r == 0)
        r = copy_make(order, -1, false, &plain, sb);
    if (r < 0)
        return r;
    *ret_plain = plain;
    return 0;
}

int mlm_plain_copy(const struct mlm_plain_order *order, int fd, bool compare, struct mlm_scoreboard *sb)
{
    struct mlm_plain plain;
    return copy_make(order, fd, compare, &plain, sb);
}
