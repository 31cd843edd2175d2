/* What sweeps, jobs and fields come to, in sentences. Each claim carries its figures; what figures do not
 * show is not claimed. All of them write into memory and cannot fail; texts of records are not tamed yet. */
#pragma once

#include <stdio.h>

#include "advise/advice/job.h"

/* "512M → 1G: csr is 6.3 × as fast (…); 4 gain nothing: they never reached 512M." Of those of the sweeps, all
 * of one suite and field, that have a step between just these caps; nothing where none has. All steps from
 * there on to `last_bytes` are the same. */
void mlm_say_step(FILE *out, const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes,
    uint64_t to_bytes, uint64_t last_bytes);

/* What the step between these caps gains each of the sweeps; MLM_GAIN_UNKNOWN: one has none, or another. */
enum mlm_gain mlm_gain_of_all(
    const struct mlm_sweep *sweeps, size_t count, uint64_t from_bytes, uint64_t to_bytes);

/* What another technique does at the same cap. */
void mlm_say_trade(FILE *out, const struct mlm_trade *trade);

/* What to do, for a field. *ret_rerun: which of its sweeps a new run should have, `field->sweep_count` of
 * them at most; *ret_count: none where there is data enough. */
void mlm_say_recommendation(
    FILE *out, const struct mlm_field *field, const struct mlm_sweep **ret_rerun, size_t *ret_count);

/* "computing 97 %", "disk 62 %", "memory", "" where it is not known: what the point's time was spent on. */
void mlm_say_spent(FILE *out, const struct mlm_point *point);

/* Where a sweep's time is looked at: where it is enough, else with most memory of those that ended ok; NULL.
 */
const struct mlm_point *mlm_sweep_at_ease(const struct mlm_sweep *sweep);
