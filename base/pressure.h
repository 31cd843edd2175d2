/* Pressure stall information (PSI), as the kernel writes it into files such as memory.pressure of a cgroup.
 */
#pragma once

#include <stdint.h>

#define MLM_PRESSURE_UNKNOWN UINT64_MAX

/* Finds the total of "some" (at least one task waited) or of "full" (all of them did) in the text of such a
 * file, in nanoseconds. MLM_PRESSURE_UNKNOWN: there is none. */
uint64_t mlm_pressure_some_ns(const char *text);
uint64_t mlm_pressure_full_ns(const char *text);

/* Reads an open pressure file again, and returns its total of "some". */
uint64_t mlm_pressure_read_some_ns(int fd);
