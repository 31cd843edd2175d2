/* A hash table without deletion. */
#include "record/keymap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* FNV-1a with a final mix, because the low bits choose the slot. */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* The slot of the key, or the free slot for it. */
static size_t *slot_of(const struct mlm_keymap *map, const char *key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        size_t *slot = &map->slots[at];
        if (!*slot)
            return slot;
        const struct mlm_keymap_entry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0)
            return slot;
    }
}

static int grow(struct mlm_keymap *map)
{
    size_t slot_count = map->slot_count ? 2 * map->slot_count : 64;
    struct mlm_keymap_entry *entries = reallocarray(map->entries, slot_count / 2, sizeof *entries);
    if (!entries)
        return -ENOMEM;
    map->entries = entries;
    size_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return -ENOMEM;
    free(map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    for (size_t i = 0; i < map->count; i++)
        *slot_of(map, entries[i].key, entries[i].hash) = i + 1;
    return 0;
}

int mlm_keymap_add(struct mlm_keymap *map, char *key, size_t *ret_number)
{
    mlm_auto_free char *owned = key;
    if (!owned)
        return -ENOMEM;
    if (2 * map->count >= map->slot_count) {
        int r = grow(map);
        if (r < 0)
            return r;
    }
    uint64_t hash = hash_of(owned);
    size_t *slot = slot_of(map, owned, hash);
    if (!*slot) {
        map->entries[map->count++] = (struct mlm_keymap_entry){.key = mlm_take_ptr(owned), .hash = hash};
        *slot = map->count;
    }
    *ret_number = *slot - 1;
    return 0;
}

size_t mlm_keymap_find(const struct mlm_keymap *map, const char *key)
{
    if (!map->slot_count)
        return MLM_KEYMAP_NONE;
    size_t number_plus_1 = *slot_of(map, key, hash_of(key));
    return number_plus_1 ? number_plus_1 - 1 : MLM_KEYMAP_NONE;
}

void mlm_keymap_release(struct mlm_keymap *map)
{
    for (size_t i = 0; i < map->count; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map->slots);
    *map = (struct mlm_keymap){0};
}
