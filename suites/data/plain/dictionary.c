/* A hash table with linear probing, at most three quarters full. */
#include "data/plain/dictionary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/random.h"

#define SLOTS_AT_FIRST 64u

static uint64_t hash_of(const char *at, size_t length)
{
    uint64_t hash = length;
    for (; length >= 8; at += 8, length -= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        hash = mlm_mix64(hash ^ eight);
    }
    uint64_t rest = 0;
    memcpy(&rest, at, length);
    return mlm_mix64(hash ^ rest);
}

/* The slot of the text, or the empty one that it belongs into. */
static uint32_t *slot_of(const struct mlm_dictionary *d, const char *at, size_t length, uint64_t hash)
{
    for (size_t i = hash & (d->slot_count - 1);; i = (i + 1) & (d->slot_count - 1)) {
        uint32_t *slot = &d->slots[i];
        const struct mlm_word *word = *slot ? &d->words[*slot - 1] : NULL;
        if (!word ||
            (word->hash == hash && word->length == length && memcmp(d->text + word->at, at, length) == 0))
            return slot;
    }
}

/* Makes an array at least twice as large, if `needed` elements do not fit. */
static int enlarge(
    void *array, size_t needed, size_t *capacity, size_t size, uint64_t *held_bytes, uint64_t most_bytes)
{
    if (needed <= *capacity)
        return 0;
    size_t wanted = 2 * *capacity > needed ? 2 * *capacity : needed;
    uint64_t more = (wanted - *capacity) * size;
    if (*held_bytes + more > most_bytes)
        return -ENOMEM;
    void *old, *grown;
    memcpy(&old, array, sizeof old);
    grown = realloc(old, wanted * size);
    if (!grown)
        return -ENOMEM;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    *held_bytes += more;
    return 0;
}

static int slots_enlarge(struct mlm_dictionary *d, uint64_t *held_bytes, uint64_t most_bytes)
{
    if (4 * (d->count + 1) <= 3 * d->slot_count)
        return 0;
    size_t wanted = d->slot_count ? 2 * d->slot_count : SLOTS_AT_FIRST;
    int r = enlarge(&d->slots, wanted, &d->slot_count, sizeof *d->slots, held_bytes, most_bytes);
    if (r < 0)
        return r;
    memset(d->slots, 0, d->slot_count * sizeof *d->slots);
    for (size_t i = 0; i < d->count; i++) {
        const struct mlm_word *word = &d->words[i];
        *slot_of(d, d->text + word->at, word->length, word->hash) = (uint32_t)(i + 1);
    }
    return 0;
}

int mlm_dictionary_code(struct mlm_dictionary *d, const char *at, const char *end, uint64_t *held_bytes,
    uint64_t most_bytes, uint32_t *ret_code)
{
    size_t length = (size_t)(end - at);
    uint64_t hash = hash_of(at, length);
    uint32_t *slot = d->slot_count ? slot_of(d, at, length, hash) : NULL;
    if (!slot || !*slot) {
        int r = slots_enlarge(d, held_bytes, most_bytes);
        if (r == 0)
            r = enlarge(&d->words, d->count + 1, &d->word_capacity, sizeof *d->words, held_bytes, most_bytes);
        if (r == 0)
            r = enlarge(&d->text, d->text_bytes + length, &d->text_capacity, 1, held_bytes, most_bytes);
        if (r < 0)
            return r;
        slot = slot_of(d, at, length, hash);
        memcpy(d->text + d->text_bytes, at, length);
        d->words[d->count++] =
            (struct mlm_word){.hash = hash, .at = d->text_bytes, .length = (uint32_t)length};
        d->text_bytes += length;
        *slot = (uint32_t)d->count;
    }
    *ret_code = *slot;
    return 0;
}

void mlm_dictionary_close(struct mlm_dictionary *d)
{
    free(d->words);
    free(d->slots);
    free(d->text);
    *d = (struct mlm_dictionary){0};
}
