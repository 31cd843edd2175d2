/* Parses the header of an .npy file and converts its values to f32. The header is a Python dictionary, of
 * which only the forms that NumPy writes are accepted. */
#include "data/npy.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data/decoder.h"
#include "data/number.h"

/* Real headers are 64 to 128 bytes long; a longer one does not describe an array of numbers. */
#define HEADER_MAX 65536u

/* Converts half precision in integers, because not every compiler has a type for it. A subnormal half becomes
 * a normal f32. */
static float half_value(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 1023;
    if (exponent == 0) {
        float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    uint32_t bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float single_value(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float double_value(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

/* Defines one function for each type: it loads `word` (in the file's byte order, not aligned) and converts it
 * to float. */
#define CONVERT(name, word_type, to_host, expression)                                                        \
    static void name(const char *from, float *to, size_t count)                                              \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            word_type word;                                                                                  \
            memcpy(&word, from + i * sizeof word, sizeof word);                                              \
            word = to_host(word);                                                                            \
            to[i] = (expression);                                                                            \
        }                                                                                                    \
    }
#define SAME(word) (word)
#define CONVERT_BOTH(name, bits, expression)                                                                 \
    CONVERT(name##_little, uint##bits##_t, le##bits##toh, expression)                                        \
    CONVERT(name##_big, uint##bits##_t, be##bits##toh, expression)

CONVERT(convert_b1, uint8_t, SAME, word != 0)
CONVERT(convert_u1, uint8_t, SAME, word)
CONVERT(convert_i1, int8_t, SAME, word)
CONVERT_BOTH(convert_u2, 16, word)
CONVERT_BOTH(convert_i2, 16, (int16_t)word)
CONVERT_BOTH(convert_f2, 16, half_value(word))
CONVERT_BOTH(convert_u4, 32, (float)word)
CONVERT_BOTH(convert_i4, 32, (float)(int32_t)word)
CONVERT_BOTH(convert_f4, 32, single_value(word))
CONVERT_BOTH(convert_u8, 64, (float)word)
CONVERT_BOTH(convert_i8, 64, (float)(int64_t)word)
CONVERT_BOTH(convert_f8, 64, double_value(word))

static const struct type {
    char name[3]; /* type name without the byte order sign */
    void (*little)(const char *from, float *to, size_t count);
    void (*big)(const char *from, float *to, size_t count);
} types[] = {
    {"b1", convert_b1, convert_b1},
    {"i1", convert_i1, convert_i1},
    {"u1", convert_u1, convert_u1},
    {"i2", convert_i2_little, convert_i2_big},
    {"u2", convert_u2_little, convert_u2_big},
    {"i4", convert_i4_little, convert_i4_big},
    {"u4", convert_u4_little, convert_u4_big},
    {"i8", convert_i8_little, convert_i8_big},
    {"u8", convert_u8_little, convert_u8_big},
    {"f2", convert_f2_little, convert_f2_big},
    {"f4", convert_f4_little, convert_f4_big},
    {"f8", convert_f8_little, convert_f8_big},
};

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
struct cursor {
    const char *name, *begin, *at, *end;
    struct mlm_scoreboard *sb;
};

static int expected(const struct cursor *c, const char *what)
{
    return mlm_fail(c->sb, -EINVAL, "%.200s, byte %td: expected %s", c->name, c->at - c->begin, what);
}

static void spaces_skip(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\t'))
        c->at++;
}

static bool accept(struct cursor *c, char wanted)
{
    spaces_skip(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool accept_word(struct cursor *c, const char *word)
{
    size_t length = strlen(word);
    spaces_skip(c);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    return true;
}

/* Reads a quoted string without escapes; a longer one is cut. */
static int string_parse(struct cursor *c, char text[static 32], const char *what)
{
    spaces_skip(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return expected(c, what);
    const char *from = c->at + 1;
    const char *to = memchr(from, *c->at, (size_t)(c->end - from));
    if (!to || to - from > 31)
        return expected(c, what);
    memcpy(text, from, (size_t)(to - from));
    text[to - from] = 0;
    c->at = to + 1;
    return 0;
}

static int type_parse(struct cursor *c, struct mlm_npy *npy)
{
    spaces_skip(c);
    struct cursor at = *c;
    char text[32] = "";
    int r = string_parse(c, text, "the type of a plain array, such as '<f4' (no records)");
    if (r < 0)
        return r;
    bool big = text[0] == '>' || (text[0] == '=' && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text[0] && strchr("<>|=", text[0]) && strcmp(text + 1, types[i].name) == 0) {
            npy->convert = big ? types[i].big : types[i].little;
            npy->value_bytes = (uint32_t)(types[i].name[1] - '0');
            npy->native = strcmp(types[i].name, "f4") == 0 && big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
            return 0;
        }
    return expected(&at, "a type of numbers or booleans, such as '<f4'");
}

static int order_parse(struct cursor *c, struct mlm_npy *npy)
{
    spaces_skip(c);
    uint64_t at = (uint64_t)(c->at - c->begin);
    if (accept_word(c, "False"))
        return 0;
    if (!accept_word(c, "True"))
        return expected(c, "True or False");
    npy->fortran_at = at;
    return 0;
}

static int length_parse(struct cursor *c, uint64_t *ret_length)
{
    spaces_skip(c);
    const char *next = mlm_whole_parse(c->at, c->end, INT64_MAX, ret_length);
    if (!next)
        return expected(c, "a length");
    c->at = next;
    (void)accept(c, 'L'); /* Python 2 wrote long integers with an L */
    return 0;
}

static int shape_parse(struct cursor *c, struct mlm_npy *npy)
{
    spaces_skip(c);
    struct cursor at = *c;
    if (!accept(c, '('))
        return expected(c, "'('");
    uint64_t lengths[2] = {0};
    unsigned count = 0;
    while (!accept(c, ')')) {
        if (count == 2)
            return expected(&at, "two dimensions (rows, columns), found more");
        int r = length_parse(c, &lengths[count]);
        if (r < 0)
            return r;
        count++;
        if (!accept(c, ',') && (c->at == c->end || *c->at != ')'))
            return expected(c, "',' or ')'");
    }
    if (count != 2)
        return expected(&at, "two dimensions (rows, columns); save array.reshape(-1, 1) to make one column");
    if (lengths[0] == 0 || lengths[1] == 0)
        return expected(&at, "at least one row and one column");
    npy->rows = lengths[0];
    npy->columns = lengths[1];
    return 0;
}

static int dictionary_parse(struct cursor *c, struct mlm_npy *npy)
{
    enum { DESCR = 1, ORDER = 2, SHAPE = 4 };
    unsigned seen = 0;
    if (!accept(c, '{'))
        return expected(c, "'{'");
    while (!accept(c, '}')) {
        spaces_skip(c);
        struct cursor at = *c;
        char key[32] = "";
        int r = string_parse(c, key, "a key in quotes");
        if (r < 0)
            return r;
        if (!accept(c, ':'))
            return expected(c, "':'");
        unsigned which = strcmp(key, "descr") == 0           ? DESCR
                         : strcmp(key, "fortran_order") == 0 ? ORDER
                         : strcmp(key, "shape") == 0         ? SHAPE
                                                             : 0;
        if (!which || seen & which)
            return expected(&at, "'descr', 'fortran_order' and 'shape', each of them once");
        seen |= which;
        r = which == DESCR ? type_parse(c, npy) : which == ORDER ? order_parse(c, npy) : shape_parse(c, npy);
        if (r < 0)
            return r;
        if (!accept(c, ',') && (c->at == c->end || *c->at != '}'))
            return expected(c, "',' or '}'");
    }
    if (seen != (DESCR | ORDER | SHAPE))
        return expected(c, "'descr', 'fortran_order' and 'shape' before the end of the header");
    return 0;
}

static int columns_refuse(const struct mlm_decoder *d, uint64_t columns, struct mlm_scoreboard *sb)
{
    uint64_t most = d->limits.row_values;
    if (d->limits.inspected)
        return mlm_file_changed(
            sb, d->name, "it has %" PRIu64 " columns where it had %" PRIu64, columns, most);
    return mlm_fail(sb, -EINVAL,
        "%.200s: by its header a row has %" PRIu64 " values, and a row of more than %" PRIu64
        " cannot be held; save it with fewer columns",
        d->name, columns, most);
}

int mlm_npy_header_parse(
    struct mlm_decoder *d, const char *bytes, size_t size, bool last, struct mlm_scoreboard *sb)
{
    static const char magic[] = "\x93NUMPY";
    const unsigned char *raw = (const unsigned char *)bytes;
    struct cursor c = {.name = d->name, .begin = bytes, .at = bytes, .end = bytes + size, .sb = sb};
    size_t known = size < 6 ? size : 6;
    if ((known && memcmp(bytes, magic, known) != 0) || (size < 12 && last))
        return expected(&c, "the first bytes of a .npy file, \\x93NUMPY");
    if (size < 12)
        return 0;
    c.at = bytes + 6;
    if (raw[6] < 1 || raw[6] > 3)
        return expected(&c, "format version 1, 2 or 3");
    size_t length = raw[8] | (size_t)raw[9] << 8, begin = 10;
    if (raw[6] > 1) {
        length |= (size_t)raw[10] << 16 | (size_t)raw[11] << 24;
        begin = 12;
    }
    c.at = bytes + 8;
    if (length > HEADER_MAX)
        return expected(&c, "a header of at most 65536 bytes");
    if (size < begin + length)
        return last ? expected(&c, "a length of the header that lies within the file") : 0;

    struct mlm_npy npy = {.data_offset = begin + length};
    c.at = bytes + begin;
    c.end = c.at + length;
    int r = dictionary_parse(&c, &npy);
    if (r < 0)
        return r;
    spaces_skip(&c);
    if (c.at != c.end)
        return expected(&c, "spaces up to the end of the header");
    uint64_t values, data;
    if (__builtin_mul_overflow(npy.rows, npy.columns, &values) ||
        __builtin_mul_overflow(values, npy.value_bytes, &data) || data > INT64_MAX - npy.data_offset)
        return mlm_fail(sb, -EINVAL,
            "%.200s: no file holds the %" PRIu64 " × %" PRIu64 " values of its header", d->name, npy.rows,
            npy.columns);
    if (d->file_bytes && d->file_bytes != npy.data_offset + data)
        return mlm_fail(sb, -EINVAL,
            "%.200s ends at byte %" PRIu64 "; by its header (%" PRIu64 " × %" PRIu64
            " values of %u bytes) it should at byte %" PRIu64,
            d->name, d->file_bytes, npy.rows, npy.columns, npy.value_bytes, npy.data_offset + data);
    if (npy.columns > d->limits.row_values)
        return columns_refuse(d, npy.columns, sb);
    npy.values_left = values;
    d->npy = npy;
    d->columns = npy.columns;
    return 0;
}

int mlm_npy_decode(struct mlm_decoder *d, const struct mlm_piece *piece, struct mlm_block *block,
    size_t *ret_used, struct mlm_scoreboard *sb)
{
    size_t used = 0;
    if (!d->npy.columns) {
        int r = mlm_npy_header_parse(d, piece->bytes, piece->size, piece->last, sb);
        if (r == 0 && d->npy.fortran_at)
            r = mlm_fail(sb, -EINVAL,
                "%.200s, byte %" PRIu64
                ": the array is in Fortran order; save numpy.ascontiguousarray(array) instead",
                d->name, d->npy.fortran_at);
        if (r < 0 || !d->npy.columns) {
            *ret_used = 0;
            return r;
        }
        used = d->npy.data_offset;
    }
    struct mlm_npy *npy = &d->npy;

    /* Count the rows that this block can finish, and the values of them that are in this piece. */
    uint64_t rows = (block->capacity_values / npy->columns);
    rows = rows < block->capacity_rows ? rows : block->capacity_rows;
    uint64_t room = rows * npy->columns - block->count;
    uint64_t count = (piece->size - used) / npy->value_bytes;
    count = count < room ? count : room;
    count = count < npy->values_left ? count : npy->values_left;
    if (count)
        npy->convert(piece->bytes + used, block->values + block->count, count);
    block->count += count;
    d->rows += block->count / npy->columns - block->rows;
    block->rows = block->count / npy->columns;
    npy->values_left -= count;
    used += count * npy->value_bytes;
    *ret_used = used;

    if (npy->values_left == 0) {
        if (used == piece->size)
            return MLM_STOP_BYTES;
        return mlm_fail(sb, -EINVAL,
            "%.200s goes on after the %" PRIu64 " × %" PRIu64 " values of its header", d->name, npy->rows,
            npy->columns);
    }
    if (count == room)
        return rows < block->capacity_rows ? MLM_STOP_CRAMPED : MLM_STOP_FULL;
    if (piece->last)
        return mlm_fail(sb, -EINVAL,
            "%.200s ends before the last %" PRIu64 " of the %" PRIu64 " × %" PRIu64 " values of its header",
            d->name, npy->values_left, npy->rows, npy->columns);
    return MLM_STOP_BYTES;
}

void mlm_npy_header_write(uint64_t rows, uint64_t columns, char header[static MLM_NPY_HEADER_BYTES])
{
    /* Magic number and version 1.0; the dictionary of 118 bytes follows. */
    static const char begin[] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, MLM_NPY_HEADER_BYTES - 10, 0};
    const char *order = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? ">" : "<";
    memset(header, ' ', MLM_NPY_HEADER_BYTES);
    memcpy(header, begin, sizeof begin);
    int length = snprintf(header + sizeof begin, MLM_NPY_HEADER_BYTES - sizeof begin,
        "{'descr': '%sf4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu64 "), }", order, rows,
        columns);
    header[sizeof begin + (size_t)length] = ' ';
    header[MLM_NPY_HEADER_BYTES - 1] = '\n';
}
