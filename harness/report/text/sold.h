/* What a need means for somebody who buys a laptop. */
#pragma once

#include <stdio.h>

/* Writes a sentence: the smallest laptop that is sold (2, 4, 8, 16, 32, 64 GB) and leaves so much to a job,
 * what it leaves, and what the next smaller one does. base/laptop.h has the formulas. */
void mlm_sold_say(FILE *out, double needs_bytes);
