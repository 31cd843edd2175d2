/* "Did you mean …?" */
#pragma once

#include <stddef.h>

/* Edits between a word and a name (Levenshtein). Words too long to be a slip are SIZE_MAX away. */
size_t mlm_word_distance(const char *word, size_t length, const char *name);

/* What a slip is: at most this many edits. */
#define MLM_SLIP_EDITS 2
