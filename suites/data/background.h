/* What the programs that are open beside a job do with their memory: they hold it, and some read it again and
 * again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Holds the memory until this process is killed. An active one reads and writes its pages again and again
 * with at most a tenth of a core, as an open browser does; an idle one can be swapped out completely. */
_Noreturn void mlm_background_hold(unsigned char *data, uint64_t size, uint64_t page_bytes, bool active);
