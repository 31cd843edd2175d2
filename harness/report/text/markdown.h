/* Texts and figures in GitHub-flavoured Markdown. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* Writes a tame text so that it appears unchanged, also in a cell of a table. */
void mlm_markdown_text(FILE *out, const char *text, bool begins_line);

/* Writes a figure so that no line is broken between number and unit. */
void mlm_markdown_figure(FILE *out, const char *text);
