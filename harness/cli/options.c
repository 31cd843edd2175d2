/* Parses and explains options by their tables. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "cli/nearest.h"
#include "cli/wrap.h"

#define HELP_COLUMN 24

bool mlm_option_next(const struct mlm_verb *verb, struct mlm_option_walk *walk, struct mlm_option *ret_option)
{
    if (!verb->options)
        return false;
    const struct mlm_option *row = &verb->options[walk->row];
    while (row->group && !row->group[walk->row_of_group].name) {
        walk->row_of_group = 0;
        row = &verb->options[++walk->row];
    }
    if (row->group) {
        *ret_option = row->group[walk->row_of_group++];
        ret_option->offset += row->offset;
    } else if (row->name) {
        *ret_option = *row;
        walk->row++;
    } else {
        return false;
    }
    for (const struct mlm_option_change *c = verb->changes; c && c->name; c++) {
        if (strcmp(c->name, ret_option->name) != 0)
            continue;
        if (c->standard || c->otherwise) {
            ret_option->standard = c->standard;
            ret_option->otherwise = c->otherwise;
        }
        ret_option->value = c->value ? c->value : ret_option->value;
        ret_option->help = c->help ? c->help : ret_option->help;
    }
    return true;
}

static bool find(const struct mlm_verb *verb, const char *name, size_t length, struct mlm_option *ret_option)
{
    struct mlm_option_walk walk = {0};
    while (mlm_option_next(verb, &walk, ret_option))
        if (strlen(ret_option->name) == length && strncmp(ret_option->name, name, length) == 0)
            return true;
    return false;
}

bool mlm_option_of(
    const struct mlm_verb *verb, const char *argument, struct mlm_option *ret_option, bool *ret_takes_next)
{
    size_t length = strcspn(argument, "=");
    if (strncmp(argument, "--", 2) != 0 || length < 3 || !find(verb, argument + 2, length - 2, ret_option))
        return false;
    *ret_takes_next = ret_option->value && !argument[length];
    return true;
}

static int unknown(const struct mlm_verb *verb, const char *argument, size_t length, struct mlm_error *error)
{
    const char *best = NULL;
    size_t edits = mlm_slip_edits(length - 2) + 1;
    struct mlm_option option;
    struct mlm_option_walk walk = {0};
    while (mlm_option_next(verb, &walk, &option)) {
        size_t d = mlm_word_distance(argument + 2, length - 2, option.name);
        if (d < edits) {
            edits = d;
            best = option.name;
        }
    }
    if (best)
        return mlm_error_set(error, -EINVAL, "%s has no option %.*s; did you mean --%s?", verb->name,
            (int)length, argument, best);
    return mlm_error_set(error, -EINVAL, "%s has no option %.*s; `mlmembench %s --help` shows them",
        verb->name, (int)length, argument, verb->name);
}

int mlm_option_text(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    (void)error;
    *(const char **)field = text;
    return 0;
}

int mlm_option_texts(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_texts *texts = field;
    if (texts->count == MLM_TEXTS_MAX)
        return mlm_error_set(error, -EINVAL, "given more than %d times", MLM_TEXTS_MAX);
    texts->items[texts->count++] = text;
    return 0;
}

int mlm_option_list(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    struct mlm_list *list = field;
    list->count = 0;
    if (snprintf(list->text, sizeof list->text, "%s", text) >= (int)sizeof list->text)
        return mlm_error_set(error, -EINVAL, "the list is too long");
    char *rest = list->text;
    for (char *word; (word = strsep(&rest, ","));) {
        if (list->count == MLM_TEXTS_MAX)
            return mlm_error_set(error, -EINVAL, "more than %d words", MLM_TEXTS_MAX);
        list->items[list->count++] = word;
    }
    return 0;
}

int mlm_option_word(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    char list[256] = "";
    for (uint32_t i = 0; option->words[i]; i++) {
        if (strcmp(option->words[i], text) == 0) {
            *(uint32_t *)field = i;
            return 0;
        }
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s",
            !i                     ? ""
            : option->words[i + 1] ? ", "
                                   : " or ",
            option->words[i]);
    }
    return mlm_error_set(error, -EINVAL, "'%s' is unknown; give %s", text, list);
}

int mlm_option_size(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    uint64_t bytes = 0;
    int r = mlm_size_parse(text, &bytes, error);
    if (r < 0)
        return r;
    if (!bytes)
        return mlm_error_set(error, -EINVAL, "'%s' is too small; give at least 1 byte", text);
    *(uint64_t *)field = bytes;
    return 0;
}

int mlm_option_duration(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    return mlm_duration_parse(text, field, error);
}

int mlm_option_number(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    char *rest;
    uint64_t most = option->most ? option->most : INT64_MAX;
    errno = 0;
    unsigned long long value = strtoull(text, &rest, 10);
    if (!isdigit((unsigned char)*text) || *rest || errno || value < option->least || value > most)
        return mlm_error_set(error, -EINVAL, "'%s' is not a whole number of at least %llu and at most %llu",
            text, (unsigned long long)option->least, (unsigned long long)most);
    *(uint64_t *)field = value;
    return 0;
}

int mlm_option_amount(const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    uint64_t amount = 0;
    int r = mlm_amount_parse(text, &amount, error);
    if (r < 0)
        return r;
    if (!amount)
        return mlm_error_set(error, -EINVAL, "'%s' is too small; give at least 1", text);
    *(uint64_t *)field = amount;
    return 0;
}

int mlm_option_percent(
    const struct mlm_option *option, const char *text, void *field, struct mlm_error *error)
{
    (void)option;
    char *rest;
    double percent = strtod(text, &rest);
    bool plain = strspn(text, "0123456789.") == (size_t)(rest - text);
    if (rest == text || !plain || strcmp(rest, "%") != 0 || percent > 1e6)
        return mlm_error_set(error, -EINVAL, "'%s' is not a percentage; write one like 10%%", text);
    *(double *)field = percent / 100;
    return 0;
}

static int set(const struct mlm_option *option, void *values, const char *text, struct mlm_error *error)
{
    int r = option->parse(option, text, (char *)values + option->offset, error);
    /* Whatever the parser returned, the user's input was wrong. */
    return r < 0 ? mlm_error_wrap(error, -EINVAL, "--%s", option->name) : 0;
}

static int standards_set(const struct mlm_verb *verb, void *values, struct mlm_error *error)
{
    struct mlm_option option;
    struct mlm_option_walk walk = {0};
    int r = 0;
    while (r == 0 && mlm_option_next(verb, &walk, &option))
        if (option.standard)
            r = set(&option, values, option.standard, error);
    return r;
}

static int option_parse(const struct mlm_verb *verb, int argc, char **argv, int *at, void *values,
    struct mlm_parsed *parsed, struct mlm_error *error)
{
    const char *argument = argv[*at];
    size_t length = strcspn(argument, "=");
    struct mlm_option option;
    if (!find(verb, argument + 2, length - 2, &option))
        return unknown(verb, argument, length, error);
    const char *text = argument[length] ? argument + length + 1 : NULL;
    if (!option.value && text)
        return mlm_error_set(error, -EINVAL, "--%s takes no value", option.name);
    if (option.value && !text && *at + 1 < argc)
        text = argv[++*at];
    if (option.value && (!text || !*text))
        return mlm_error_set(
            error, -EINVAL, "--%s needs a value: --%s %s", option.name, option.name, option.value);
    if (!mlm_is_said(parsed, option.name) && parsed->said.count < MLM_TEXTS_MAX)
        parsed->said.items[parsed->said.count++] = option.name;
    if (option.value)
        return set(&option, values, text, error);
    *(bool *)((char *)values + option.offset) = true;
    return 0;
}

bool mlm_is_said(const struct mlm_parsed *parsed, const char *option)
{
    for (size_t i = 0; i < parsed->said.count; i++)
        if (strcmp(parsed->said.items[i], option) == 0)
            return true;
    return false;
}

static int operand_take(
    const struct mlm_verb *verb, const char *argument, struct mlm_parsed *parsed, struct mlm_error *error)
{
    if (!verb->operands)
        return mlm_error_set(error, -EINVAL, "%s takes no '%s'; `mlmembench %s --help` shows what it takes",
            verb->name, argument, verb->name);
    if (parsed->operands.count == MLM_TEXTS_MAX)
        return mlm_error_set(error, -EINVAL, "too many files; concatenating them merges them");
    parsed->operands.items[parsed->operands.count++] = argument;
    return 0;
}

int mlm_options_parse(const struct mlm_verb *verb, int argc, char **argv, void *values,
    int (*pass)(const char *argument, struct mlm_error *error), struct mlm_parsed *ret_parsed,
    struct mlm_error *error)
{
    struct mlm_parsed parsed = {0};
    bool help = false, operands_only = false; /* after "--" */
    int standards = standards_set(verb, values, error);
    if (standards < 0)
        return standards;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        int r = 0;
        if (operands_only || argument[0] != '-' || !argument[1]) {
            r = operand_take(verb, argument, &parsed, error);
        } else if (strcmp(argument, "--") == 0 && verb->takes_command) {
            parsed.command = i + 1 < argc ? argv + i + 1 : NULL;
            break;
        } else if (strcmp(argument, "--") == 0) {
            operands_only = true;
        } else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            help = true;
        } else if (argument[1] == '-') {
            r = pass ? pass(argument, error) : 0;
            if (r > 0 && parsed.passed.count < MLM_TEXTS_MAX)
                parsed.passed.items[parsed.passed.count++] = argument;
            else if (r == 0)
                r = option_parse(verb, argc, argv, &i, values, &parsed, error);
        } else {
            r = mlm_error_set(
                error, -EINVAL, "%s has no option %s; options have two dashes", verb->name, argument);
        }
        if (r < 0)
            return r;
    }
    if (help) {
        mlm_options_help(verb);
        return 1;
    }
    if (verb->needs_file && !parsed.operands.count)
        return mlm_error_set(
            error, -EINVAL, "%s needs a file: mlmembench %s results/NAME.jsonl", verb->name, verb->name);
    *ret_parsed = parsed;
    return 0;
}

static void option_help(const struct mlm_option *option)
{
    int column =
        printf("  --%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
    if (column >= HELP_COLUMN) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", HELP_COLUMN - column, "");
    const char *standard = option->otherwise ? option->otherwise : option->standard;
    char text[512];
    snprintf(text, sizeof text, "%s%s%s%s", option->help, standard ? " (default: " : "",
        standard ? standard : "", standard ? ")" : "");
    mlm_wrap(text, HELP_COLUMN, HELP_COLUMN);
}

void mlm_options_help(const struct mlm_verb *verb)
{
    int column = printf("mlmembench %s: ", verb->name);
    mlm_wrap(verb->summary, 0, column);
    printf("\nUsage: mlmembench %s%s%s%s\n", verb->name, verb->options ? " [OPTION…]" : "",
        verb->operands ? " " : "", verb->operands ? verb->operands : "");
    if (verb->operands && !verb->takes_command)
        printf("Each file holds records of runs; - is standard input.\n");
    if (verb->details) {
        putchar('\n');
        mlm_wrap(verb->details, 0, 0);
    }
    printf("\nOptions:\n");
    struct mlm_option option;
    struct mlm_option_walk walk = {0};
    while (mlm_option_next(verb, &walk, &option))
        option_help(&option);
    printf("  --help%*sthis page\n", HELP_COLUMN - 8, "");
    if (verb->print_more) {
        putchar('\n');
        verb->print_more();
    }
    printf("\nExit status:\n");
    for (const struct mlm_exit_meaning *exit = verb->exits; exit->meaning; exit++)
        mlm_wrap(exit->meaning, 7, printf("  %-3d  ", exit->status));
    printf("\nExample:\n  %s\n", verb->example);
}
