/* Distances between words, for suggestions after a typing error. */
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
    size_t rows[3][64], name_length = strlen(name);
    if (name_length >= 63 || length >= 63)
        return SIZE_MAX;
    for (size_t k = 0; k <= name_length; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= name_length; k++) {
            size_t change = above[k - 1] + (word[i - 1] != name[k - 1]);
            row[k] = smallest(change, above[k] + 1, row[k - 1] + 1);
            if (i > 1 && k > 1 && word[i - 1] == name[k - 2] && word[i - 2] == name[k - 1])
                row[k] = smallest(row[k], before[k - 2] + 1, SIZE_MAX);
        }
    }
    return rows[length % 3][name_length];
}

size_t mlm_slip_edits(size_t length)
{
    return length > 4 ? 2 : 1;
}
