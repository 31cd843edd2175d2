/* Generates the file that the suite reads, where the user brings none.
 *
 * Dense (.npy, CSV): value (r, c) is k/1000, rounded to f32, with k drawn from -9999…9999. It has three
 * decimals in text and is the nearest f32 in binary, so both files hold the same matrix. libsvm: the rows of
 * data/rows.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/number.h"
#include "data/random.h"
#include "data/rows.h"
#include "loading/loading.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

#define BUFFER_BYTES (UINT64_C(1) << 20)
/* No value has a longer text in any format; an example is "16777216:-9.999 ". */
#define VALUE_TEXT_MAX 20u

static void dataset_name(const void *p, char name[static 128])
{
    const struct mlm_loading_config *config = p;
    static const char *const endings[] = {
        [MLM_FORMAT_NPY] = "npy", [MLM_FORMAT_CSV] = "csv", [MLM_FORMAT_LIBSVM] = "libsvm"};
    snprintf(name, 128, "loading-%s-v%d-r%" PRIu64 "-c%" PRIu64 "-s%" PRIu64 ".%s",
        config->sparse ? "sparse" : "dense", GENERATOR_VERSION, config->rows, config->columns,
        config->job.seed, endings[config->format]);
}

static uint64_t digits_of(uint64_t value)
{
    char text[20];
    return (uint64_t)(mlm_whole_print(text, value) - text);
}

static uint64_t dataset_size(const void *p)
{
    const struct mlm_loading_config *config = p;
    uint64_t values = config->rows * config->columns;
    switch (config->format) {
    case MLM_FORMAT_CSV:
        return values * strlen("-9.999,");
    case MLM_FORMAT_LIBSVM:
        return config->nonzeros * (strlen(" :-7") + digits_of(config->columns)) +
               config->rows * strlen("1\n");
    default:
        return MLM_NPY_HEADER_BYTES + values * sizeof(float);
    }
}

/* Collects bytes that are to be written to the file, or to be compared with its content. */
struct output {
    int fd;
    struct mlm_scoreboard *sb;
    char *bytes;
    size_t used;
    char *found;   /* buffer for the file's content; NULL: the bytes are written */
    uint64_t done; /* bytes before those in the buffer */
};

/* Reads fewer bytes than asked for where the file ends. */
static int found_read(struct output *out, size_t size, size_t *ret_size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(out->fd, out->found + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(out->sb, -errno, "cannot read the dataset: %s", strerror(errno));
        if (n == 0)
            break;
        have += (size_t)n;
    }
    *ret_size = have;
    return 0;
}

static int output_compare(struct output *out)
{
    size_t have;
    int r = found_read(out, out->used, &have);
    if (r < 0)
        return r;
    if (memcmp(out->found, out->bytes, have) != 0) {
        size_t at = 0;
        while (out->found[at] == out->bytes[at])
            at++;
        return mlm_fail(out->sb, -EBADMSG, "byte %" PRIu64 " is not what its seed makes", out->done + at);
    }
    if (have < out->used)
        return mlm_fail(out->sb, -EBADMSG, "it ends at byte %" PRIu64, out->done + have);
    out->done += out->used;
    out->used = 0;
    return 0;
}

/* Ends the output: writes or compares the rest, and refuses a file that goes on. */
static int output_end(struct output *out)
{
    size_t more = 0;
    int r = out->found ? found_read(out, 1, &more) : 0;
    if (r < 0 || !more)
        return r;
    return mlm_fail(out->sb, -EBADMSG, "it goes on after byte %" PRIu64, out->done);
}

static int output_flush(struct output *out)
{
    if (out->found)
        return output_compare(out);
    for (size_t written = 0; written < out->used;) {
        ssize_t n = write(out->fd, out->bytes + written, out->used - written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mlm_fail(out->sb, -errno, "cannot write the dataset: %s", strerror(errno));
        written += (size_t)n;
    }
    out->used = 0;
    return 0;
}

/* Makes room for `size` bytes, at most a value or a header. */
static int output_reserve(struct output *out, size_t size, char **ret_at)
{
    if (BUFFER_BYTES - out->used < size) {
        int r = output_flush(out);
        if (r < 0)
            return r;
    }
    *ret_at = out->bytes + out->used;
    return 0;
}

/* Draws the values of row `row` in thousandths, four of them from one random number. `columns` is rounded up
 * to a multiple of four. */
static void row_draw(uint64_t key, uint64_t row, int16_t *thousandths, uint64_t columns)
{
    uint64_t row_key = mlm_random_u64(key, row);
    for (uint64_t c = 0; c < columns; c += 4) {
        uint64_t draw = mlm_random_u64(row_key, c / 4);
        for (unsigned i = 0; i < 4; i++)
            thousandths[c + i] = (int16_t)((int32_t)(((draw >> 16 * i & 0xffff) * 19999) >> 16) - 9999);
    }
}

static int row_write_npy(struct output *out, const int16_t *thousandths, uint64_t columns)
{
    enum { PIECE = 4096 };
    for (uint64_t c = 0; c < columns; c += PIECE) {
        uint64_t count = columns - c < PIECE ? columns - c : PIECE;
        char *at;
        int r = output_reserve(out, PIECE * sizeof(float), &at);
        if (r < 0)
            return r;
        for (uint64_t i = 0; i < count; i++) {
            float value = (float)((double)thousandths[c + i] / 1000.0);
            memcpy(at + i * sizeof value, &value, sizeof value);
        }
        out->used += count * sizeof(float);
    }
    return 0;
}

static int row_write_csv(struct output *out, const int16_t *thousandths, uint64_t columns)
{
    for (uint64_t c = 0; c < columns; c++) {
        char *at;
        int r = output_reserve(out, VALUE_TEXT_MAX, &at);
        if (r < 0)
            return r;
        char *from = at;
        unsigned k = (unsigned)abs(thousandths[c]);
        if (thousandths[c] < 0)
            *at++ = '-';
        *at++ = (char)('0' + k / 1000);
        *at++ = '.';
        *at++ = (char)('0' + k / 100 % 10);
        *at++ = (char)('0' + k / 10 % 10);
        *at++ = (char)('0' + k % 10);
        *at++ = c + 1 < columns ? ',' : '\n';
        out->used += (size_t)(at - from);
    }
    return 0;
}

static int dense_write(const struct mlm_loading_config *config, struct output *out)
{
    uint64_t key = mlm_random_key(config->job.seed, 0), columns = config->columns;
    int16_t *thousandths = calloc((columns + 3) / 4 * 4, sizeof *thousandths);
    if (!thousandths)
        return mlm_fail(out->sb, -ENOMEM, "out of memory");
    int r = 0;
    if (config->format == MLM_FORMAT_NPY) {
        mlm_npy_header_write(config->rows, columns, out->bytes);
        out->used = MLM_NPY_HEADER_BYTES;
    }
    for (uint64_t row = 0; r == 0 && row < config->rows; row++) {
        row_draw(key, row, thousandths, columns);
        r = config->format == MLM_FORMAT_NPY ? row_write_npy(out, thousandths, columns)
                                             : row_write_csv(out, thousandths, columns);
        mlm_progress_add(out->sb, 1);
    }
    free(thousandths);
    return r;
}

static int row_write_libsvm(struct output *out, const struct mlm_data_row *row)
{
    char *at;
    int r = output_reserve(out, VALUE_TEXT_MAX, &at);
    if (r < 0)
        return r;
    *at = row->label > 0 ? '1' : '0';
    out->used++;
    for (uint32_t i = 0; i < row->count; i++) {
        r = output_reserve(out, VALUE_TEXT_MAX, &at);
        if (r < 0)
            return r;
        char *from = at;
        *at++ = ' ';
        at = mlm_whole_print(at, row->columns[i] + UINT64_C(1));
        *at++ = ':';
        if (row->values[i] < 0)
            *at++ = '-';
        at = mlm_whole_print(at, (uint64_t)abs((int)row->values[i]));
        out->used += (size_t)(at - from);
    }
    r = output_reserve(out, 1, &at);
    if (r < 0)
        return r;
    *at = '\n';
    out->used++;
    return 0;
}

static int sparse_write(const struct mlm_loading_config *config, struct output *out)
{
    struct mlm_rows *rows;
    int r = mlm_rows_open_generated(
        config->rows, config->columns, MLM_LOADING_DENSITY, config->job.seed, &rows, out->sb);
    if (r < 0)
        return r;
    for (struct mlm_data_row row; (r = mlm_rows_next(rows, &row, out->sb)) == 1;) {
        r = row_write_libsvm(out, &row);
        if (r < 0)
            break;
        mlm_progress_add(out->sb, 1);
    }
    mlm_rows_close(rows);
    return r;
}

static int dataset_put(const struct mlm_loading_config *config, struct output *out)
{
    mlm_progress_begin(out->sb, config->rows);
    int r = config->sparse ? sparse_write(config, out) : dense_write(config, out);
    if (r == 0)
        r = output_flush(out);
    return r < 0 ? r : output_end(out);
}

static int dataset_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    struct output out = {.fd = fd, .sb = sb, .bytes = malloc(BUFFER_BYTES)};
    int r = out.bytes ? dataset_put(config, &out) : mlm_fail(sb, -ENOMEM, "out of memory");
    free(out.bytes);
    return r;
}

/* Generates the bytes again and compares. That takes no longer than reading them from a disk, and needs no
 * checksum file that could get lost. */
static int dataset_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    struct output out = {.fd = fd, .sb = sb, .bytes = malloc(BUFFER_BYTES), .found = malloc(BUFFER_BYTES)};
    int r = out.bytes && out.found ? dataset_put(config, &out) : mlm_fail(sb, -ENOMEM, "out of memory");
    free(out.bytes);
    free(out.found);
    return r;
}

const struct mlm_dataset mlm_loading_dataset = {
    .name = dataset_name, .size_bytes = dataset_size, .build = dataset_build, .check = dataset_check};
