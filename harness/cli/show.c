/* The verb show: prints the table of stored runs again. */
#include "cli/present.h"

#include <errno.h>

#include "cli/cage_options.h"
#include "cli/verbs.h"

struct show_options {
    struct mlm_table_options table;
    struct mlm_budgets budgets;
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "the table was shown"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a file cannot be read, or holds no record"},
    {MLM_EXIT_BUDGET,
        "a job needs more than --max-needs, --max-time or --max-file allows, or did not end well"},
    {0, NULL},
};

static const struct mlm_option options[] = {
    {.group = mlm_table_option_rows, .offset = offsetof(struct show_options, table)},
    {.group = mlm_budget_option_rows, .offset = offsetof(struct show_options, budgets)},
    {0},
};

static int show_verb(int argc, char **argv, struct mlm_error *error)
{
    struct show_options said = {0};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_show, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    struct mlm_presentation presentation = {.path_count = parsed.operands.count,
        .table = true,
        .columns = said.table.columns,
        .budgets = said.budgets};
    for (size_t i = 0; i < parsed.operands.count; i++)
        presentation.paths[i] = parsed.operands.items[i];
    struct mlm_presented seen = {0};
    r = mlm_budgets_check(&said.budgets, error);
    if (r == 0)
        r = mlm_present(&presentation, &seen, error);
    return r < 0 ? r : seen.over_budget ? MLM_EXIT_BUDGET : MLM_EXIT_OK;
}

const struct mlm_verb mlm_verb_show = {
    .name = "show",
    .summary = "show the table of stored runs again",
    .operands = "FILE…",
    .needs_file = true,
    .options = options,
    .details =
        "Several files are shown together, for example those of two laptops. Lines that are not records are "
        "named and skipped.",
    .exits = exits,
    .example = "mlmembench show results/*.jsonl",
    .run = show_verb,
};
