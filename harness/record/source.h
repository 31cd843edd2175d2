/* What records are read from: a file, or standard input, whose path is "-". Standard input is read once, into
 * memory, and can then be read like a file, as often as is wanted. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Opens for reading. *ret_returns: a reader can return to an offset, so it is no pipe. A device is refused,
 * because it may have no end. */
int mlm_source_open(const char *path, int *ret_fd, bool *ret_returns, struct mlm_error *error);

/* "standard input" for "-"; otherwise the path. */
const char *mlm_source_name(const char *path);
