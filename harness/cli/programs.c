/* Makes the programs of one exec from its command line. */
#include "cli/programs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/run_options.h"
#include "cli/sweep.h"

struct making {
    struct mlm_programs *programs;
    char *const *words; /* of a command behind "--", or */
    const char *line;   /* for the shell */
    const char *name;   /* NULL: not given */
};

static int program_make(void *context, const struct mlm_params *chosen, struct mlm_error *error)
{
    struct making *making = context;
    struct mlm_programs *programs = making->programs;
    if (programs->count == MLM_TEXTS_MAX)
        return mlm_error_set(error, -EINVAL, "--param makes more than %d commands", MLM_TEXTS_MAX);
    struct mlm_program *program = &programs->items[programs->count];
    int r = making->line ? mlm_program_of_line(making->line, making->name, chosen, program, error)
                         : mlm_program_of_words(making->words, making->name, chosen, program, error);
    programs->count += r == 0;
    return r;
}

static int names_check(const struct mlm_texts *names, size_t count, struct mlm_error *error)
{
    if (names->count && names->count != count)
        return mlm_error_set(error, -EINVAL, "--name is given %zu times for %zu command%s", names->count,
            count, count == 1 ? "" : "s");
    for (size_t i = 0; i < names->count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(names->items[i], names->items[j]) == 0)
                return mlm_error_set(error, -EINVAL,
                    "--name %s is given to two commands; rows of one name are one row", names->items[i]);
    return 0;
}

/* A parameter that no command uses would have no effect. */
static int params_check(
    const struct mlm_parsed *parsed, const struct mlm_params *params, struct mlm_error *error)
{
    for (size_t i = 0; i < params->count; i++) {
        const char *name = params->items[i].name;
        bool used = parsed->command && mlm_sweep_uses(parsed->command, name);
        for (size_t o = 0; o < parsed->operands.count && !used; o++)
            used = mlm_sweep_uses((char *[]){(char *)parsed->operands.items[o], NULL}, name);
        if (!used)
            return mlm_error_set(error, -EINVAL, "--param %s: no command has {%s} in it", name, name);
        if (strcmp(name, "command") == 0)
            return mlm_error_set(
                error, -EINVAL, "--param command: records use this name for the command itself");
    }
    return 0;
}

/* "exec python3 train.py" is two commands; nobody means that. */
static int quoting_check(
    const struct mlm_verb *verb, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    char path[4096];
    const struct mlm_texts *lines = &parsed->operands;
    for (size_t i = 1; i < lines->count; i++)
        if (!strpbrk(lines->items[i], " \t{}<>|&;()$`\"'\\*?[=~") &&
            mlm_command_find(lines->items[i], path, NULL) < 0)
            return mlm_error_set(error, -EINVAL,
                "without --, each word is a command, and %s is none; write -- before the command: mlmembench %s … -- "
                "%s %s …",
                lines->items[i], verb->name, lines->items[0], lines->items[1]);
    return 0;
}

int mlm_programs_make(const struct mlm_verb *verb, const struct mlm_parsed *parsed,
    const struct mlm_texts *names, const struct mlm_texts *params, struct mlm_programs *ret_programs,
    struct mlm_error *error)
{
    if (!parsed->command && !parsed->operands.count)
        return mlm_error_set(error, -EINVAL, "%s needs a command: %s", verb->name, verb->example);
    if (parsed->command && parsed->operands.count)
        return mlm_error_set(error, -EINVAL,
            "%s takes one command behind --, or several in quotes, not both: what is '%s'?", verb->name,
            parsed->operands.items[0]);
    const size_t count = parsed->command ? 1 : parsed->operands.count;
    mlm_cleanup(mlm_params_release) struct mlm_params sweeps = {0};
    int r = names_check(names, count, error);
    if (r == 0)
        r = mlm_params_parse("param", params, &sweeps, error);
    if (r == 0)
        r = params_check(parsed, &sweeps, error);
    if (r == 0)
        r = quoting_check(verb, parsed, error);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct making making = {
            .programs = ret_programs,
            .words = parsed->command,
            .line = parsed->command ? NULL : parsed->operands.items[i],
            .name = names->count ? names->items[i] : NULL,
        };
        char *line[] = {(char *)making.line, NULL};
        r = mlm_sweep_each(&sweeps, making.line ? line : making.words, program_make, &making, error);
    }
    return r;
}

void mlm_programs_release(struct mlm_programs *programs)
{
    for (size_t i = 0; i < programs->count; i++)
        mlm_program_release(&programs->items[i]);
    programs->count = 0;
}
