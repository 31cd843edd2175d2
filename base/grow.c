/* The one place that reallocates growing arrays. It doubles the capacity, so appending is cheap on
 * average. */
#include "base/grow.h"

#include <errno.h>
#include <stdlib.h>

int mlm_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? 2 * *capacity : 16;
    void *grown = reallocarray(*(void **)array, wanted, size);
    if (!grown)
        return -ENOMEM;
    *(void **)array = grown;
    *capacity = wanted;
    return 0;
}
