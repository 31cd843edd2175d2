/* What a gate says, the same in every format. */
#pragma once

#include "report/compare/gate.h"
#include "report/compare/words.h"

/* "regression: 2 rows more than 10 % above in needs, or ending worse". The caller frees the texts here; NULL:
 * out of memory. */
char *mlm_gate_line(const struct mlm_gate *gate, const struct mlm_trips *trips);

/* Says what was not judged, and how it would be; "" where everything was. */
char *mlm_gate_limits(const struct mlm_gate *gate, const struct mlm_trips *trips);

/* "storage/csr density=0.01 at 2G", of the row that fails; with its side in front where there are more than
 * two. */
char *mlm_trip_name(const struct mlm_trip *trip, const struct mlm_comparison *comparison);

/* "time 1.20 × (1.18 to 1.22)", "time 1.20 × (every repetition)", "ok → oom", "ok → missing" */
const char *mlm_trip_reason(const struct mlm_trip *trip, char text[static 2 * MLM_WORDS_SIZE]);
