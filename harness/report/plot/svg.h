/* gnuplot's SVG made fit for pages: a title and a description, identifiers that several pictures on one page
 * do not share, and colours that follow a dark screen. It stands as well in a file of its own. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* `svg` is what gnuplot wrote; `prefix` (letters, digits, '-') begins all identifiers. The same input gives
 * the same bytes. *ret_text is the caller's to free. -EBADMSG: it is no SVG of gnuplot's. */
int mlm_svg_finish(const char *svg, const char *prefix, const char *title, const char *description,
    char **ret_text, struct mlm_error *error);
