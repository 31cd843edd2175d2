/* Wraps text at the terminal's width, counting columns and not bytes. */
#include "report/text/prose.h"

#include <errno.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"

static const char *const codes[] = {
    [MLM_PAINT_BOLD] = "1",
    [MLM_PAINT_DIM] = "2",
    [MLM_PAINT_GREEN] = "32",
    [MLM_PAINT_RED] = "31",
    [MLM_PAINT_YELLOW] = "33",
    [MLM_PAINT_MAGENTA] = "35",
};

void mlm_put_painted(FILE *out, const struct mlm_text_style *style, enum mlm_paint paint, const char *text)
{
    if (style->colour && paint != MLM_PAINT_PLAIN)
        fprintf(out, "\033[%sm%s\033[0m", codes[paint], text);
    else
        fputs(text, out);
}

void mlm_put_spaces(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* Returns the width of a text's first word. */
static size_t word_width(const char *text)
{
    size_t width = 0;
    while (*text && *text != ' ')
        width += mlm_utf8_step(&text);
    return width;
}

void mlm_put_wrapped(FILE *out, const struct mlm_text_style *style, size_t indent, const char *text)
{
    size_t room = style->width > 0 ? (size_t)style->width : SIZE_MAX, column = 0;
    if (indent >= room)
        indent = 0;
    while (*text) {
        const char *begin = text;
        bool space = *text == ' ';
        size_t step = mlm_utf8_step(&text);
        bool breaks = column + step > room;
        if (space) {
            size_t word = word_width(text);
            bool too_long = indent + word > room;
            breaks = column + 1 + (too_long ? 1 : word) > room;
        }
        if (breaks) {
            fputc('\n', out);
            mlm_put_spaces(out, indent);
            column = indent;
        }
        if (breaks && space)
            continue;
        fwrite(begin, 1, (size_t)(text - begin), out);
        column += step;
    }
    fputc('\n', out);
}

int mlm_put_line(FILE *out, const struct mlm_text_style *style, enum mlm_paint paint, char *line)
{
    mlm_auto_free char *owned = line;
    if (!owned)
        return -ENOMEM;
    bool painted = style->colour && paint != MLM_PAINT_PLAIN;
    if (painted)
        fprintf(out, "\033[%sm", codes[paint]);
    mlm_put_wrapped(out, style, 4, owned);
    fputs(painted ? "\033[0m" : "", out);
    return 0;
}

int mlm_put_note(FILE *out, const struct mlm_text_style *style, const char *label, const char *text)
{
    mlm_auto_free char *line = mlm_text_of("%s %s", label, text);
    if (!line)
        return -ENOMEM;
    mlm_put_wrapped(out, style, mlm_utf8_width(label) + 1, line);
    return 0;
}

int mlm_put_end(FILE *out, int r, const char *doing, struct mlm_error *error)
{
    if (r >= 0 && (fflush(out) != 0 || ferror(out)))
        r = -EIO;
    return r < 0 ? mlm_error_errno(error, r, "%s", doing) : 0;
}
