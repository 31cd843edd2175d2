/* A fleet in the formats of a comparison. Internal to compare/. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "report/compare/compare.h"

/* Returns true if the sides are shown as a fleet. */
bool mlm_comparison_is_fleet(const struct mlm_comparison *comparison);

/* "20 machines, 24 jobs. …" The caller frees it; NULL: out of memory. */
char *mlm_fleet_answer(const struct mlm_comparison *comparison);

/* Writes the answer, what stands out and a line for each machine; jobs and machines are folded. */
int mlm_fleet_markdown(const struct mlm_comparison *comparison, FILE *out, struct mlm_error *error);

/* The value of "fleet": null where it is none. NULL: out of memory. */
json_t *mlm_fleet_json(const struct mlm_comparison *comparison);
