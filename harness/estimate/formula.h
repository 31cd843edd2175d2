/* Formulas as people write them, evaluated: the text that is shown beside a figure is what the figure was
 * computed by.
 *
 *   n·p·s   (n+1)·i   min(n·8,p)   2^D   3/4·X   l·(48+16·v)
 *
 * Names are symbols; numbers, + − · / ^ and parentheses are what they are on paper (^ binds tightest, from
 * the right); the one function is min. */
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

/* Adds a symbol, or gives it a new value. There must be room for it. */
void mlm_symbol_set(struct mlm_symbols *symbols, const char *name, double value, const char *meaning);

/* NULL: there is none of that name. */
const struct mlm_symbol *mlm_symbol_find(const struct mlm_symbols *symbols, const char *name);

/* -EINVAL names what is wrong and where; -ERANGE: the value is not finite. */
int mlm_formula_value(
    const char *formula, const struct mlm_symbols *symbols, double *ret_value, struct mlm_error *error);

/* Does the symbol stand in the formula? */
bool mlm_formula_names(const char *formula, const char *symbol);
