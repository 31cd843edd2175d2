/* Words as a person would type them into a shell. */
#pragma once

#include <stdio.h>

/* Writes one word, in quotes where the shell would read anything else into it. Bytes that would command a
 * terminal, or turn its writing around, are written as numbers in $'…'; a shell that does not know that sees
 * a word in single quotes, in which there is none of them. */
void mlm_word_put(FILE *out, const char *word);

/* Words, ended by NULL, as one line that a shell takes apart again, whatever bytes they hold: for records,
 * not for terminals. The caller frees it; NULL: out of memory. */
char *mlm_words_quote(char *const *words);
