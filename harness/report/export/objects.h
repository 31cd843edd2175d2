/* Trials, rows and machines as JSON objects with a fixed set of keys each, for the long formats. Missing
 * values are null. The caller owns the result; NULL: out of memory. */
#pragma once

#include <jansson.h>

#include "report/table/table.h"

/* The keys of a record (results/README.md) without `kind` and `schema`; `cap`, "2G" or "none", stands before
 * `cap_bytes`; `machine` is made by mlm_export_machine(). */
json_t *mlm_export_trial(const struct mlm_record *record, json_t *machine);

/* A row with its name. results/export.schema.json describes the keys. */
json_t *mlm_export_row(const struct mlm_row *row, const char *name, json_t *machine);

/* The facts that influence figures most: id, host, cpu, memory, swap, kernel, … */
json_t *mlm_export_machine(const json_t *machine);

/* Summary of a metric over the trials that ended as the row did; count 0: no trial has it. -ENOMEM. */
int mlm_export_figures(const struct mlm_row *row, enum mlm_metric metric, struct mlm_summary *ret_summary);
