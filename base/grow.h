/* Growing arrays: the caller keeps the pointer, the count and the capacity. */
#pragma once

#include <stddef.h>

/* Makes room for one more element after the first `count`. `array` is the address of the pointer, `*capacity`
 * the number of elements that fit, `size` the bytes of one. -ENOMEM: nothing is changed. */
int mlm_grow(void *array, size_t count, size_t *capacity, size_t size);
