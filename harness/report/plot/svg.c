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

static void put_head(FILE *out, int width, int height, const struct mlm_svg_words *words)
{
    const char *prefix = words->prefix;
    fprintf(out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        "class=\"mlm-plot\" role=\"img\" aria-labelledby=\"%s-title %s-description\" "
        "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title id=\"%s-title\">",
        prefix, prefix, width, height, width, height, prefix);
    put_escaped(out, words->title);
    fprintf(out, "</title>\n<desc id=\"%s-description\">", prefix);
    put_escaped(out, words->description);
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

/* The size of a place that can be pointed at. */
#define PLACE_RADIUS 9
#define LINE_HEIGHT 15

/* A named point: a group with a handler, which becomes a place with the point's words, and a mark, which
 * gives the place and is left out. gnuplot closes the group. Returns the rest of the text; NULL: it is of an
 * unknown kind. */
static const char *put_point(FILE *out, const char *text, const struct mlm_svg_words *words)
{
    static const char name[] = "showHypertext(evt,'p", at[] = "translate(";
    const char *end = strchr(text, '>'), *named = strstr(text, name), *mark = strstr(text, "<use ");
    const char *mark_end = mark ? strchr(mark, '>') : NULL, *place = mark ? strstr(mark, at) : NULL;
    if (!end || !mark_end || !place || place > mark_end)
        return NULL;
    double x, y;
    char numbers[64]; /* a copy, because sscanf() searches its whole input for the end */
    snprintf(numbers, sizeof numbers, "%.63s", place + sizeof at - 1);
    size_t point = named && named < end ? strtoul(named + sizeof name - 1, NULL, 10) : words->point_count;
    if (sscanf(numbers, "%lf,%lf", &x, &y) != 2)
        return NULL;
    fputs("<g class=\"mlm-point\">", out);
    if (point < words->point_count) {
        struct mlm_text said;
        if (!mlm_text_begin(&said))
            return NULL;
        words->say(said.out, words->context, point);
        mlm_auto_free char *text_said = mlm_text_end(&said);
        fputs("<title>", out);
        put_escaped(out, text_said ? text_said : "");
        fputs("</title>", out);
        if (words->lines)
            fprintf(out, "<rect x=\"0\" y=\"%.1f\" width=\"100%%\" height=\"%d\"", y - LINE_HEIGHT / 2.0,
                LINE_HEIGHT);
        else
            fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"", x, y, PLACE_RADIUS);
        fputs(" fill=\"none\" stroke=\"none\" pointer-events=\"all\"/>", out);
    }
    return mark_end + 1;
}

/* Copies texts unchanged, because gnuplot has escaped them. gnuplot's own titles ("gnuplot_plot_3"), which
 * browsers show as a hint, are left out. */
static int put_body(FILE *out, const char *text, const struct mlm_svg_words *words)
{
    static const char title[] = "<title>", title_end[] = "</title>", point[] = "<g onmousemove=";
    const char *prefix = words->prefix;
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
        } else if (strncmp(text, point, sizeof point - 1) == 0) {
            text = put_point(out, text, words);
            if (!text)
                return -EBADMSG;
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

int mlm_svg_finish(
    const char *svg, const struct mlm_svg_words *words, char **ret_text, struct mlm_error *error)
{
    const char *box = strstr(svg, "viewBox=\""), *body = strstr(svg, "<g id=\"gnuplot_canvas\"");
    int width, height;
    if (!box || !body || sscanf(box, "viewBox=\"0 0 %6d %6d\"", &width, &height) != 2)
        return mlm_error_set(error, -EBADMSG, "gnuplot made an SVG of an unknown kind");
    struct mlm_text picture;
    FILE *out = mlm_text_begin(&picture);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "picture");
    put_head(out, width, height, words);
    int r = put_body(out, body, words);
    mlm_auto_free char *text = mlm_text_end(&picture);
    if (r < 0 || !text)
        return mlm_error_errno(error, r < 0 ? r : -ENOMEM, "picture");
    *ret_text = mlm_take_ptr(text);
    return 0;
}
