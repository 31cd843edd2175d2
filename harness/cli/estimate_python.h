/* The Python whose libraries an estimate is for. */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct mlm_estimate_python {
    char path[4096]; /* "": there is none */
    char number[64]; /* version of the runtime's library there; "": it is not installed, or no package */
};

/* Asks the Python that `said` names (NULL: see base/python.h) which version of the runtime's library it has.
 */
int mlm_estimate_python_ask(
    const char *said, uint32_t runtime, struct mlm_estimate_python *ret_python, struct mlm_error *error);
