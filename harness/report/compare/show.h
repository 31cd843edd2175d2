/* A comparison for a terminal. */
#pragma once

#include "report/compare/compare.h"
#include "report/compare/gate.h"
#include "report/compare/history.h"
#include "report/text/prose.h"

/* Prints the sides and how they differ; a table of pairs (with more than two sides a matrix against the
 * first); the rows without a partner; and a summary. */
int mlm_comparison_show(const struct mlm_comparison *comparison, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error);

/* Prints the names of the rows that failed the gate, or that none did. */
int mlm_gate_show(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    const struct mlm_trips *trips, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);

/* Prints each row with its usual value, and the names of rows that regressed. */
int mlm_history_show(const struct mlm_history *history, double floor,
    const bool figures[static MLM_FIGURE_COUNT], const struct mlm_text_style *style, FILE *out,
    struct mlm_error *error);
