/* Lets small runs give memory back as the full one would.
 *
 * glibc gives an array back to the kernel as soon as it is freed if the array is larger than a threshold, and
 * may keep a smaller one. The threshold follows the arrays that were freed, up to 32 MiB (mallopt(3)). So the
 * large arrays of the full size go back at once, while those of a small run stay in its heap: measured as
 * they are, small runs need more for each row. Where arrays grow in proportion to the size, a run at a share
 * of the full size is like the full one if the threshold has that share of 32 MiB. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The threshold of a run with this share: whole KiB. */
uint64_t mlm_predict_heap_threshold_bytes(double share);

/* Sets glibc's variables (MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_) in our environment for programs
 * that are started from now on. share: of what the full size holds. Returns false, and sets nothing, where it
 * is 1 or more, or where the user has set such a variable. */
bool mlm_predict_heap_scale(double share);

/* Takes back what the last mlm_predict_heap_scale() that returned true has set. */
void mlm_predict_heap_restore(void);
