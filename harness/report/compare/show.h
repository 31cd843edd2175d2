/* A comparison for a terminal. */
#pragma once

#include "report/compare/compare.h"
#include "report/compare/gate.h"
#include "report/compare/history.h"
#include "report/text/prose.h"

/* Who is compared and how they differ; a table of pairs (of more than two sides a matrix against the first);
 * who has no partner; and what it comes to. */
int mlm_comparison_show(const struct mlm_comparison *comparison, const struct mlm_text_style *style,
    FILE *out, struct mlm_error *error);

/* The rows that tripped the gate, by name, or that none did. */
int mlm_gate_show(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    const struct mlm_trips *trips, const struct mlm_text_style *style, FILE *out, struct mlm_error *error);

/* A row beside what is usual of it, and those that regressed, by name. */
int mlm_history_show(const struct mlm_history *history, double floor,
    const bool figures[static MLM_FIGURE_COUNT], const struct mlm_text_style *style, FILE *out,
    struct mlm_error *error);
