/* Goes through the file once, byte by byte, and keeps a few numbers for each column. How many different texts
 * a column has is counted by a bitmap of hashes: from its zeros follows how many there are (Whang et al.
 * 1990, "A linear-time probabilistic counting algorithm"). */
#include "estimate/csv.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Tells 500,000 texts apart; if there are more, all are taken to differ. */
#define MAP_BITS (UINT32_C(1) << 18)
#define MAP_FULL 0.98
/* A longer field is taken to be a text. */
#define NUMBER_SIZE 64

struct column {
    uint8_t *map; /* made for the first text */
};

struct reader {
    FILE *file;
    char separator;
    struct mlm_csv *csv;
    struct column *columns;
    struct mlm_error *error;
    uint64_t line;
    char field[NUMBER_SIZE];
    uint64_t length, hash; /* of the field */
    bool quoted;
};

static void reader_release(struct reader *reader)
{
    for (uint64_t i = 0; reader->columns && i < reader->csv->column_count; i++)
        free(reader->columns[i].map);
    free(reader->columns);
    if (reader->file)
        (void)fclose(reader->file);
}

/* FNV-1a. */
static void take(struct reader *reader, int c)
{
    if (reader->length < NUMBER_SIZE - 1)
        reader->field[reader->length] = (char)c;
    reader->length++;
    reader->hash = (reader->hash ^ (uint64_t)(unsigned char)c) * UINT64_C(0x100000001b3);
}

/* Reads a field. Returns the character that ended it: the separator, '\n', or EOF. */
static int field_read(struct reader *reader)
{
    bool inside = false;
    reader->length = 0;
    reader->hash = UINT64_C(0xcbf29ce484222325);
    reader->quoted = false;
    for (;;) {
        int c = getc_unlocked(reader->file);
        if (c == '"' && (inside || !reader->length)) {
            const bool again = inside && (c = getc_unlocked(reader->file)) == '"';
            reader->quoted = true;
            if (again) {
                take(reader, '"');
                continue;
            }
            if (!inside) {
                inside = true;
                continue;
            }
            inside = false;
        }
        if (c == EOF || (!inside && (c == reader->separator || c == '\n'))) {
            const size_t kept = reader->length < NUMBER_SIZE - 1 ? (size_t)reader->length : NUMBER_SIZE - 1;
            reader->field[kept] = 0;
            return c;
        }
        if (inside || c != '\r')
            take(reader, c);
    }
}

static bool is_missing(const struct reader *reader)
{
    static const char *const words[] = {"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "n/a"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reader->length < NUMBER_SIZE && strcmp(reader->field, words[i]) == 0)
            return true;
    return false;
}

static enum mlm_csv_kind kind_of(const struct reader *reader)
{
    const char *digits = reader->field + (*reader->field == '-' || *reader->field == '+');
    char *rest;
    /* 18 digits are in 64 bits. */
    if (*digits && strspn(digits, "0123456789") == strlen(digits) && strlen(digits) <= 18)
        return MLM_CSV_INTEGER;
    if (reader->length >= NUMBER_SIZE || isspace((unsigned char)*reader->field) || strpbrk(digits, "xXpP"))
        return MLM_CSV_TEXT;
    (void)strtod(reader->field, &rest);
    return *rest ? MLM_CSV_TEXT : MLM_CSV_FLOAT;
}

static int field_note(struct reader *reader, uint64_t at)
{
    struct mlm_csv_column *column = &reader->csv->columns[at];
    column->text_bytes += reader->length;
    if (is_missing(reader)) {
        column->missing++;
        return 0;
    }
    if (column->kind != MLM_CSV_TEXT) {
        const enum mlm_csv_kind kind = kind_of(reader);
        column->kind = kind > column->kind ? kind : column->kind;
    }
    uint8_t **map = &reader->columns[at].map;
    if (!*map)
        *map = calloc(MAP_BITS / 8, 1);
    if (!*map)
        return mlm_error_errno(reader->error, -ENOMEM, "columns");
    /* The low bits of FNV-1a mix less than the high ones. */
    const uint32_t bit = (uint32_t)((reader->hash ^ reader->hash >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 46);
    (*map)[bit / 8] |= (uint8_t)(1U << bit % 8);
    return 0;
}

static int names_read(struct reader *reader)
{
    int end;
    do {
        end = field_read(reader);
        reader->csv->column_count++;
    } while (end == reader->separator && reader->csv->column_count < MLM_CSV_COLUMNS_MOST);
    if (end == reader->separator)
        return mlm_error_set(
            reader->error, -EINVAL, "its first line has more than %d names", MLM_CSV_COLUMNS_MOST);
    reader->csv->columns = calloc(reader->csv->column_count, sizeof *reader->csv->columns);
    reader->columns = calloc(reader->csv->column_count, sizeof *reader->columns);
    return reader->csv->columns && reader->columns ? 0 : mlm_error_errno(reader->error, -ENOMEM, "columns");
}

/* Returns 1 at the end of the file. A line may have fewer fields than there are names, but not more. */
static int row_read(struct reader *reader)
{
    reader->line++;
    for (uint64_t at = 0;; at++) {
        const int end = field_read(reader);
        const bool empty = at == 0 && !reader->length && !reader->quoted;
        if (empty && end != reader->separator)
            return end == EOF; /* a line without anything is passed over */
        if (at >= reader->csv->column_count)
            return mlm_error_set(reader->error, -EINVAL,
                "line %" PRIu64 " has more fields than the %" PRIu64 " names of the first line", reader->line,
                reader->csv->column_count);
        int r = field_note(reader, at);
        if (r < 0)
            return r;
        if (end == reader->separator)
            continue;
        reader->csv->rows++;
        return end == EOF;
    }
}

static void conclude(struct reader *reader)
{
    for (uint64_t i = 0; i < reader->csv->column_count; i++) {
        struct mlm_csv_column *column = &reader->csv->columns[i];
        const uint8_t *map = reader->columns[i].map;
        uint32_t set = 0;
        /* Whole numbers with some missing become floats. */
        if (column->kind == MLM_CSV_INTEGER && column->missing)
            column->kind = MLM_CSV_FLOAT;
        if (column->kind != MLM_CSV_TEXT)
            continue;
        for (uint32_t k = 0; k < MAP_BITS / 8; k++)
            set += (uint32_t)__builtin_popcount(map[k]);
        const double share = (double)set / MAP_BITS;
        column->distinct = share < MAP_FULL ? -(double)MAP_BITS * log1p(-share) : (double)reader->csv->rows;
        column->distinct = fmax(1, fmin(round(column->distinct), (double)reader->csv->rows));
    }
}

int mlm_csv_look(const char *path, struct mlm_csv *ret_csv, struct mlm_error *error)
{
    struct mlm_csv csv = {.rows = 0};
    const char *dot = strrchr(path, '.');
    mlm_cleanup(reader_release) struct reader reader = {.file = fopen(path, "re"),
        .separator = dot && strcmp(dot, ".tsv") == 0 ? '\t' : ',',
        .csv = &csv,
        .error = error,
        .line = 1};
    if (!reader.file)
        return mlm_error_errno(error, -errno, "%s", path);
    int r = names_read(&reader);
    while (r == 0)
        r = row_read(&reader);
    if (r > 0 && ferror(reader.file))
        r = mlm_error_errno(error, -EIO, "%s", path);
    if (r > 0 && !csv.rows)
        r = mlm_error_set(error, -EINVAL, "%s has no rows below its first line", path);
    if (r < 0) {
        mlm_csv_release(&csv);
        return mlm_error_wrap(error, r, "%s", path);
    }
    conclude(&reader);
    csv.bytes = (uint64_t)ftello(reader.file);
    *ret_csv = csv;
    return 0;
}

void mlm_csv_release(struct mlm_csv *csv)
{
    free(csv->columns);
    csv->columns = NULL;
}
