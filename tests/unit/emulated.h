/* Where a test may leave out single cases: ctest runs it through an emulator of single programs
 * (tests/arm64), and says so. The arm64 guest and every other machine run all of them. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

static inline bool is_emulated(void)
{
    return getenv("MLM_EMULATED") != NULL;
}
