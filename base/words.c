/* Quotes words for a POSIX shell: a command line in a message or a record can be copied and run again. */
#include "base/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

/* Characters without a special meaning in a shell. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

static bool is_printable(const char *word)
{
    uint32_t code;
    for (; *word; word += mlm_utf8_next(word, &code)) {
        (void)mlm_utf8_next(word, &code);
        if (!mlm_utf8_printable(code))
            return false;
    }
    return true;
}

static void put_quoted(FILE *out, const char *word)
{
    fputc('\'', out);
    for (; *word; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    }
    fputc('\'', out);
}

/* Writes the quote ' as a number too: a shell that does not know $'…' reads a plain single-quoted word, which
 * a literal quote would end. */
static void put_escaped(FILE *out, const char *word)
{
    fputs("$'", out);
    while (*word) {
        uint32_t code;
        size_t length = mlm_utf8_next(word, &code);
        if (mlm_utf8_printable(code) && *word != '\'' && *word != '\\')
            fwrite(word, 1, length, out);
        else
            for (size_t i = 0; i < length; i++)
                fprintf(out, "\\%03o", (unsigned char)word[i]);
        word += length;
    }
    fputc('\'', out);
}

void mlm_word_put(FILE *out, const char *word)
{
    if (*word && !word[strspn(word, plain)])
        fputs(word, out);
    else
        (is_printable(word) ? put_quoted : put_escaped)(out, word);
}

char *mlm_words_quote(char *const *words)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return NULL;
    for (size_t i = 0; words[i]; i++) {
        fputs(i ? " " : "", out);
        if (*words[i] && !words[i][strspn(words[i], plain)])
            fputs(words[i], out);
        else
            put_quoted(out, words[i]);
    }
    return mlm_text_end(&text);
}
