/* Parses and evaluates a formula at each use: there are few of them, and they are short. */
#include "estimate/formula.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void mlm_symbol_set(struct mlm_symbols *symbols, const char *name, double value, const char *meaning)
{
    struct mlm_symbol *symbol = NULL;
    for (size_t i = 0; i < symbols->count && !symbol; i++)
        if (strcmp(symbols->items[i].name, name) == 0)
            symbol = &symbols->items[i];
    if (!symbol && symbols->count < MLM_SYMBOLS_MOST)
        symbol = &symbols->items[symbols->count++];
    if (!symbol)
        return;
    *symbol = (struct mlm_symbol){.meaning = meaning, .value = value};
    memcpy(symbol->name, name, strnlen(name, MLM_SYMBOL_NAME - 1));
}

const struct mlm_symbol *mlm_symbol_find(const struct mlm_symbols *symbols, const char *name)
{
    for (size_t i = 0; i < symbols->count; i++)
        if (strcmp(symbols->items[i].name, name) == 0)
            return &symbols->items[i];
    return NULL;
}

/* A recursive descent parser. It keeps the first error; everything after it yields 0. */
struct parser {
    const char *formula, *at;
    const struct mlm_symbols *symbols;
    struct mlm_error *error;
    bool failed;
};

static double fail(struct parser *parser, const char *what)
{
    if (!parser->failed)
        mlm_error_set(parser->error, -EINVAL, "formula '%s': %s at '%s'", parser->formula, what,
            *parser->at ? parser->at : "its end");
    parser->failed = true;
    return 0;
}

static bool take(struct parser *parser, const char *sign)
{
    size_t length = strlen(sign);
    while (*parser->at == ' ')
        parser->at++;
    if (strncmp(parser->at, sign, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static double sum(struct parser *parser);

/* Parses the arguments after "min(". */
static double least(struct parser *parser)
{
    double value = sum(parser);
    if (!take(parser, ","))
        return fail(parser, "expected a comma");
    value = fmin(value, sum(parser));
    return take(parser, ")") ? value : fail(parser, "expected ')'");
}

static double named(struct parser *parser)
{
    char name[MLM_SYMBOL_NAME] = "";
    size_t length = 0;
    for (; isalnum((unsigned char)parser->at[length]); length++)
        if (length < sizeof name - 1)
            name[length] = parser->at[length];
    if (take(parser, "min("))
        return least(parser);
    const struct mlm_symbol *symbol = mlm_symbol_find(parser->symbols, name);
    if (!symbol)
        return fail(parser, "no such symbol");
    parser->at += length;
    return symbol->value;
}

static double atom(struct parser *parser)
{
    double value;
    if (take(parser, "(")) {
        value = sum(parser);
        return take(parser, ")") ? value : fail(parser, "expected ')'");
    }
    if (isalpha((unsigned char)*parser->at))
        return named(parser);
    if (!isdigit((unsigned char)*parser->at))
        return fail(parser, "expected a number or a symbol");
    char *rest;
    value = strtod(parser->at, &rest);
    parser->at = rest;
    return value;
}

static double power(struct parser *parser)
{
    double value = atom(parser);
    return take(parser, "^") ? pow(value, power(parser)) : value;
}

static double product(struct parser *parser)
{
    double value = power(parser);
    while (!parser->failed) {
        if (take(parser, "·"))
            value *= power(parser);
        else if (take(parser, "/"))
            value /= power(parser);
        else
            break;
    }
    return value;
}

static double sum(struct parser *parser)
{
    double value = product(parser);
    while (!parser->failed) {
        if (take(parser, "+"))
            value += product(parser);
        else if (take(parser, "−"))
            value -= product(parser);
        else
            break;
    }
    return value;
}

int mlm_formula_value(
    const char *formula, const struct mlm_symbols *symbols, double *ret_value, struct mlm_error *error)
{
    struct parser parser = {.formula = formula, .at = formula, .symbols = symbols, .error = error};
    double value = sum(&parser);
    if (!parser.failed && (take(&parser, " "), *parser.at))
        (void)fail(&parser, "expected an end");
    if (parser.failed)
        return -EINVAL;
    if (!isfinite(value))
        return mlm_error_set(error, -ERANGE, "formula '%s' has no finite value", formula);
    *ret_value = value;
    return 0;
}

bool mlm_formula_names(const char *formula, const char *symbol)
{
    size_t length = strlen(symbol);
    for (const char *at = formula; (at = strstr(at, symbol)); at += length)
        if (!(at > formula && isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length]))
            return true;
    return false;
}
