/* Growing arrays. */
#pragma once

#include <stddef.h>

/* Makes room for one more element behind the first `count`; `array` is the address of the pointer,
 * `*capacity` how many there is room for. -ENOMEM: nothing is changed. */
int mlm_grow(void *array, size_t count, size_t *capacity, size_t size);
