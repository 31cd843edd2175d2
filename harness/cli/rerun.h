/* The command that measures what advice lacks: the command that made the records, with other caps and
 * repetitions. It always gives the size of the data, because the default depends on the caps. */
#pragma once

#include "advise/advice/rerun.h"

/* An mlm_rerun_spell. Writes one line for each run from which the chosen sweeps came:
 * "  mlmembench run --suite storage --cap 512M,1G,2G --data 1280M --repetitions 5". */
mlm_rerun_spell mlm_rerun_put;
