/* The sum, line by line: each line is memory that is held from one phase of the program to another, with its
 * formula. The program needs as much as its worst phase.
 *
 * Each line is added by one call in C, with the formula as text; symbols are set before. An error (a formula
 * that cannot be parsed) is kept and returned by mlm_ledger_close(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "estimate/formula.h"

#define MLM_PHASES_MOST 8
#define MLM_LINES_MOST 48
#define MLM_FORMULA_SIZE 96

struct mlm_ledger_line {
    const char *name;
    const char *source;             /* where this is from: a library's source file, a measurement */
    char formula[MLM_FORMULA_SIZE]; /* "" for a measured line */
    double bytes;
    double least_bytes; /* where the data decides how much it is; else the same as bytes */
    size_t from, to;    /* first and last phase, inclusive */
    bool mapped;        /* pages of a file: they count in no phase, but in mapped_bytes */
    bool of_phase;      /* a share of the phase's other lines: computed when they are known */
};

struct mlm_ledger {
    struct mlm_symbols symbols;
    uint64_t page_bytes; /* set before close(); 0: the lines include the page tables */
    const char *phases[MLM_PHASES_MOST];
    double phase_bytes[MLM_PHASES_MOST]; /* valid after close(), as the next one */
    double phase_least_bytes[MLM_PHASES_MOST];
    size_t phase_count;
    struct mlm_ledger_line lines[MLM_LINES_MOST];
    size_t line_count;
    double mapped_bytes; /* valid after close() */
    bool parted;         /* only a part of the rows is fitted: m and F differ from n and X */
    bool failed;
    struct mlm_error error;
};

/* Adds a phase and returns its number. */
size_t mlm_ledger_phase(struct mlm_ledger *ledger, const char *name);

#define MLM_TO_THE_END SIZE_MAX

/* Adds a line, unless the formula gives 0. In formulas, m and F are the fitted rows and their bytes; where
 * all rows are fitted, the text shows n and X instead. */
void mlm_ledger_add(struct mlm_ledger *ledger, size_t from, size_t to, const char *name, const char *formula,
    const char *source);

/* Adds a line whose bytes depend on the data: they lie between the values of both formulas. The second one is
 * shown. */
void mlm_ledger_add_between(struct mlm_ledger *ledger, size_t from, size_t to, const char *name,
    const char *least_formula, const char *formula, const char *source);

/* Adds a measured line, without a formula. */
void mlm_ledger_add_measured(
    struct mlm_ledger *ledger, size_t from, size_t to, const char *name, double bytes, const char *source);

/* Adds the page tables, then adds up the phases. */
int mlm_ledger_close(struct mlm_ledger *ledger, struct mlm_error *error);

/* Index of the worst phase. */
size_t mlm_ledger_peak(const struct mlm_ledger *ledger);

static inline bool mlm_ledger_in_phase(const struct mlm_ledger_line *line, size_t phase)
{
    return !line->mapped && line->from <= phase && phase <= line->to;
}

/* Adds pages of a file that the program maps and goes on reading: the kernel can drop them, and has to read
 * them again. */
void mlm_ledger_add_mapped(
    struct mlm_ledger *ledger, const char *name, const char *formula, const char *source);

double mlm_ledger_line_bytes(
    const struct mlm_ledger *ledger, const struct mlm_ledger_line *line, size_t phase);
