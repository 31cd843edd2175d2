/* Which row goes with which; for this folder alone. */
#pragma once

#include "report/compare/compare.h"

/* Fills who is paired with whom and who is left alone. On failure there is something to release as well.
 * -ENOMEM. */
int mlm_pairing_make(const struct mlm_side *old_side, const struct mlm_side *new_side,
    const struct mlm_compare_options *options, struct mlm_pairing *pairing);
void mlm_pairing_release(struct mlm_pairing *pairing); /* a zeroed one holds nothing */
