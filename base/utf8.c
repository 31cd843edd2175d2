/* Decodes, cleans and measures UTF-8 without the locale. mbrtowc() and wcwidth() depend on the locale, and in
 * "C" they would reject every character outside ASCII. */
#include "base/utf8.h"

#include <string.h>

size_t mlm_utf8_next(const char *text, uint32_t *ret_code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t code = bytes[0];
    if (code < 0x80) {
        *ret_code = code;
        return 1;
    }
    size_t length = code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *ret_code = UINT32_MAX;
    if (code < 0xc2 || code > 0xf4)
        return 1;
    code &= 0x7fu >> length;
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) /* the terminating NUL fails this test too */
            return 1;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 1;
    *ret_code = code;
    return length;
}

bool mlm_utf8_printable(uint32_t code)
{
    bool commands = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
                    (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
                    code == 0xfeff || code == 0x061c || (code >= 0xfff9 && code <= 0xfffb) ||
                    (code >= 0xe0000 && code <= 0xe007f);
    bool no_character =
        (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef); /* true for UINT32_MAX as well */
    return !commands && !no_character;
}

static void replace(char *text, bool tame)
{
    char *to = text;
    for (const char *from = text; *from;) {
        if (*from >= ' ' && *from < 0x7f) { /* printable ASCII, by far the most frequent case */
            *to++ = *from++;
            continue;
        }
        uint32_t code;
        size_t length = mlm_utf8_next(from, &code);
        if (tame ? !mlm_utf8_printable(code) : code == UINT32_MAX) {
            *to++ = '?';
        } else {
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = 0;
}

void mlm_utf8_repair(char *text)
{
    replace(text, false);
}

void mlm_utf8_tame(char *text)
{
    replace(text, true);
}

/* Only the ranges that terminals agree on. */
static size_t columns(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        size_t columns;
    } ranges[] = {
        {0x0300, 0x036f, 0},
        {0x1ab0, 0x1aff, 0},
        {0x1dc0, 0x1dff, 0},
        {0x20d0, 0x20ff, 0},
        {0xfe00, 0xfe0f, 0},
        {0xfe20, 0xfe2f, 0},
        {0x1100, 0x115f, 2},
        {0x2e80, 0x303e, 2},
        {0x3041, 0xa4cf, 2},
        {0xac00, 0xd7a3, 2},
        {0xf900, 0xfaff, 2},
        {0xfe30, 0xfe6f, 2},
        {0xff00, 0xff60, 2},
        {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2},
        {0x1f900, 0x1f9ff, 2},
        {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; code >= ranges[0].first && i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return ranges[i].columns;
    return 1;
}

size_t mlm_utf8_step(const char **text)
{
    uint32_t code;
    *text += mlm_utf8_next(*text, &code);
    return columns(code);
}

size_t mlm_utf8_width(const char *text)
{
    size_t width = 0;
    while (*text)
        width += mlm_utf8_step(&text);
    return width;
}

void mlm_utf8_cut(char *text, size_t size, size_t width)
{
    static const char end[] = "…";
    if (mlm_utf8_width(text) <= width)
        return;
    const char *at = text;
    char *fits = text;
    for (size_t used = mlm_utf8_step(&at); used < width; used += mlm_utf8_step(&at))
        fits = text + (at - text);
    if ((size_t)(fits - text) + sizeof end <= size)
        memcpy(fits, end, sizeof end);
    else
        *fits = 0;
}
