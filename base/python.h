/* Finds the Python that runs scripts: the user's, where there is one, because its packages are those that the
 * user works with. */
#pragma once

#include "base/error.h"

/* `said` (may be NULL) is an interpreter, the folder of an environment, or the name of a program. Without it:
 * the active virtual environment (VIRTUAL_ENV), the active conda environment (CONDA_PREFIX), the
 * distribution's /usr/bin/python3, or the python3 of PATH. -EINVAL: what is named cannot be run, and the
 * error says why; -ENOENT: nothing is named, and there is none. */
int mlm_python_find(const char *said, char path[static 4096], struct mlm_error *error);
