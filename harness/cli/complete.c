/* Completion for shells. The tables of verbs and options know what can follow, so shells only have to ask,
 * and a new option is completed in every shell without further work. */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"
#include "trial/catalogue.h"

/* The word that is being typed. `kept` is the part before the candidates: "" for a word, "--cap=" for an
 * option's value, "512M," in a list. */
struct typed {
    const char *kept;
    size_t kept_length;
    const char *rest;
};

static void put(const struct typed *typed, const char *candidate, const char *purpose)
{
    if (strncmp(candidate, typed->rest, strlen(typed->rest)) != 0)
        return;
    printf("%.*s%s", (int)typed->kept_length, typed->kept, candidate);
    if (purpose)
        printf("\t%.*s", (int)strcspn(purpose, ";:"), purpose);
    putchar('\n');
}

/* Prints the names of parameters; a name that an earlier workload had is left out. */
static void put_params(const struct typed *typed, const struct mlm_workload *workload, struct mlm_texts *seen)
{
    char text[64];
    for (const struct mlm_param *param = workload->params; param && param->name; param++) {
        bool is_new = seen->count < MLM_TEXTS_MAX;
        for (size_t i = 0; i < seen->count; i++)
            is_new = is_new && strcmp(seen->items[i], param->name) != 0;
        if (!is_new)
            continue;
        seen->items[seen->count++] = param->name;
        snprintf(text, sizeof text, "%s=", param->name);
        put(typed, text, param->help);
    }
}

enum listed { LISTED_SUITES, LISTED_WORKLOADS, LISTED_PARAMS };

static void put_listed(const struct typed *typed, enum listed what)
{
    struct mlm_catalogue *catalogue = NULL;
    struct mlm_texts seen = {.count = 0};
    char name[128];
    if (mlm_catalogue_open(&catalogue, NULL) < 0)
        return;
    for (size_t i = 0; i < catalogue->suite_count; i++) {
        const struct mlm_suite *suite = catalogue->suites[i];
        if (what == LISTED_SUITES)
            put(typed, suite->name, suite->summary);
        for (const struct mlm_workload *const *w = suite->workloads; what != LISTED_SUITES && *w; w++) {
            snprintf(name, sizeof name, "%s/%s", suite->name, (*w)->name);
            if (what == LISTED_WORKLOADS)
                put(typed, name, (*w)->summary);
            else
                put_params(typed, *w, &seen);
        }
    }
    mlm_catalogue_close(catalogue);
}

/* Chooses candidates by the name that help gives to the option's value. */
static void put_values(struct typed typed, const struct mlm_verb *verb, const struct mlm_option *option)
{
    const char *value = option->value;
    const char *comma = strrchr(typed.rest, ',');
    if (comma && (strcmp(value, "LIST") == 0 || strcmp(value, "SUITES") == 0)) {
        typed.kept_length += (size_t)(comma + 1 - typed.rest);
        typed.rest = comma + 1;
    }
    const char *const *words = option->words || !verb->words ? option->words : verb->words(option->name);
    for (const char *const *word = words; word && *word; word++)
        put(&typed, *word, NULL);
    if (strcmp(value, "FILE") == 0 || strcmp(value, "PATH") == 0 || strcmp(value, "DIR") == 0)
        puts(":files");
    else if (strcmp(value, "SUITE") == 0 || strcmp(value, "SUITES") == 0)
        put_listed(&typed, LISTED_SUITES);
    else if (strcmp(value, "REGEX") == 0 || strcmp(value, "SUITE/NAME") == 0)
        put_listed(&typed, LISTED_WORKLOADS);
    else if (strncmp(value, "NAME=", 5) == 0)
        put_listed(&typed, LISTED_PARAMS);
}

static void put_verbs(const struct typed *typed)
{
    for (size_t i = 0; mlm_verbs[i]; i++)
        put(typed, mlm_verbs[i]->name, mlm_verbs[i]->summary);
}

static void put_options(const struct typed *typed, const struct mlm_verb *verb)
{
    char name[64];
    struct mlm_option option;
    struct mlm_option_walk walk = {0};
    while (mlm_option_next(verb, &walk, &option)) {
        snprintf(name, sizeof name, "--%s", option.name);
        put(typed, name, option.help);
    }
    put(typed, "--help", "explain the verb");
}

static bool is_behind_command_mark(const struct mlm_verb *verb, int argc, char **argv)
{
    for (int i = 0; verb->takes_command && i < argc - 1; i++)
        if (strcmp(argv[i], "--") == 0)
            return true;
    return false;
}

void mlm_complete(int argc, char **argv)
{
    static char nothing[] = "";
    const char *last = argc ? argv[argc - 1] : nothing;
    struct typed typed = {.kept = last, .rest = last};
    if (argc < 2) {
        put_verbs(&typed);
        put(&typed, "help", "explain a verb");
        for (size_t i = 0; last[0] == '-' && i < 2; i++)
            put(&typed, i ? "--version" : "--help", i ? "name this build" : "explain the program");
        return;
    }
    const struct mlm_verb *verb = mlm_verb_find(argv[0]);
    if (!verb) {
        if (strcmp(argv[0], "help") == 0 && argc == 2)
            put_verbs(&typed);
        return;
    }
    struct mlm_option option;
    bool takes_next = false;
    const char *equals = strchr(last, '=');
    if (is_behind_command_mark(verb, argc, argv)) {
        puts(":files");
        return;
    }
    if (mlm_option_of(verb, argv[argc - 2], &option, &takes_next) && takes_next) {
        put_values(typed, verb, &option);
    } else if (equals && mlm_option_of(verb, last, &option, &takes_next) && option.value) {
        typed.rest = equals + 1;
        typed.kept_length = (size_t)(typed.rest - last);
        put_values(typed, verb, &option);
    } else if (last[0] == '-') {
        put_options(&typed, verb);
    } else if (verb->operands && !verb->takes_command) {
        puts(":files");
    }
}
