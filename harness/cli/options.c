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

static const struct mlm_option *find(const struct mlm_option *options, const char *name, size_t length)
{
    for (const struct mlm_option *o = options; o->name; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

const struct mlm_option *mlm_option_of(
    const struct mlm_option *options, const char *argument, bool *ret_takes_next)
{
    size_t length = strcspn(argument, "=");
    if (strncmp(argument, "--", 2) != 0 || length < 3)
        return NULL;
    const struct mlm_option *option = find(options, argument + 2, length - 2);
    *ret_takes_next = option && option->type != MLM_OPTION_FLAG && !argument[length];
    return option;
}

static int unknown(const struct mlm_verb *verb, const char *argument, size_t length, struct mlm_error *error)
{
    const char *best = NULL;
    size_t edits = mlm_slip_edits(length - 2) + 1;
    for (const struct mlm_option *o = verb->options; o->name; o++) {
        size_t d = mlm_word_distance(argument + 2, length - 2, o->name);
        if (d < edits) {
            edits = d;
            best = o->name;
        }
    }
    if (best)
        return mlm_error_set(error, -EINVAL, "%s has no option %.*s; did you mean --%s?", verb->name,
            (int)length, argument, best);
    return mlm_error_set(error, -EINVAL, "%s has no option %.*s; `mlmembench %s --help` shows them",
        verb->name, (int)length, argument, verb->name);
}

static const struct {
    uint64_t minimum, maximum;
} limits[] = {
    [MLM_OPTION_COUNT] = {1, INT64_MAX},
    [MLM_OPTION_NUMBER] = {0, INT64_MAX},
    [MLM_OPTION_TIMES] = {1, 1000000},
    [MLM_OPTION_WARMUPS] = {0, 1000000},
    [MLM_OPTION_THREADS] = {1, 8192},
};

static int count_parse(
    const char *text, enum mlm_option_type type, uint64_t *ret_value, struct mlm_error *error)
{
    char *rest;
    uint64_t minimum = limits[type].minimum, maximum = limits[type].maximum;
    errno = 0;
    unsigned long long value = strtoull(text, &rest, 10);
    if (!isdigit((unsigned char)*text) || *rest || errno || value < minimum || value > maximum)
        return mlm_error_set(error, -EINVAL, "'%s' is not a whole number of at least %llu and at most %llu",
            text, (unsigned long long)minimum, (unsigned long long)maximum);
    *ret_value = value;
    return 0;
}

static int percent_parse(const char *text, double *ret_share, struct mlm_error *error)
{
    char *rest;
    double percent = strtod(text, &rest);
    bool plain = strspn(text, "0123456789.") == (size_t)(rest - text);
    if (rest == text || !plain || strcmp(rest, "%") != 0 || percent > 1e6)
        return mlm_error_set(error, -EINVAL, "'%s' is not a percentage; write one like 10%%", text);
    *ret_share = percent / 100;
    return 0;
}

static int set(const struct mlm_option *option, void *values, const char *text, struct mlm_error *error)
{
    void *field = (char *)values + option->offset;
    uint64_t number = 0;
    int r = 0;
    switch (option->type) {
    case MLM_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case MLM_OPTION_TEXT:
        *(const char **)field = text;
        return 0;
    case MLM_OPTION_TEXTS: {
        struct mlm_texts *texts = field;
        if (texts->count == MLM_TEXTS_MAX)
            return mlm_error_set(error, -EINVAL, "--%s is given too often", option->name);
        texts->items[texts->count++] = text;
        return 0;
    }
    case MLM_OPTION_SIZE:
        r = mlm_size_parse(text, &number, error);
        if (r == 0 && !number)
            r = mlm_error_set(error, -EINVAL, "'%s' is nothing to work with; give at least 1 byte", text);
        break;
    case MLM_OPTION_DURATION:
        r = mlm_duration_parse(text, &number, error);
        break;
    case MLM_OPTION_COUNT:
    case MLM_OPTION_NUMBER:
    case MLM_OPTION_TIMES:
    case MLM_OPTION_WARMUPS:
    case MLM_OPTION_THREADS:
        r = count_parse(text, option->type, &number, error);
        break;
    case MLM_OPTION_PERCENT: {
        double share = 0;
        r = percent_parse(text, &share, error);
        memcpy(&number, &share, sizeof number);
        break;
    }
    case MLM_OPTION_AMOUNT:
        r = mlm_amount_parse(text, &number, error);
        if (r == 0 && !number)
            r = mlm_error_set(error, -EINVAL, "'%s' is none; give at least 1", text);
        break;
    }
    if (r < 0)
        return mlm_error_wrap(error, -EINVAL, "--%s", option->name), -EINVAL;
    memcpy(field, &number, sizeof number);
    return 0;
}

static int option_parse(
    const struct mlm_verb *verb, int argc, char **argv, int *at, void *values, struct mlm_error *error)
{
    const char *argument = argv[*at];
    size_t length = strcspn(argument, "=");
    const struct mlm_option *option = find(verb->options, argument + 2, length - 2);
    if (!option)
        return unknown(verb, argument, length, error);
    const char *text = argument[length] ? argument + length + 1 : NULL;
    if (option->type == MLM_OPTION_FLAG && text)
        return mlm_error_set(error, -EINVAL, "--%s takes no value", option->name);
    if (option->type != MLM_OPTION_FLAG && !text) {
        if (*at + 1 >= argc)
            return mlm_error_set(
                error, -EINVAL, "--%s needs a value: --%s %s", option->name, option->name, option->value);
        text = argv[++*at];
    }
    if (text && !*text)
        return mlm_error_set(
            error, -EINVAL, "--%s is given nothing: --%s %s", option->name, option->name, option->value);
    return set(option, values, text, error);
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
                r = option_parse(verb, argc, argv, &i, values, error);
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
    char text[512];
    (void)snprintf(text, sizeof text, "%s%s%s%s", option->help, option->standard ? " (default: " : "",
        option->standard ? option->standard : "", option->standard ? ")" : "");
    mlm_wrap(text, HELP_COLUMN, HELP_COLUMN);
}

void mlm_options_help(const struct mlm_verb *verb)
{
    int column = printf("mlmembench %s: ", verb->name);
    mlm_wrap(verb->summary, 0, column);
    printf("\nUsage: mlmembench %s%s%s%s\n", verb->name, verb->options[0].name ? " [OPTION…]" : "",
        verb->operands ? " " : "", verb->operands ? verb->operands : "");
    if (verb->details) {
        putchar('\n');
        mlm_wrap(verb->details, 0, 0);
    }
    printf("\nOptions:\n");
    for (const struct mlm_option *o = verb->options; o->name; o++)
        option_help(o);
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
