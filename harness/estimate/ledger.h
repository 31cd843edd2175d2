/* The sum, line by line: what is held, from which phase of the program's life to which, by what formula.
 * What a program needs is its worst phase.
 *
 * Lines are added in C, one call each, with the formula as text: symbols are set before. What goes wrong
 * (a formula that cannot be read) is kept and comes out of mlm_ledger_close(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "estimate/formula.h"

#define MLM_PHASES_MOST 8
#define MLM_LINES_MOST 40
#define MLM_FORMULA_SIZE 96

struct mlm_ledger_line {
    const char *name;
    const char *source;             /* what says so: a library's file, a measurement */
    char formula[MLM_FORMULA_SIZE]; /* "" for a line that is measured and stands for itself */
    double bytes;
    size_t from, to; /* phases, inclusive */
    bool of_phase;   /* a share of the phase's other lines: counted once they are known */
};

struct mlm_ledger {
    struct mlm_symbols symbols;
    uint64_t page_bytes; /* set before close(); 0: the lines hold the page tables */
    const char *phases[MLM_PHASES_MOST];
    double phase_bytes[MLM_PHASES_MOST]; /* after close() */
    size_t phase_count;
    struct mlm_ledger_line lines[MLM_LINES_MOST];
    size_t line_count;
    bool parted; /* only a part of the rows is fitted: m and F are not n and X */
    bool failed;
    struct mlm_error error;
};

/* Returns the phase's number. */
size_t mlm_ledger_phase(struct mlm_ledger *ledger, const char *name);

#define MLM_TO_THE_END SIZE_MAX

/* Nothing is added where the formula yields nothing. Formulas say m and F for the rows that are fitted and
 * for their bytes; where these are all, n and X are written. */
void mlm_ledger_add(struct mlm_ledger *ledger, size_t from, size_t to, const char *name, const char *formula,
    const char *source);

/* What a measurement says, and no formula. */
void mlm_ledger_add_measured(
    struct mlm_ledger *ledger, size_t from, size_t to, const char *name, double bytes, const char *source);

/* Adds the pages' tables, adds up the phases. */
int mlm_ledger_close(struct mlm_ledger *ledger, struct mlm_error *error);

/* The worst phase. */
size_t mlm_ledger_peak(const struct mlm_ledger *ledger);

static inline bool mlm_ledger_in_phase(const struct mlm_ledger_line *line, size_t phase)
{
    return line->from <= phase && phase <= line->to;
}

double mlm_ledger_line_bytes(
    const struct mlm_ledger *ledger, const struct mlm_ledger_line *line, size_t phase);
