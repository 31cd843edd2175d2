/* Turns sweeps, jobs and fields into sentences. Each claim is shown with its figures, and nothing is claimed
 * that the figures do not show. All functions write into memory and cannot fail; texts from records are not
 * tamed yet. */
#pragma once

#include <stdio.h>

#include "advise/advice/job.h"
#include "base/laptop.h"

/* "512M → 1G: csr is 6.3 × as fast (…); 4 gain nothing: they never reached 512M." The sweeps are of one suite
 * and field; only those with a step between exactly these caps count. Writes nothing where there is none. All
 * steps from there on to `last_bytes` are the same. */
void mlm_say_step(FILE *out, const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes,
    uint64_t to_bytes, uint64_t last_bytes);

/* The gain of the step between these caps that all sweeps share; MLM_GAIN_UNKNOWN: one has no such step, or
 * another gain. */
enum mlm_gain mlm_gain_of_all(
    const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes, uint64_t to_bytes);

/* Says how another technique does at the same cap. */
void mlm_say_trade(FILE *out, const struct mlm_trade *trade);

/* Says what to do, for a field, and which laptops with this desktop its caps stand for. *ret_rerun: the
 * sweeps that a new run should include, at most `field->sweep_count`; *ret_count: 0 where the data is
 * sufficient. */
void mlm_say_recommendation(FILE *out, const struct mlm_field *field, const struct mlm_desktop *desktop,
    const struct mlm_sweep **ret_rerun, size_t *ret_count);

/* Writes how the point's time was spent: "computing 97 %", "disk 62 %", "memory", or "" where that is not
 * known. */
void mlm_say_spent(FILE *out, const struct mlm_point *point);

/* The point at which a sweep's use of time is examined: the cap that is enough, otherwise the largest one
 * that ended ok; NULL. */
const struct mlm_point *mlm_sweep_at_ease(const struct mlm_sweep *sweep);
