/* Runs the same task on several threads at once, as a matrix product needs it, and nothing more. */
#pragma once

#include <stdint.h>

#include "scoreboard.h"

#define MLM_THREADS_MAX 256

/* Calls task(context, part) for part 0…parts-1 and returns when all are done. Part 0 runs on the calling
 * thread, each other part on its own thread; parts 1 creates none. 1 <= parts <= MLM_THREADS_MAX. Negative
 * errno through mlm_fail() where a thread could not be started; the parts that did start are finished by
 * then. */
int mlm_parallel(
    uint64_t parts, void (*task)(void *context, uint64_t part), void *context, struct mlm_scoreboard *sb);

/* First unit of part `part` when `parts` parts share `total` units evenly; part `parts` begins at `total`. */
static inline uint64_t mlm_part_begin(uint64_t total, uint64_t part, uint64_t parts)
{
    return total / parts * part + total % parts * part / parts;
}
