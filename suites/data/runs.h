/* Runs of blocks in size classes, eight to a doubling. A request is rounded up to its class and takes a free
 * run from the list of the class; if that is empty, from the next larger class, and the remainder is split
 * off. Free neighbours are merged. So memory moves between classes without any system call, and is never
 * returned to the kernel. The books are kept outside of the memory that they describe.
 *
 * A run is named by its first block. A page is one block or several: the addresses that are handed out are
 * the same on every machine, and the pages that they touch are whole pages of that machine. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scoreboard.h"

struct mlm_runs;

#define MLM_RUNS_BLOCK_BYTES 4096u

/* Reserves address space for at most `bytes`. Dry: keeps only books, and notes the pages that would be
 * touched. */
int mlm_runs_open(
    uint64_t bytes, uint64_t page_bytes, bool dry, struct mlm_runs **ret_runs, struct mlm_scoreboard *sb);
void mlm_runs_close(struct mlm_runs *runs); /* accepts NULL */

#define MLM_RUNS_NONE UINT32_MAX /* no address space is left */

uint32_t mlm_runs_alloc(struct mlm_runs *runs, uint64_t bytes);
void mlm_runs_free(struct mlm_runs *runs, uint32_t run);
void *mlm_runs_memory(const struct mlm_runs *runs, uint32_t run);   /* NULL: dry, or MLM_RUNS_NONE */
uint64_t mlm_runs_bytes(const struct mlm_runs *runs, uint32_t run); /* size of its class */

/* Dry: bytes of the touched pages, and of the books. */
uint64_t mlm_runs_resident(const struct mlm_runs *runs);
