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

#include "data/number.h"
#include "data/output.h"
#include "data/random.h"
#include "data/rows.h"
#include "loading/loading.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

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

static int row_write_npy(struct mlm_output *out, const int16_t *thousandths, uint64_t columns)
{
    enum { PIECE = 4096 };
    for (uint64_t c = 0; c < columns; c += PIECE) {
        uint64_t count = columns - c < PIECE ? columns - c : PIECE;
        char *at;
        int r = mlm_output_reserve(out, PIECE * sizeof(float), &at);
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

static int row_write_csv(struct mlm_output *out, const int16_t *thousandths, uint64_t columns)
{
    for (uint64_t c = 0; c < columns; c++) {
        char *at;
        int r = mlm_output_reserve(out, VALUE_TEXT_MAX, &at);
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

static int dense_write(const struct mlm_loading_config *config, struct mlm_output *out)
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

static int row_write_libsvm(struct mlm_output *out, const struct mlm_data_row *row)
{
    char *at;
    int r = mlm_output_reserve(out, VALUE_TEXT_MAX, &at);
    if (r < 0)
        return r;
    *at = row->label > 0 ? '1' : '0';
    out->used++;
    for (uint32_t i = 0; i < row->count; i++) {
        r = mlm_output_reserve(out, VALUE_TEXT_MAX, &at);
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
    r = mlm_output_reserve(out, 1, &at);
    if (r < 0)
        return r;
    *at = '\n';
    out->used++;
    return 0;
}

static int sparse_write(const struct mlm_loading_config *config, struct mlm_output *out)
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

static int rows_write(const void *p, struct mlm_output *out)
{
    const struct mlm_loading_config *config = p;
    mlm_progress_begin(out->sb, config->rows);
    return config->sparse ? sparse_write(config, out) : dense_write(config, out);
}

static int dataset_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, false, rows_write, config, sb);
}

/* Generates the bytes again and compares. That takes no longer than reading them from a disk, and needs no
 * checksum file that could get lost. */
static int dataset_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, true, rows_write, config, sb);
}

const struct mlm_dataset mlm_loading_dataset = {
    .name = dataset_name, .size_bytes = dataset_size, .build = dataset_build, .check = dataset_check};
