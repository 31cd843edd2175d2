/* Decodes CSV piece by piece. A fast path takes plain numbers; spaces, quotes, errors and fields at the end
 * of a piece take a slow one. Quoted line breaks are understood in the header only. */
#include "data/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "data/decoder.h"
#include "data/number.h"

/* Most bytes of the first line that are searched for its delimiter and for names. */
#define LOOK_BYTES 65536u

static bool is_space(char c, char delimiter)
{
    return c == ' ' || (c == '\t' && delimiter != '\t');
}

static const char *trim(const char *at, const char **end, char delimiter)
{
    while (at < *end && is_space(*at, delimiter))
        at++;
    while (*end > at && is_space((*end)[-1], delimiter))
        (*end)--;
    return at;
}

/* Returns the end of the field that begins at `at`: its delimiter or line end, outside quotes. NULL: the end
 * is not in this piece. */
static const char *field_end(const char *at, const char *end, char delimiter)
{
    bool quoted = false;
    for (; at < end; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (!quoted && (*at == delimiter || *at == '\n'))
            return at;
    }
    return NULL;
}

enum field_kind { FIELD_NUMBER, FIELD_EMPTY, FIELD_NOT_FINITE, FIELD_TEXT };

/* Classifies the text between two delimiters: a number, perhaps with spaces and quotes, or something else. */
static enum field_kind field_parse(const char *at, const char *end, char delimiter, float *ret_value)
{
    if (end > at && end[-1] == '\r')
        end--;
    at = trim(at, &end, delimiter);
    if (end - at >= 2 && *at == '"' && end[-1] == '"') {
        at++, end--;
        at = trim(at, &end, delimiter);
    }
    if (at == end)
        return FIELD_EMPTY;
    float value;
    if (mlm_number_parse(at, end, &value) == end) {
        *ret_value = value;
        return isfinite(value) ? FIELD_NUMBER : FIELD_NOT_FINITE;
    }
    if (*at == '-' || *at == '+')
        at++;
    static const char *const words[] = {"nan", "inf", "infinity", "na", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((size_t)(end - at) == strlen(words[i]) && strncasecmp(at, words[i], strlen(words[i])) == 0)
            return FIELD_NOT_FINITE;
    return FIELD_TEXT;
}

/* Examines the first line. A tab or a semicolon in it is the delimiter, because neither can be part of a
 * number; a comma can. The line is a header if its first field is text, or if that is empty and another one
 * is text. A first field that is a number makes it a row, so that a row with a typing error is refused and
 * not skipped. */
static void first_line_judge(struct mlm_csv *csv, const char *at, const char *end, bool last)
{
    static const char delimiters[] = "\t;";
    const char *line_end = field_end(at, end, '\n');
    const char *to = line_end ? line_end : end;
    csv->delimiter = ',';
    for (const char *d = delimiters; *d && csv->delimiter == ','; d++)
        if (field_end(at, to, *d))
            csv->delimiter = *d;
    enum field_kind kind = FIELD_EMPTY;
    for (const char *field = at; field <= to && kind == FIELD_EMPTY;) {
        const char *field_to = field_end(field, to, csv->delimiter);
        if (!field_to && !line_end && !last && to - field <= MLM_NUMBER_MAX)
            break; /* the piece ends inside this field, so its kind is not known */
        if (!field_to)
            field_to = to;
        float value;
        kind = field_parse(field, field_to, csv->delimiter, &value);
        field = field_to + 1;
    }
    csv->in_header = kind == FIELD_TEXT;
}

/* Skips the header, which may have any length and may contain line breaks in quotes. Returns the bytes
 * used. */
static size_t header_skip(struct mlm_decoder *d, const char *bytes, size_t size)
{
    struct mlm_csv *csv = &d->csv;
    const char *at = bytes, *end = bytes + size;
    if (csv->header_fields == 0)
        csv->header_fields = 1;
    for (; at < end && csv->in_header; at++) {
        if (*at == '"')
            csv->quoted = !csv->quoted;
        else if (*at == csv->delimiter && !csv->quoted)
            csv->header_fields++;
        if (*at == '\n') {
            d->line++;
            csv->in_header = csv->quoted;
        }
    }
    return (size_t)(at - bytes);
}

static int field_refuse(const struct mlm_decoder *d, enum field_kind kind, const char *at, const char *end,
    struct mlm_scoreboard *sb)
{
    int length = end - at < 40 ? (int)(end - at) : 40;
    while (length && (at[length - 1] == '\r' || at[length - 1] == '\n'))
        length--;
    uint64_t field = d->csv.field + 1;
    if (kind == FIELD_EMPTY)
        return mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ", field %" PRIu64
            ": the value is missing; fill it in or leave the line out",
            d->name, d->line, field);
    if (kind == FIELD_NOT_FINITE)
        return mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ", field %" PRIu64 ": '%.*s' is not a finite f32", d->name, d->line,
            field, length, at);
    return mlm_fail(sb, -EINVAL,
        "%.200s, line %" PRIu64 ", field %" PRIu64 ": expected a number, found '%.*s'", d->name, d->line,
        field, length, at);
}

static int row_end(struct mlm_decoder *d, struct mlm_block *block, struct mlm_scoreboard *sb)
{
    uint64_t fields = d->csv.field;
    uint64_t wanted = d->columns ? d->columns : d->csv.header_fields;
    if (wanted && fields != wanted)
        return mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ": expected %" PRIu64 " fields as in %s, found %" PRIu64, d->name,
            d->line, wanted, d->columns ? "the lines before" : "the header", fields);
    d->columns = fields;
    d->csv.field = 0;
    d->rows++;
    d->line++;
    block->rows++;
    return 0;
}

/* How much of the file is there. */
struct reach {
    const char *end;
    bool last; /* behind it is nothing more */
};

/* Finds the bounds of a field and reads it where the short way did not: spaces, quotes, errors, a piece's
 * end. */
static const char *field_slow(const struct mlm_decoder *d, const char *at, const struct reach *reach,
    float *ret_value, int *ret_stop, struct mlm_scoreboard *sb)
{
    const char *end = reach->end, *next = field_end(at, end, d->csv.delimiter);
    *ret_stop = MLM_STOP_BYTES;
    /* Refuse an endless field now, before the rest of it arrives. */
    if ((next ? next : end) - at > MLM_NUMBER_MAX) {
        *ret_stop = mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ", field %" PRIu64
            ": expected a number, found '%.40s…' of more than %d bytes (an open quote?)",
            d->name, d->line, d->csv.field + 1, at, MLM_NUMBER_MAX);
        return NULL;
    }
    if (!next && !reach->last)
        return NULL;
    if (!next)
        next = end;
    enum field_kind kind = field_parse(at, next, d->csv.delimiter, ret_value);
    if (kind != FIELD_NUMBER) {
        *ret_stop = field_refuse(d, kind, at, next, sb);
        return NULL;
    }
    return next;
}

/* Returns the field's end: its delimiter, its line's end or the end of all. NULL: *ret_stop says why not. */
static const char *field_read(const struct mlm_decoder *d, const char *at, const struct reach *reach,
    float *ret_value, int *ret_stop, struct mlm_scoreboard *sb)
{
    const char *end = reach->end, *next = mlm_number_parse(at, end, ret_value);
    if (next && end - next >= 2 && next[0] == '\r' && next[1] == '\n')
        next++;
    if (next && next < end && (*next == d->csv.delimiter || *next == '\n') && isfinite(*ret_value))
        return next;
    return field_slow(d, at, reach, ret_value, ret_stop, sb);
}

/* Refuses a row with more fields than the others. */
static int fields_refuse(const struct mlm_decoder *d, struct mlm_scoreboard *sb)
{
    if (!d->columns)
        return mlm_decoder_refuse_wide(d, sb);
    return mlm_fail(sb, -EINVAL, "%.200s, line %" PRIu64 ": expected %" PRIu64 " fields, found more", d->name,
        d->line, d->columns);
}

/* Skips blank characters and empty lines in front of a row. */
static const char *blanks_skip(struct mlm_decoder *d, const char *at, const char *end)
{
    for (; at < end && (*at == ' ' || *at == '\r' || *at == '\n'); at++)
        d->line += *at == '\n';
    return at;
}

static int rows_decode(struct mlm_decoder *d, const char **position, const struct reach *reach,
    struct mlm_block *block, struct mlm_scoreboard *sb)
{
    struct mlm_csv *csv = &d->csv;
    const char *end = reach->end;
    uint64_t most = d->columns ? d->columns : d->limits.row_values;
    int stop = MLM_STOP_BYTES;
    const char *at = *position;
    while (stop == MLM_STOP_BYTES) {
        if (csv->field == 0)
            at = blanks_skip(d, at, end);
        if (at == end && (csv->field == 0 || !reach->last))
            break;
        if (csv->field == 0 && block->rows == block->capacity_rows) {
            stop = MLM_STOP_FULL;
            break;
        }
        if (block->count == block->capacity_values) {
            stop = MLM_STOP_CRAMPED;
            break;
        }
        float value = 0;
        const char *next = field_read(d, at, reach, &value, &stop, sb);
        if (!next)
            break;
        block->values[block->count++] = value;
        csv->field++;
        if (next < end && *next == csv->delimiter) {
            at = next + 1;
            if (csv->field == most)
                stop = fields_refuse(d, sb);
        } else {
            at = next < end ? next + 1 : end;
            stop = row_end(d, block, sb);
            most = d->columns;
        }
    }
    *position = at;
    return stop;
}

int mlm_csv_decode(struct mlm_decoder *d, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb)
{
    struct mlm_csv *csv = &d->csv;
    const char *at = piece->bytes, *end = at + piece->size;
    bool last = piece->last;
    *ret_used = 0;
    if (!csv->marked) {
        static const char byte_order_mark[] = "\xef\xbb\xbf";
        if (piece->size < 3 && !last)
            return MLM_STOP_BYTES;
        if (piece->size >= 3 && memcmp(at, byte_order_mark, 3) == 0)
            at += 3;
        csv->marked = true;
    }
    if (!csv->started) {
        at = blanks_skip(d, at, end);
        *ret_used = (size_t)(at - piece->bytes);
        if (!last && (size_t)(end - at) < LOOK_BYTES && !field_end(at, end, '\n'))
            return MLM_STOP_BYTES;
        first_line_judge(csv, at, end, last);
        csv->started = true;
    }
    if (csv->in_header)
        at += header_skip(d, at, (size_t)(end - at));
    int r = csv->in_header ? MLM_STOP_BYTES : rows_decode(d, &at, &(struct reach){end, last}, block, sb);
    *ret_used = (size_t)(at - piece->bytes);
    if (r == MLM_STOP_BYTES && last && d->rows == 0)
        return mlm_fail(sb, -EINVAL,
            "%.200s, line %" PRIu64 ": expected a line of numbers, found the end of the file", d->name,
            d->line);
    return r;
}
