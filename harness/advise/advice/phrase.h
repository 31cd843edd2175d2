/* The small parts of sentences. */
#pragma once

#include <stdio.h>

#include "advise/advice/sweep.h"

void mlm_phrase_size(FILE *out, double bytes);
void mlm_phrase_time(FILE *out, double ns);
/* "512M", "no cap"; for sweeps over laptops the RAM of the laptop that leaves this: "4 GB", "this laptop" */
void mlm_phrase_cap(FILE *out, const struct mlm_sweep *sweep, uint64_t cap_bytes);

/* "csr at value=f32"; with `beside` (may be NULL), only the differences from it. */
void mlm_phrase_name(FILE *out, const struct mlm_sweep *sweep, const struct mlm_sweep *beside);
/* "storage/csr at value=f32", for texts about several suites. */
void mlm_phrase_full_name(FILE *out, const struct mlm_sweep *sweep);

/* "oom", "ok 2 of 3, oom" */
void mlm_phrase_outcome(FILE *out, const struct mlm_point *point);

/* "6.3 × as fast (5.1 to 7.0)"; below 1 "1.9 × as slow (1.8 to 2.0)" */
void mlm_phrase_span(FILE *out, const struct mlm_ratio *span);

/* "1.38–1.49 × as long", "1.92–2.08 × as fast", "about as long", with `glue` in front; nothing where the
 * times cannot be told apart. */
void mlm_phrase_comparison(FILE *out, const char *glue, const struct mlm_ratio *ratio);

/* "2 %", "less than 1 %" */
void mlm_phrase_share(FILE *out, double part, double whole);
