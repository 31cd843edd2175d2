/* Generates the files that NumPy, pandas, LightGBM and others read: an array, the same as text, and a table.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/npy.h"
#include "data/number.h"
#include "data/output.h"
#include "data/random.h"
#include "frameworks/frameworks.h"

/* Increase this when the same parameters are to give other bytes. */
#define GENERATOR_VERSION 1

/* ---- The array ---- */

static void array_name(const void *p, char name[static 128])
{
    const struct frameworks_config *config = p;
    snprintf(name, 128, "frameworks-array-v%d-r%" PRIu64 "-c%" PRIu64 "-d%.0f-s%" PRIu64 ".npy",
        GENERATOR_VERSION, config->shape.rows, config->width, config->density * 1e6, config->job.seed);
}

static uint64_t array_size(const void *p)
{
    const struct frameworks_config *config = p;
    return MLM_NPY_HEADER_BYTES + config->shape.rows * config->width * sizeof(float);
}

static int row_put(struct mlm_output *out, const float *values, uint64_t count, bool label)
{
    (void)label;
    enum { PIECE = 4096 };
    for (uint64_t c = 0; c < count; c += PIECE) {
        uint64_t size = sizeof *values * (count - c < PIECE ? count - c : PIECE);
        char *at;
        int r = mlm_output_reserve(out, size, &at);
        if (r < 0)
            return r;
        memcpy(at, values + c, size);
        out->used += size;
    }
    return 0;
}

/* Calls `put` for every row, with its values as dense floats. */
static int rows_write(const struct frameworks_config *config, struct mlm_output *out,
    int (*put)(struct mlm_output *out, const float *values, uint64_t count, bool label))
{
    struct mlm_rows *rows = NULL;
    float *values = calloc(config->width, sizeof *values);
    int r = values ? 0 : mlm_fail(out->sb, -ENOMEM, "out of memory");
    if (r == 0)
        r = mlm_rows_open_generated(
            config->shape.rows, config->width, config->density, config->job.seed, &rows, out->sb);
    if (r < 0) {
        free(values);
        return r;
    }
    mlm_progress_begin(out->sb, config->shape.rows);
    for (struct mlm_data_row row; r >= 0 && (r = mlm_rows_next(rows, &row, out->sb)) == 1;) {
        memset(values, 0, config->width * sizeof *values);
        for (uint32_t i = 0; i < row.count; i++)
            values[row.columns[i]] = row.values[i];
        r = put(out, values, config->width, row.label > 0);
        mlm_progress_add(out->sb, 1);
    }
    mlm_rows_close(rows);
    free(values);
    return r;
}

static int array_write(const void *p, struct mlm_output *out)
{
    const struct frameworks_config *config = p;
    mlm_npy_header_write(config->shape.rows, config->width, out->bytes);
    out->used = MLM_NPY_HEADER_BYTES;
    return rows_write(config, out, row_put);
}

static int array_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, false, array_write, config, sb);
}

static int array_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, true, array_write, config, sb);
}

const struct mlm_dataset mlm_frameworks_array = {
    .name = array_name, .size_bytes = array_size, .build = array_build, .check = array_check};

/* ---- The same rows as text, with their labels ---- */

static void labelled_name(const void *p, char name[static 128])
{
    const struct frameworks_config *config = p;
    snprintf(name, 128, "frameworks-labelled-v%d-r%" PRIu64 "-c%" PRIu64 "-d%.0f-s%" PRIu64 ".csv",
        GENERATOR_VERSION, config->shape.rows, config->width, config->density * 1e6, config->job.seed);
}

/* A value has one digit, and at most a sign before it. */
#define VALUE_TEXT_MOST (sizeof ",-7" - 1)

static uint64_t labelled_size(const void *p)
{
    const struct frameworks_config *config = p;
    return config->shape.rows * (config->width * VALUE_TEXT_MOST + sizeof "1\n" - 1);
}

static int text_row_put(struct mlm_output *out, const float *values, uint64_t count, bool label)
{
    char *at;
    int r = mlm_output_reserve(out, VALUE_TEXT_MOST, &at);
    if (r < 0)
        return r;
    *at = label ? '1' : '0';
    out->used++;
    for (uint64_t c = 0; c < count; c++) {
        r = mlm_output_reserve(out, VALUE_TEXT_MOST + 1, &at);
        if (r < 0)
            return r;
        char *from = at;
        *at++ = ',';
        if (values[c] < 0)
            *at++ = '-';
        *at++ = (char)('0' + abs((int)values[c]));
        if (c + 1 == count)
            *at++ = '\n';
        out->used += (size_t)(at - from);
    }
    return 0;
}

static int labelled_write(const void *config, struct mlm_output *out)
{
    return rows_write(config, out, text_row_put);
}

static int labelled_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, false, labelled_write, config, sb);
}

static int labelled_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, true, labelled_write, config, sb);
}

const struct mlm_dataset mlm_frameworks_labelled = {
    .name = labelled_name, .size_bytes = labelled_size, .build = labelled_build, .check = labelled_check};

/* ---- The table ---- */

#define CITIES 1000u
#define DEVICES 20u

static void table_name(const void *p, char name[static 128])
{
    const struct frameworks_config *config = p;
    snprintf(name, 128, "frameworks-table-v%d-r%" PRIu64 "-s%" PRIu64 ".csv", GENERATOR_VERSION,
        config->shape.rows, config->job.seed);
}

static uint64_t table_size(const void *p)
{
    const struct frameworks_config *config = p;
    return (config->shape.rows + 1) * MLM_TABLE_LINE_MOST;
}

static char *text_put(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

/* Names of ten letters, because short texts would hide what a text costs. */
static char *city_put(char *at, unsigned number)
{
    static const char capitals[] = "BDFGKLMNPRSTVZ", letters[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    for (unsigned syllable = 0; syllable < 5; syllable++) {
        unsigned part = (number * 7919u + syllable * 104729u) / (syllable + 1);
        *at++ = (syllable ? letters : capitals)[part % (sizeof letters - 1)];
        *at++ = vowels[(number + part) % (sizeof vowels - 1)];
    }
    /* The number makes the name unique. */
    *at++ = '-';
    return mlm_whole_print(at, number);
}

static char *line_put(char *at, uint64_t key, uint64_t row)
{
    static const char *const quarters[] = {".0", ".25", ".5", ".75"};
    static const char *const kinds[] = {"phone-", "laptop-", "tablet-", "desktop-"};
    uint64_t draw = mlm_random_u64(key, 2 * row), more = mlm_random_u64(key, 2 * row + 1);
    unsigned city = (unsigned)((draw >> 32) * CITIES >> 32);
    unsigned device = (unsigned)((draw & 0xffff) * DEVICES >> 16), amount = (unsigned)(draw >> 16 & 0xff);
    at = mlm_whole_print(at, row);
    *at++ = ',';
    at = city_put(at, city);
    *at++ = ',';
    at = text_put(at, kinds[device % 4]);
    at = mlm_whole_print(at, device);
    *at++ = ',';
    at = mlm_whole_print(at, amount / 4);
    at = text_put(at, quarters[amount % 4]);
    *at++ = ',';
    at = mlm_whole_print(at, 1 + ((more >> 32) * 99 >> 32));
    *at++ = '\n';
    return at;
}

static int table_write(const void *p, struct mlm_output *out)
{
    static const char header[] = "id,city,device,amount,pieces\n";
    const struct frameworks_config *config = p;
    uint64_t key = mlm_random_key(config->job.seed, UINT64_C(0x7461626c65));
    mlm_progress_begin(out->sb, config->shape.rows);
    memcpy(out->bytes, header, sizeof header - 1);
    out->used = sizeof header - 1;
    for (uint64_t row = 0; row < config->shape.rows; row++) {
        char *at;
        int r = mlm_output_reserve(out, MLM_TABLE_LINE_MOST, &at);
        if (r < 0)
            return r;
        out->used += (size_t)(line_put(at, key, row) - at);
        mlm_progress_add(out->sb, 1);
    }
    return 0;
}

static int table_build(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, false, table_write, config, sb);
}

static int table_check(const void *config, int fd, struct mlm_scoreboard *sb)
{
    return mlm_output_make(fd, true, table_write, config, sb);
}

const struct mlm_dataset mlm_frameworks_table = {
    .name = table_name, .size_bytes = table_size, .build = table_build, .check = table_check};
