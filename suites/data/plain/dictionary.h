/* The different texts of a column, numbered from 1 in the order in which they are met. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct mlm_word {
    uint64_t hash;
    size_t at;
    uint32_t length;
};

struct mlm_dictionary {
    struct mlm_word *words;
    size_t count, word_capacity;
    uint32_t *slots; /* open addressing; the code of a word, or 0 */
    size_t slot_count;
    char *text; /* all words, one after the other */
    size_t text_bytes, text_capacity;
};

/* Finds the code of a text, and adds it where it is new. `*held_bytes`, the memory of all dictionaries, grows
 * by what this one takes more. -ENOMEM, also where that would exceed `most_bytes`. */
int mlm_dictionary_code(struct mlm_dictionary *dictionary, const char *at, const char *end,
    uint64_t *held_bytes, uint64_t most_bytes, uint32_t *ret_code);

void mlm_dictionary_close(struct mlm_dictionary *dictionary); /* accepts a zeroed or closed dictionary */
