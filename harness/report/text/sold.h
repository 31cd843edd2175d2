/* What a need means for somebody who buys a laptop. base/laptop.h has the sizes that are sold, and the rules.
 * `desktop` NULL: the usual one. */
#pragma once

#include <stdio.h>

#include "base/laptop.h"

/* Writes a sentence: the smallest laptop that is sold and leaves so much to a job, what it leaves, and what
 * the next smaller one does. */
void mlm_sold_say(FILE *out, double needs_bytes, const struct mlm_desktop *desktop);

/* Writes "a laptop with 8 GB", the smallest one that leaves so much to a job; "no laptop with up to 64 GB".
 */
void mlm_sold_name(FILE *out, double needs_bytes, const struct mlm_desktop *desktop);

/* Writes "8 GB" for 8 GiB, and "7.63 GiB" for a size that is not sold. */
void mlm_sold_ram(FILE *out, uint64_t ram_bytes);
