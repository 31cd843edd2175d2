/* Evaluates formulas in the form in which people write them. The text that is shown beside a figure is the
 * one that it was computed with.
 *
 *   n·p·s   (n+1)·i   min(n·8,p)   2^D   3/4·X   l·(48+16·v)
 *
 * Names are symbols. Numbers, + − · / ^ and parentheses have their usual meaning (^ binds tightest, from the
 * right); the only function is min. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define MLM_SYMBOL_NAME 8
#define MLM_SYMBOLS_MOST 48

struct mlm_symbol {
    char name[MLM_SYMBOL_NAME];
    const char *meaning; /* "rows" */
    double value;
};

struct mlm_symbols {
    struct mlm_symbol items[MLM_SYMBOLS_MOST];
    size_t count;
};

/* Adds a symbol, or changes its value. There must be room for it. */
void mlm_symbol_set(struct mlm_symbols *symbols, const char *name, double value, const char *meaning);

/* NULL: there is no symbol with that name. */
const struct mlm_symbol *mlm_symbol_find(const struct mlm_symbols *symbols, const char *name);

/* -EINVAL: the error names what is wrong and where; -ERANGE: the value is not finite. */
int mlm_formula_value(
    const char *formula, const struct mlm_symbols *symbols, double *ret_value, struct mlm_error *error);

/* Returns true if the formula contains the symbol. */
bool mlm_formula_names(const char *formula, const char *symbol);
