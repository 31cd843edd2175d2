/* Checks output that is made from any input: it must be lines of printable characters. */
#pragma once

#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"

static inline void check_line(const char *line, size_t length)
{
    char *tame = strndup(line, length);
    fuzz_assert(tame && strlen(tame) == length);
    mlm_utf8_tame(tame);
    fuzz_assert(memcmp(tame, line, length) == 0);
    free(tame);
}

static inline void check_text(const char *text, size_t size)
{
    const char *end = text + size;
    for (const char *newline; (newline = memchr(text, '\n', (size_t)(end - text))); text = newline + 1)
        check_line(text, (size_t)(newline - text));
    fuzz_assert(text == end);
}
