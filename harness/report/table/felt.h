/* How a cap affected a job, from the peaks of its cage. A job that never reached its cap ran as it would have
 * without one, so a difference in time between two such rows is chance. */
#pragma once

#include "report/table/table.h"

/* How far below its limit a full cage can stay. `cap_bytes`: the limit. */
int64_t mlm_row_slack_bytes(const struct mlm_row *row, int64_t cap_bytes);

/* Returns true for more than the few pages that a program's start may swap. */
bool mlm_swapped(int64_t swap_peak_bytes, int64_t peak_bytes);

/* Judges a row by its trials. Without a cap, the machine's own memory can still be short. */
enum mlm_felt mlm_row_felt(const struct mlm_row *row);
