/* Prose for a terminal of 80 columns. */
#pragma once

#define MLM_WRAP_COLUMNS 79

/* Prints `text` broken at spaces, and a newline. The cursor stands at `column`; further lines begin at
 * `indent`. A text `between backticks` is not broken, and '\n' begins a line. */
void mlm_wrap(const char *text, int indent, int column);
