/* Numbers texts in the order in which they first appear: the same text gets the same number. What makes rows
 * and groups of many records without comparing each with each. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct mlm_keymap {
    struct mlm_keymap_entry {
        char *key;
        uint64_t hash;
    } * entries; /* by number */
    size_t count;
    size_t *slots; /* number + 1, 0: free; open addressing, at most half full */
    size_t slot_count;
};

#define MLM_KEYMAP_NONE SIZE_MAX

/* Takes the key, also on failure; NULL (a key that could not be made) is -ENOMEM. */
int mlm_keymap_add(struct mlm_keymap *map, char *key, size_t *ret_number);

/* MLM_KEYMAP_NONE where the key is not there. */
size_t mlm_keymap_find(const struct mlm_keymap *map, const char *key);

void mlm_keymap_release(struct mlm_keymap *map); /* a zeroed map holds nothing */
