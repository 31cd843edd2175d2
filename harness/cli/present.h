/* Shows stored files to people: reads, judges, prints the table, draws pictures. `show` does only this, and
 * `run` ends with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/budget.h"
#include "cli/load.h"
#include "cli/options.h"
#include "report/table/columns.h"

struct mlm_presentation {
    const char *paths[MLM_TEXTS_MAX];
    size_t path_count;
    bool table;               /* print it */
    mlm_column_set columns;   /* columns of the table; 0: the standard ones */
    bool pictures;            /* draw pictures, beside the first file */
    const char *plots_folder; /* folder of the scripts for pictures */
    struct mlm_budgets budgets;
};

struct mlm_presented {
    size_t wrong;       /* trials that the judge found wrong */
    size_t over_budget; /* budgets that do not hold */
};

int mlm_present(const struct mlm_presentation *presentation, struct mlm_presented *ret_presented,
    struct mlm_error *error);

/* The formats in which a run leaves each picture, beside each other under one name. */
#define MLM_PRESENT_FORMATS 2
extern const char *const mlm_present_formats[MLM_PRESENT_FORMATS];

/* Prints the line that names a picture in all formats; `path` is that of the first. */
void mlm_present_name(const char *path);

/* Draws the pictures of one kind ("needs") in these formats, beside the first file and named after it.
 * `named`: their paths are printed. An error is only reported on standard error, because pictures can
 * be made again. -EINTR: the user wants to stop. */
int mlm_present_pictures(const struct mlm_loaded *loaded, const char *const *paths, size_t path_count,
    const char *plots_folder, const char *plot, bool named, struct mlm_error *error);
