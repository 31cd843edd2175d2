/* Texts of unknown origin: file names, messages of a worker that was killed in the middle of one, files from
 * other machines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at `text` (NUL-terminated) and returns its length in bytes, at least 1; bytes that
 * are no UTF-8 give *ret_code = UINT32_MAX, one at a time. */
size_t mlm_utf8_next(const char *text, uint32_t *ret_code);

/* Puts '?' for every byte that is no UTF-8. */
void mlm_utf8_repair(char *text);

/* Neither commands a terminal nor breaks a line, and can stand in XML: no control character, none that
 * changes the direction of writing, none of the codes that Unicode keeps free of characters (U+FFFE), and no
 * UINT32_MAX. */
bool mlm_utf8_printable(uint32_t code);

/* Puts '?' for every character that is not printable. What is left is one line that can be printed anywhere.
 */
void mlm_utf8_tame(char *text);

/* Moves over the character at *text and returns the columns of a terminal that it takes. */
size_t mlm_utf8_step(const char **text);

/* Columns of a terminal that a tame text takes: wide for East Asian characters and emoji, none for combining
 * marks. Does not depend on the locale. */
size_t mlm_utf8_width(const char *text);

/* Cuts a tame text down to a width, the last column for "…"; size is what the buffer has room for. */
void mlm_utf8_cut(char *text, size_t size, size_t width);
