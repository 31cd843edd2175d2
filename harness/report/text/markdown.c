/* Escapes texts for GitHub-flavoured Markdown: by a backslash where that works, by entities where a table or
 * HTML would interpret the character. */
#include "report/text/markdown.h"

#include <ctype.h>
#include <string.h>

/* "www.", "http:" and "name@host" become links automatically, and "@name" notifies a person. One character of
 * each is replaced to prevent that. `at` is in `text`. */
static const char *unlinked(const char *text, const char *at)
{
    const char c = *at, after = at[1];
    if (c == '.' && at - text >= 3 && strncmp(at - 3, "www", 3) == 0)
        return "&#46;";
    if (c == ':' && after == '/')
        return "&#58;";
    if (c == '@' && after != ' ' && after)
        return "＠";
    return NULL;
}

/* Returns true if the character begins a list or a heading; this is so only at the begin of a line. */
static bool begins_block(const char *text, const char *at)
{
    size_t digits = strspn(text, "0123456789");
    return at == text ? strchr("#+-=", *at) != NULL
                      : digits && at == text + digits && (*at == '.' || *at == ')');
}

void mlm_markdown_text(FILE *out, const char *text, bool begins_line)
{
    for (const char *at = text; *at; at++) {
        const char *link = unlinked(text, at);
        bool in_word =
            *at == '_' && at != text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
        if (link)
            fputs(link, out);
        else if (*at == '<')
            fputs("&lt;", out);
        else if (*at == '>')
            fputs("&gt;", out);
        else if (*at == '&')
            fputs("&amp;", out);
        else if (*at == '|')
            fputs("&#124;", out);
        else if ((strchr("\\`*_[]~$!", *at) && !in_word) || (begins_line && begins_block(text, at)))
            fprintf(out, "\\%c", *at);
        else
            fputc(*at, out);
    }
}

void mlm_markdown_figure(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            fputs("\u00a0", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else
            fputc(*text, out);
}
