/* Finds the bounds of fields in a buffer that moves through the file. A field never crosses the buffer's end:
 * what is left there moves to its begin, and more is read behind it. */
#include "data/plain/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Most lines that decide about the separator. */
#define LOOK_LINES 50u

static bool is_blank(char c, char separator)
{
    return c == ' ' || c == '\r' || (c == '\t' && separator != '\t');
}

static const char *blanks_skip(const char *at, const char *end, char separator)
{
    while (at < end && is_blank(*at, separator))
        at++;
    return at;
}

static const char *blanks_drop(const char *at, const char *end, char separator)
{
    while (end > at && is_blank(end[-1], separator))
        end--;
    return end;
}

/* Returns the closing quote of a text that begins behind an opening one; NULL: it is not in the range. A
 * doubled quote is a part of the text. */
static const char *quote_end(const char *at, const char *end, bool last)
{
    while ((at = memchr(at, '"', (size_t)(end - at)))) {
        if (at + 1 == end)
            return last ? at : NULL;
        if (at[1] != '"')
            return at;
        at += 2;
    }
    return NULL;
}

/* Returns the separator or line end behind the field at `at`, or the end of all. NULL: it is not in the
 * range. */
static const char *field_end(const char *at, const char *end, char separator, bool last)
{
    at = blanks_skip(at, end, separator);
    if (at < end && *at == '"') {
        at = quote_end(at + 1, end, last);
        if (!at)
            return NULL;
        at++;
    }
    while (at < end && *at != separator && *at != '\n')
        at++;
    return at < end || last ? at : NULL;
}

static int too_long(const struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    return mlm_fail(sb, -EINVAL,
        "%.200s, line %" PRIu64 ", field %" PRIu64 ": expected a field of at most %" PRIu64
        " bytes, found more; is a quote open?",
        f->source->name, f->next_line, f->count + 1, MLM_FIELD_MAX);
}

/* Reads more behind what is left. */
static int refill(struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    size_t left = f->end - f->begin, more = 0;
    if (left == MLM_FIELD_MAX)
        return too_long(f, sb);
    memmove(f->bytes, f->bytes + f->begin, left);
    int r = mlm_source_read(f->source, f->bytes + left, MLM_FIELD_MAX - left, &more, sb);
    if (r < 0)
        return r;
    f->begin = 0;
    f->end = left + more;
    f->last = f->end < MLM_FIELD_MAX;
    return 0;
}

static int start(struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    f->begin = f->end = 0;
    f->last = f->in_row = f->row_ends = false;
    f->line = f->next_line = 1;
    f->index = f->count = 0;
    int r = refill(f, sb);
    if (r == 0 && f->end >= 3 && memcmp(f->bytes, byte_order_mark, 3) == 0)
        f->begin = 3;
    return r;
}

/* Refuses what no separator can cut: another encoding, or lines that end as no program ends them today. */
static int look_check(const struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    const char *name = f->source->name;
    size_t size = f->end;
    if (size >= 2 && (memcmp(f->bytes, "\xff\xfe", 2) == 0 || memcmp(f->bytes, "\xfe\xff", 2) == 0))
        return mlm_fail(sb, -EINVAL, "%.200s: the text is UTF-16; save it as UTF-8", name);
    if (memchr(f->bytes, 0, size))
        return mlm_fail(
            sb, -EINVAL, "%.200s: expected text, found a byte 0; is it another kind of file?", name);
    if (memchr(f->bytes, '\r', size) && !memchr(f->bytes, '\n', size))
        return mlm_fail(
            sb, -EINVAL, "%.200s: the lines end with CR alone; save them with LF (tr '\\r' '\\n')", name);
    return 0;
}

int mlm_fields_open(struct mlm_source *source, struct mlm_fields *ret_fields, struct mlm_scoreboard *sb)
{
    struct mlm_fields f = {.source = source, .separator = ','};
    f.bytes = malloc(MLM_FIELD_MAX);
    f.scratch = malloc(MLM_FIELD_MAX);
    int r = f.bytes && f.scratch ? start(&f, sb) : mlm_fail(sb, -ENOMEM, "out of memory");
    if (r == 0)
        r = look_check(&f, sb);
    if (r < 0) {
        mlm_fields_close(&f);
        return r;
    }
    *ret_fields = f;
    return 0;
}

int mlm_fields_rewind(struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    int r = mlm_source_rewind(f->source, sb);
    return r < 0 ? r : start(f, sb);
}

void mlm_fields_close(struct mlm_fields *f)
{
    free(f->bytes);
    free(f->scratch);
    f->bytes = f->scratch = NULL;
}

/* Copies a quoted text without its quotes. */
static void quotes_remove(struct mlm_fields *f, const char *at, const char *end, struct mlm_field *ret_field)
{
    const char *close = quote_end(at + 1, end, true);
    char *to = f->scratch;
    for (at++; at < close; at++) {
        *to++ = *at;
        at += *at == '"';
    }
    const char *rest = close + 1; /* what stands behind the quotes belongs to the text */
    memcpy(to, rest, (size_t)(end - rest));
    to += end - rest;
    ret_field->at = blanks_skip(f->scratch, to, f->separator);
    ret_field->end = blanks_drop(ret_field->at, to, f->separator);
}

static void field_make(struct mlm_fields *f, const char *at, const char *end, struct mlm_field *ret_field)
{
    at = blanks_skip(at, end, f->separator);
    end = blanks_drop(at, end, f->separator);
    *ret_field = (struct mlm_field){at, end};
    if (at < end && *at == '"')
        quotes_remove(f, at, end, ret_field);
}

static uint64_t lines_in(const char *at, const char *end)
{
    uint64_t lines = 0;
    for (; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        lines++;
    return lines;
}

/* Skips blanks, and in front of a row also line ends. Returns 1 at a byte, 0 at the end of all. */
static int gap_skip(struct mlm_fields *f, struct mlm_scoreboard *sb)
{
    for (;;) {
        for (; f->begin < f->end; f->begin++) {
            char c = f->bytes[f->begin];
            if (c == '\n' && !f->in_row)
                f->next_line++;
            else if (!is_blank(c, f->separator))
                return 1;
        }
        if (f->last)
            return 0;
        int r = refill(f, sb);
        if (r < 0)
            return r;
    }
}

static int row_end(struct mlm_fields *f)
{
    f->row_ends = f->in_row = false;
    return MLM_MET_ROW;
}

static int field_next(struct mlm_fields *f, struct mlm_field *ret_field, struct mlm_scoreboard *sb)
{
    const char *next;
    while (!(next = field_end(f->bytes + f->begin, f->bytes + f->end, f->separator, f->last))) {
        if (f->last)
            return mlm_fail(sb, -EINVAL,
                "%.200s, line %" PRIu64 ", field %" PRIu64 ": a quote opens here and never closes",
                f->source->name, f->next_line, f->count + 1);
        int r = refill(f, sb);
        if (r < 0)
            return r;
    }
    const char *at = f->bytes + f->begin, *end = f->bytes + f->end;
    field_make(f, at, next, ret_field);
    f->line = f->next_line;
    f->next_line += lines_in(at, next);
    f->index = f->count++;
    f->row_ends = next == end || *next == '\n';
    f->next_line += next < end && *next == '\n';
    f->begin = (size_t)(next - f->bytes) + (next < end);
    return MLM_MET_FIELD;
}

int mlm_fields_next(struct mlm_fields *f, struct mlm_field *ret_field, struct mlm_scoreboard *sb)
{
    if (f->row_ends)
        return row_end(f);
    if (!f->in_row || f->separator == ' ') {
        int r = gap_skip(f, sb);
        if (r < 0)
            return r;
        if (r == 0)
            return f->in_row ? row_end(f) : MLM_MET_END;
        if (!f->in_row)
            f->count = 0;
        else if (f->bytes[f->begin] == '\n') { /* spaces at the end of a line are no separator */
            f->begin++;
            f->next_line++;
            return row_end(f);
        }
        f->in_row = true;
    }
    return field_next(f, ret_field, sb);
}

/* Cuts the first lines by this separator. Returns how many fields each has, where all but the first have as
 * many; else 0. */
static uint64_t fields_a_line(const struct mlm_fields *fields, char separator)
{
    struct mlm_scoreboard unheard = {0}; /* a fault that another separator may not have */
    struct mlm_fields look = *fields;
    struct mlm_field field;
    look.separator = separator;
    look.last = true;
    for (; !fields->last && look.end > look.begin && look.bytes[look.end - 1] != '\n'; look.end--)
        ; /* the last line is not whole */
    uint64_t lines = 0, count = 0;
    while (lines < LOOK_LINES) {
        int met = mlm_fields_next(&look, &field, &unheard);
        if (met < 0 || met == MLM_MET_END)
            break;
        if (met == MLM_MET_FIELD)
            continue;
        if (lines > 1 && look.count != count)
            return 0;
        count = look.count;
        lines++;
    }
    return count;
}

static bool line_has(const struct mlm_fields *fields, char c)
{
    const char *at = fields->bytes + fields->begin, *end = fields->bytes + fields->end;
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    return memchr(at, c, (size_t)((line_end ? line_end : end) - at));
}

char mlm_separator_find(const struct mlm_fields *fields)
{
    static const char separators[] = "\t;,";
    for (const char *s = separators; *s; s++)
        if (fields_a_line(fields, *s) > 1)
            return *s;
    /* No separator cuts all lines alike: one of them has a fault, and what is in the first line says of which
     * table. */
    for (const char *s = separators; *s; s++)
        if (line_has(fields, *s))
            return *s;
    return fields_a_line(fields, ' ') > 1 ? ' ' : ',';
}
