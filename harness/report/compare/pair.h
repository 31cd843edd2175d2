/* Pairs rows of two sides; for this folder alone. */
#pragma once

#include "report/compare/compare.h"

/* Fills the pairs and the rows without a partner. After a failure, the result must be released too.
 * -ENOMEM. */
int mlm_pairing_make(const struct mlm_side *old_side, const struct mlm_side *new_side,
    const struct mlm_compare_options *options, struct mlm_pairing *pairing);
void mlm_pairing_release(struct mlm_pairing *pairing); /* a zeroed one holds nothing */

/* The kind of time that both rows have. */
enum mlm_time_kind mlm_pair_time_kind(const struct mlm_pair *pair);

/* Identifies the run of a trial; "" in a record that has none. */
static inline const char *mlm_run_of(const struct mlm_record *trial)
{
    return trial->run_id ? trial->run_id : "";
}
