/* The verb machine: prints the facts of this machine, as every record has them. */
#include "machine/machine.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "record/fact.h"

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "the facts were shown"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "the machine could not be looked at"},
    {0, NULL},
};

static int facts_print(const json_t *machine)
{
    for (const struct mlm_fact_info *fact = mlm_facts; fact->key; fact++) {
        const json_t *value = json_object_get(machine, fact->key);
        mlm_auto_free char *text = value ? mlm_fact_text(fact, value) : NULL;
        if (value && !text)
            return -ENOMEM;
        if (value)
            mlm_put_named(stdout, "%s: %s", fact->label, text);
    }
    return 0;
}

static int machine_verb(int argc, char **argv, struct mlm_error *error)
{
    struct mlm_parsed parsed;
    struct mlm_machine *machine = NULL;
    int r = mlm_options_parse(&mlm_verb_machine, argc, argv, NULL, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    r = mlm_machine_open(&machine, error);
    if (r < 0)
        return r;
    r = facts_print(mlm_machine_json(machine));
    mlm_machine_close(machine);
    return r < 0 ? mlm_error_errno(error, r, "showing the machine") : MLM_EXIT_OK;
}

const struct mlm_verb mlm_verb_machine = {
    .name = "machine",
    .summary = "show this machine's facts, as records have them",
    .exits = exits,
    .example = "mlmembench machine",
    .run = machine_verb,
};
