/* compare --history: compares a run with the files of a folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "report/compare/compare.h"

struct mlm_history_request {
    const char *folder;
    size_t last;      /* files at most, the latest */
    double floor;     /* 0.05 for 5 % */
    bool any_machine; /* files of other machines count too */
    bool figures[MLM_FIGURE_COUNT];
};

/* Shows it; returns the exit status or a negative errno. */
int mlm_compare_history(const char *path, const struct mlm_history_request *request, struct mlm_error *error);
