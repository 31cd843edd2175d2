/* Colours and line breaks for everything that is written to a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

struct mlm_text_style {
    bool colour;     /* use escape codes for colours */
    int width;       /* columns of the terminal; 0: no limit */
    int table_width; /* columns for the table of results, also where the output is not a terminal; 0: no limit
                      */
};

enum mlm_paint {
    MLM_PAINT_PLAIN,
    MLM_PAINT_BOLD,
    MLM_PAINT_DIM,
    MLM_PAINT_GREEN,
    MLM_PAINT_RED,
    MLM_PAINT_YELLOW,
    MLM_PAINT_MAGENTA,
};

void mlm_put_painted(FILE *out, const struct mlm_text_style *style, enum mlm_paint paint, const char *text);

void mlm_put_spaces(FILE *out, size_t count);

/* Prints prose, broken at spaces; a word longer than a line is broken where the line ends. Further lines
 * begin at `indent`. */
void mlm_put_wrapped(FILE *out, const struct mlm_text_style *style, size_t indent, const char *text);

/* Prints a heading, wrapped too, and frees it. NULL gives -ENOMEM. */
int mlm_put_line(FILE *out, const struct mlm_text_style *style, enum mlm_paint paint, char *line);

/* Prints "LABEL text", with further lines under the text. -ENOMEM. */
int mlm_put_note(FILE *out, const struct mlm_text_style *style, const char *label, const char *text);

/* Flushes `out` at the end of work with the result `r`. The error text says what was being done (`doing`).
 * Returns 0, or a negative errno. */
int mlm_put_end(FILE *out, int r, const char *doing, struct mlm_error *error);
