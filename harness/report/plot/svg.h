/* Prepares gnuplot's SVG for pages: adds a title, a description and words for points, makes identifiers
 * unique among several pictures on one page, and lets colours follow a dark screen. The result also works in
 * a file of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct mlm_svg_words {
    const char *prefix; /* put in front of all identifiers: letters, digits, '-' */
    const char *title, *description;
    size_t point_count;
    bool lines; /* a point has a line of the picture for itself, and can be pointed at everywhere in it */
    /* Writes what a point says when it is pointed at, in printable lines. */
    void (*say)(FILE *out, const void *context, size_t point);
    const void *context;
};

/* `svg` is gnuplot's output; a point there that is named "p7" (plots/style.gp) gets a place of its own with
 * the words of point 7 as its title. The same input gives the same bytes. The caller frees *ret_text.
 * -EBADMSG: not an SVG of gnuplot. */
int mlm_svg_finish(
    const char *svg, const struct mlm_svg_words *words, char **ret_text, struct mlm_error *error);
