/* Parts of Markdown that the pairs of a comparison and a fleet share. Internal to compare/. */
#pragma once

#include <stdio.h>

/* Writes the line, escaped, between `before` and `behind`, and frees it. NULL: -ENOMEM. */
int mlm_markdown_put_line(FILE *out, const char *before, char *line, const char *behind);

/* Text between these two is folded: a reader sees the summary, and opens it. */
void mlm_markdown_put_fold(FILE *out, const char *summary);
void mlm_markdown_put_fold_end(FILE *out);
