/* Cleans and measures texts of unknown origin: file names, a message of a worker that was killed while
 * writing it, files from other machines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at `text` (NUL-terminated) and returns its length in bytes, at least 1. A byte that
 * is not valid UTF-8 gives *ret_code = UINT32_MAX and length 1. */
size_t mlm_utf8_next(const char *text, uint32_t *ret_code);

/* Replaces every byte that is not valid UTF-8 by '?'. */
void mlm_utf8_repair(char *text);

/* Returns true for a character that can be printed on one line of a terminal and can stand in XML: no control
 * character, no change of the writing direction, no Unicode noncharacter (U+FFFE), not UINT32_MAX. */
bool mlm_utf8_printable(uint32_t code);

/* Replaces every character that is not printable by '?'. The result is one line that is safe to print. */
void mlm_utf8_tame(char *text);

/* Moves *text behind the next character and returns the terminal columns that this character takes. */
size_t mlm_utf8_step(const char **text);

/* Terminal columns of a tame text: two for East Asian wide characters and emoji, none for combining marks.
 * Does not depend on the locale. */
size_t mlm_utf8_width(const char *text);

/* Shortens a tame text to `width` columns; the last column becomes "…". `size` is the size of the buffer. */
void mlm_utf8_cut(char *text, size_t size, size_t width);
