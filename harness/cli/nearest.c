#include "cli/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t mlm_word_distance(const char *word, size_t length, const char *name)
{
    size_t row[64], name_length = strlen(name);
    if (name_length >= 63 || length >= 63)
        return SIZE_MAX;
    for (size_t k = 0; k <= name_length; k++)
        row[k] = k;
    for (size_t i = 1; i <= length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= name_length; k++) {
            size_t change = diagonal + (word[i - 1] != name[k - 1]);
            diagonal = row[k];
            row[k] = smallest(change, row[k] + 1, row[k - 1] + 1);
        }
    }
    return row[name_length];
}
