/* Finds and replaces the names in braces of a command, and goes through the combinations of their values. */
#include "cli/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* Returns the next {name} in the text, or NULL. */
static const char *place_of(const char *text, const char *name)
{
    const size_t length = strlen(name);
    while ((text = strchr(text, '{'))) {
        if (strncmp(text + 1, name, length) == 0 && text[1 + length] == '}')
            return text;
        text++;
    }
    return NULL;
}

bool mlm_sweep_uses(char *const *words, const char *name)
{
    for (; *words; words++)
        if (place_of(*words, name))
            return true;
    return false;
}

/* Returns the parameter whose {name} the text begins with, or NULL. */
static const struct mlm_param_value *named_at(const char *text, const struct mlm_params *chosen)
{
    for (size_t i = 0; i < chosen->count; i++)
        if (place_of(text, chosen->items[i].name) == text)
            return &chosen->items[i];
    return NULL;
}

char *mlm_sweep_fill(const char *text, const struct mlm_params *chosen)
{
    struct mlm_text filled;
    FILE *out = mlm_text_begin(&filled);
    if (!out)
        return NULL;
    while (*text) {
        const struct mlm_param_value *param = *text == '{' ? named_at(text, chosen) : NULL;
        if (param) {
            fputs(param->value, out);
            text += strlen(param->name) + 2;
        } else {
            fputc(*text++, out);
        }
    }
    return mlm_text_end(&filled);
}

struct walk {
    const struct mlm_params *sweeps;
    char *const *words;
    int (*each)(void *context, const struct mlm_params *chosen, struct mlm_error *error);
    void *context;
};

/* A value that is said twice would make one row of trials that ran at different times. */
static bool is_repeated(const char *values, const char *value, const char *at)
{
    const size_t length = strlen(value);
    for (const char *other = values; other < at; other += strcspn(other, ",") + 1)
        if (strcspn(other, ",") == length && strncmp(other, value, length) == 0)
            return true;
    return false;
}

static int walk_from(
    const struct walk *walk, size_t index, struct mlm_params *chosen, struct mlm_error *error)
{
    while (index < walk->sweeps->count && !mlm_sweep_uses(walk->words, walk->sweeps->items[index].name))
        index++;
    if (index == walk->sweeps->count)
        return walk->each(walk->context, chosen, error);
    const struct mlm_param_value *sweep = &walk->sweeps->items[index];
    mlm_auto_free char *values = strdup(sweep->value);
    if (!values)
        return mlm_error_errno(error, -ENOMEM, "--param");
    char *rest = values;
    for (char *value; (value = strsep(&rest, ","));) {
        if (!*value || is_repeated(sweep->value, value, sweep->value + (value - values)))
            return mlm_error_set(error, -EINVAL, "--param %s=%s: %s", sweep->name, sweep->value,
                *value ? "a value is named twice" : "a value is empty");
        if (mlm_params_add(chosen, sweep->name, value) < 0)
            return mlm_error_errno(error, -ENOMEM, "--param");
        int r = walk_from(walk, index + 1, chosen, error);
        mlm_params_drop(chosen);
        if (r < 0)
            return r;
    }
    return 0;
}

int mlm_sweep_each(const struct mlm_params *sweeps, char *const *words,
    int (*each)(void *context, const struct mlm_params *chosen, struct mlm_error *error), void *context,
    struct mlm_error *error)
{
    const struct walk walk = {.sweeps = sweeps, .words = words, .each = each, .context = context};
    struct mlm_params chosen = {0};
    int r = walk_from(&walk, 0, &chosen, error);
    mlm_params_release(&chosen);
    return r;
}
