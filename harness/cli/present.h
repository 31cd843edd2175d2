/* From stored files to what people see: read, judge, table, pictures. `run` ends with it, `show` is it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/options.h"

struct mlm_presentation {
    const char *paths[MLM_TEXTS_MAX];
    size_t path_count;
    bool table;               /* print it */
    bool pictures;            /* beside the first file */
    const char *plots_folder; /* for pictures */
};

/* *ret_wrong: trials that the judge found wrong. */
int mlm_present(const struct mlm_presentation *presentation, size_t *ret_wrong, struct mlm_error *error);
