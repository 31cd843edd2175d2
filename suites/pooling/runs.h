/* Runs of blocks in size classes, eight to a doubling: a request is rounded up to its class, a free run waits
 * in the list of its class, the next larger class serves where it is empty and what is left over is split
 * off, and free neighbours become one. So memory moves between classes without a word to the kernel, which it
 * is never given back to. The books lie outside of the memory that they are about.
 *
 * A run is named by its first block. A page of the machine is one block or several: what is given out is the
 * same on every machine, what it touches is whole pages. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scoreboard.h"

struct runs;

#define RUNS_BLOCK_BYTES 4096u

/* Address space for `bytes` at most. Dry: books alone, that note which pages would have been touched. */
int runs_open(
    uint64_t bytes, uint64_t page_bytes, bool dry, struct runs **ret_runs, struct mlm_scoreboard *sb);
void runs_close(struct runs *runs); /* takes NULL */

#define RUNS_NONE UINT32_MAX /* the address space is used up */

uint32_t runs_alloc(struct runs *runs, uint64_t bytes);
void runs_free(struct runs *runs, uint32_t run);
void *runs_memory(const struct runs *runs, uint32_t run);   /* NULL: dry, or RUNS_NONE */
uint64_t runs_bytes(const struct runs *runs, uint32_t run); /* of its class */

/* Dry: pages that were touched, and the books themselves. */
uint64_t runs_resident(const struct runs *runs);
