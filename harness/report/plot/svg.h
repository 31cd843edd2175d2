/* Prepares gnuplot's SVG for pages: adds a title and a description, makes identifiers unique among several
 * pictures on one page, and lets colours follow a dark screen. The result also works in a file of its own. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* `svg` is gnuplot's output; all identifiers get `prefix` (letters, digits, '-') in front. The same input
 * gives the same bytes. The caller frees *ret_text. -EBADMSG: not an SVG of gnuplot. */
int mlm_svg_finish(const char *svg, const char *prefix, const char *title, const char *description,
    char **ret_text, struct mlm_error *error);
