/* One figure for the speed of two sides. */
#pragma once

#include "report/compare/compare.h"

/* With one run a side, times of another hour may differ as much as this by themselves: no side is called
 * faster below it. */
#define MLM_SPEED_LEAST 1.2

/* Fills `speed` of the pairing. -ENOMEM. */
int mlm_speed_find(struct mlm_pairing *pairing);
