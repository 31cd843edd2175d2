/* Lines of the store: makes and checks the begin of a line, and reads one line or all lines of a file. */
#include "record/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "record/record.h"

#define BLOCK_BYTES ((size_t)256 << 10)

json_t *mlm_line_begin(const char *kind)
{
    json_auto_t *object = json_object();
    if (json_object_set_new(object, "kind", json_string(kind)) < 0 ||
        json_object_set_new(object, "schema", json_integer(MLM_RECORD_SCHEMA)) < 0)
        return NULL;
    return mlm_take_ptr(object);
}

/* Checks kind and schema first: lines of a newer program must not be judged by the rules of this one. */
int mlm_line_check(const json_t *json, const char *kind, struct mlm_error *error)
{
    if (!json_is_object(json))
        return mlm_error_set(error, -EBADMSG, "not an object");
    const json_t *schema = json_object_get(json, "schema");
    if (!json_is_integer(schema) || json_integer_value(schema) < 1)
        return mlm_error_set(error, -EBADMSG, "not a record: \"schema\" must be a whole number from 1 on");
    if (json_integer_value(schema) > MLM_RECORD_SCHEMA)
        return mlm_error_set(error, -EPROTO,
            "schema %" JSON_INTEGER_FORMAT " is newer than this program, which reads up to %d",
            json_integer_value(schema), MLM_RECORD_SCHEMA);
    const char *is = json_string_value(json_object_get(json, "kind"));
    if (!is || strcmp(is, kind) != 0)
        return mlm_error_set(error, -EBADMSG, "not a record: \"kind\" must be \"%s\"", kind);
    return 0;
}

int mlm_store_line_read(int fd, off_t begin, struct mlm_store_line *ret_line)
{
    mlm_auto_free char *text = NULL;
    for (size_t size = 0, room = (size_t)32 << 10; room <= MLM_LINE_LIMIT_BYTES; room *= 2) {
        char *larger = realloc(text, room + 1);
        if (!larger)
            return -ENOMEM;
        text = larger;
        while (size < room) {
            ssize_t n = pread(fd, text + size, room - size, begin + (off_t)size);
            if (n < 0)
                return -errno;
            const char *newline = memchr(text + size, '\n', (size_t)n);
            size = newline ? (size_t)(newline - text) : size + (size_t)n;
            if (newline || n == 0) {
                text[size] = 0;
                *ret_line = (struct mlm_store_line){mlm_take_ptr(text), size, newline};
                return 0;
            }
        }
    }
    return -EFBIG;
}

void mlm_store_line_release(struct mlm_store_line *line)
{
    free(line->text);
}

int mlm_store_lines_begin(int fd, struct mlm_store_lines *ret_lines)
{
    *ret_lines = (struct mlm_store_lines){.fd = fd, .size = BLOCK_BYTES, .buffer = malloc(BLOCK_BYTES)};
    return ret_lines->buffer ? 0 : -ENOMEM;
}

/* Reads more bytes behind those in the buffer. Returns their number; 0 at the end of the file. */
static ssize_t fill(struct mlm_store_lines *lines)
{
    memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
    lines->buffer_bytes += lines->begin;
    lines->end -= lines->begin;
    lines->begin = 0;
    if (mlm_grow(&lines->buffer, lines->end, &lines->size, 1) < 0)
        return -ENOMEM;
    ssize_t n;
    do
        n = read(lines->fd, lines->buffer + lines->end, lines->size - lines->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    lines->end += (size_t)n;
    lines->at_end = n == 0;
    return n;
}

int mlm_store_lines_next(struct mlm_store_lines *lines, char **ret_line, size_t *ret_size)
{
    size_t searched = 0;
    bool too_long = false;
    for (;;) {
        char *begin = lines->buffer + lines->begin;
        size_t size = lines->end - lines->begin;
        char *newline = memchr(begin + searched, '\n', size - searched);
        if (newline || (lines->at_end && (size || too_long))) {
            size_t length = newline ? (size_t)(newline - begin) : size;
            lines->offset_bytes = lines->buffer_bytes + lines->begin;
            lines->begin += length + (newline ? 1 : 0);
            lines->number++;
            if (too_long)
                return -EFBIG;
            *ret_line = begin;
            *ret_size = length && begin[length - 1] == '\r' ? length - 1 : length;
            return 1;
        }
        if (lines->at_end)
            return 0;
        searched = size;
        if (size > MLM_LINE_LIMIT_BYTES) {
            too_long = true;
            lines->begin = lines->end;
            searched = 0;
        }
        ssize_t n = fill(lines);
        if (n < 0)
            return (int)n;
    }
}

void mlm_store_lines_release(struct mlm_store_lines *lines)
{
    free(lines->buffer);
}
