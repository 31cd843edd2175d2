/* Numbers texts in the order of their first appearance: the same text gets the same number. It groups many
 * records into rows without comparing each with each. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct mlm_keymap {
    struct mlm_keymap_entry {
        char *key;
        uint64_t hash;
    } * entries; /* indexed by number */
    size_t count;
    size_t *slots; /* number + 1, 0: free; open addressing, at most half full */
    size_t slot_count;
};

#define MLM_KEYMAP_NONE SIZE_MAX

/* Takes ownership of the key, also on failure. key NULL (out of memory in the caller) gives -ENOMEM. */
int mlm_keymap_add(struct mlm_keymap *map, char *key, size_t *ret_number);

/* MLM_KEYMAP_NONE where the key is unknown. */
size_t mlm_keymap_find(const struct mlm_keymap *map, const char *key);

void mlm_keymap_release(struct mlm_keymap *map); /* accepts a zeroed map */
