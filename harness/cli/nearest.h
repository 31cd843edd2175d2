/* Finds the name for "did you mean …?". */
#pragma once

#include <stddef.h>

/* Edits between a word and a name: letters put in, left out, changed, and neighbours swapped (optimal string
 * alignment, Damerau 1964). Words too long to be a slip are SIZE_MAX away. */
size_t mlm_word_distance(const char *word, size_t length, const char *name);

/* The most edits that count as a typing error in a word of that length. A short word with two edits is
 * another word. */
size_t mlm_slip_edits(size_t length);
