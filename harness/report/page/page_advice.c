/* The advice after a sweep over caps. Its words come from the layer advise, as text. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/html/html.h"
#include "report/page/page_parts.h"

/* The kinds of lines, each with the tags around a block of such lines and around one of them. */
static const struct kind {
    const char *begin, *end, *line_begin, *line_end;
} kinds[] = {
    {"", "", "<p class=\"lead\">", "</p>"},
    {"<ul>\n", "</ul>\n", "<li>", "</li>"},
    {"<pre><code>", "</code></pre>\n", "", ""},
};

/* Items of a list are indented, and commands are indented more. */
static const struct kind *kind_of(const char *line)
{
    const size_t indent = strspn(line, " ");
    return &kinds[indent == 0 ? 0 : indent < 4 ? 1 : 2];
}

static int put_recommendation(FILE *out, const char *text)
{
    mlm_auto_free char *lines = strdup(text);
    if (!lines)
        return -ENOMEM;
    const struct kind *open = &kinds[0];
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n"));) {
        const struct kind *kind = kind_of(line);
        if (kind != open)
            fprintf(out, "%s%s", open->end, kind->begin);
        open = kind;
        if (!*line)
            continue;
        fputs(kind->line_begin, out);
        mlm_html_text(out, line + strspn(line, " "));
        fprintf(out, "%s\n", kind->line_end);
    }
    fputs(open->end, out);
    return 0;
}

static int put_whole(FILE *out, const char *text)
{
    mlm_auto_free char *lines = strdup(text);
    if (!lines)
        return -ENOMEM;
    fputs("<details><summary>What more memory gains: the times by cap, and each step</summary>\n"
          "<pre tabindex=\"0\">",
        out);
    char *rest = lines;
    for (char *line; (line = strsep(&rest, "\n"));) {
        mlm_html_text(out, line);
        fputc('\n', out);
    }
    fputs("</pre></details>\n", out);
    return 0;
}

int mlm_page_advice(FILE *out, const struct mlm_page_request *request, bool first)
{
    int r = first ? put_recommendation(out, request->recommendation) : 0;
    return r == 0 ? put_whole(out, request->advice) : r;
}
