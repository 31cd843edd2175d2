/* Budgets of memory and time: what a job may need, checked by a CI job. One for all rows comes from options,
 * one for each row from a file with a line such as
 *
 *   train.py batch=64 cap=2G max-needs=500M max-time=2min
 *
 * A line is for the rows of this name (with or without the suite before it) that have these parameters and
 * this cap. */
#pragma once

#include "cli/options.h"
#include "report/table/table.h"

struct mlm_budgets {
    uint64_t needs_bytes, time_ns; /* of every row; 0: no limit */
    const char *file;              /* NULL: none */
};

extern const struct mlm_option mlm_budget_option_rows[];

/* Returns true if any budget was given. */
bool mlm_budgets_any(const struct mlm_budgets *budgets);

/* Reads the file to see that it can be. -EINVAL: the error names the line. */
int mlm_budgets_check(const struct mlm_budgets *budgets, struct mlm_error *error);

/* Prints a line for each budget that does not hold, or one that all hold. A row's needs are the most of its
 * trials, its time is their median. Returns the number of those that do not hold, or cannot be told because a
 * row did not end well or was not measured. -EINVAL: no row is meant by a line of the file. */
int mlm_budgets_judge(
    const struct mlm_budgets *budgets, const struct mlm_table *table, FILE *out, struct mlm_error *error);
