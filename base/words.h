/* Quotes words so that a person can paste them into a shell. */
#pragma once

#include <stdio.h>

/* Writes one word, quoted where a shell would read it otherwise. Bytes that would control a terminal or
 * change the writing direction become numbers in $'…'. A shell that does not know this form sees a harmless
 * single-quoted word. */
void mlm_word_put(FILE *out, const char *word);

/* Joins words (ended by NULL) into one line that a shell splits into the same words, whatever bytes they
 * hold. For records, not for terminals. The caller frees the line; NULL: out of memory. */
char *mlm_words_quote(char *const *words);
