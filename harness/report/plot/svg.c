/* Rewrites gnuplot's SVG tag by tag, without an XML library: gnuplot writes a small, known subset. */
#include "report/plot/svg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"

/* Colours of plots/style.gp, and the colours that replace them on a dark background. */
static const struct {
    const char *light, *dark;
} colours[] = {
    {"#ffffff", "#16181c"}, /* ground */
    {"#202020", "#e8e8e8"}, /* text */
    {"#505050", "#b4b8be"}, /* headings */
    {"#8c8c8c", "#7d838c"}, /* axes */
    {"#e4e4e4", "#33373e"}, /* grid */
    {"#f2f2f2", "#22262c"}, /* strips */
    {"#0072b2", "#4aa8e0"}, /* blue */
    {"#9ccbe8", "#2c5d80"}, /* sky */
    {"#d55e00", "#ff8838"}, /* red */
    {"#009e73", "#2fc498"}, /* green */
    {"#b04000", "#ff9d66"}, /* outcomes */
};

static void put_escaped(FILE *out, const char *text)
{
    while (*text) {
        uint32_t code;
        size_t length = mlm_utf8_next(text, &code);
        if (code == '<' || code == '&' || code == '>' || code == '"')
            fprintf(out, "&#%u;", code);
        else if (!mlm_utf8_printable(code) && code != '\n')
            fputc('?', out); /* the character may not be allowed in XML */
        else
            fwrite(text, 1, length, out);
        text += length;
    }
}

static void put_head(
    FILE *out, int width, int height, const char *prefix, const char *title, const char *description)
{
    fprintf(out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "class=\"mlm-plot\" role=\"img\" aria-labelledby=\"%s-title %s-description\" "
        "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title id=\"%s-title\">",
        prefix, prefix, width, height, width, height, prefix);
    put_escaped(out, title);
    fprintf(out, "</title>\n<desc id=\"%s-description\">", prefix);
    put_escaped(out, description);
    fputs("</desc>\n<style>\n"
          ".mlm-plot{max-width:100%;height:auto}\n"
          ".mlm-plot text{font-family:\"DejaVu Sans\",Verdana,sans-serif;white-space:pre}\n"
          "@media screen and (prefers-color-scheme:dark){\n",
        out);
    static const char *const attributes[] = {"fill", "stroke", "color"};
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        for (size_t a = 0; a < 3; a++)
            fprintf(out, ".mlm-plot [%s=\"%s\"]{%s:%s}\n", attributes[a], colours[i].light, attributes[a],
                colours[i].dark);
    fputs("}\n</style>\n", out);
}

/* Writes rgb( 0, 114, 178) as #0072b2, which a CSS selector can match. */
static size_t put_colour(FILE *out, const char *at)
{
    unsigned red, green, blue;
    int length = 0;
    char text[32]; /* a copy, because sscanf() searches its whole input for the end */
    if (strncmp(at, "rgb(", 4) != 0)
        return 0;
    snprintf(text, sizeof text, "%.31s", at);
    if (sscanf(text, "rgb(%3u,%3u,%3u)%n", &red, &green, &blue, &length) != 3 || !length || red > 255 ||
        green > 255 || blue > 255)
        return 0;
    fprintf(out, "#%02x%02x%02x", red, green, blue);
    return (size_t)length;
}

/* Writes a tag, '<' to '>', with its identifiers prefixed and its colours spelled alike. */
static void put_tag(FILE *out, const char *tag, size_t length, const char *prefix)
{
    static const char *const names[] = {" id=\"", " id='", "xlink:href='#", "xlink:href=\"#", "url(#"};
    for (size_t i = 0; i < length;) {
        size_t done = put_colour(out, tag + i);
        for (size_t n = 0; !done && n < sizeof names / sizeof *names; n++)
            if (strncmp(tag + i, names[n], strlen(names[n])) == 0) {
                fprintf(out, "%s%s-", names[n], prefix);
                done = strlen(names[n]);
            }
        if (strncmp(tag + i, "#FFFFFF", 7) == 0) {
            fputs("#ffffff", out);
            done = 7;
        }
        if (!done) {
            fputc(tag[i], out);
            done = 1;
        }
        i += done;
    }
}

/* Copies texts unchanged, because gnuplot has escaped them. gnuplot's own titles ("gnuplot_plot_3"), which
 * browsers show as a hint, are left out. */
static int put_body(FILE *out, const char *text, const char *prefix)
{
    static const char title[] = "<title>", title_end[] = "</title>";
    while (*text) {
        if (*text != '<') {
            size_t length = strcspn(text, "<");
            fwrite(text, 1, length, out);
            text += length;
        } else if (strncmp(text, title, sizeof title - 1) == 0) {
            text = strstr(text, title_end);
            if (!text)
                return -EBADMSG;
            text += sizeof title_end - 1;
        } else {
            const char *end = strchr(text, '>');
            if (!end)
                return -EBADMSG;
            put_tag(out, text, (size_t)(end - text) + 1, prefix);
            text = end + 1;
        }
    }
    return 0;
}

int mlm_svg_finish(const char *svg, const char *prefix, const char *title, const char *description,
    char **ret_text, struct mlm_error *error)
{
    const char *box = strstr(svg, "viewBox=\""), *body = strstr(svg, "<g id=\"gnuplot_canvas\"");
    int width, height;
    if (!box || !body || sscanf(box, "viewBox=\"0 0 %6d %6d\"", &width, &height) != 2)
        return mlm_error_set(error, -EBADMSG, "gnuplot made an SVG of an unknown kind");
    struct mlm_text picture;
    FILE *out = mlm_text_begin(&picture);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "picture");
    put_head(out, width, height, prefix, title, description);
    int r = put_body(out, body, prefix);
    mlm_auto_free char *text = mlm_text_end(&picture);
    if (r < 0 || !text)
        return mlm_error_errno(error, r < 0 ? r : -ENOMEM, "picture");
    *ret_text = mlm_take_ptr(text);
    return 0;
}
