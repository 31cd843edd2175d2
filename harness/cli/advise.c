/* The verb advise: would more RAM help? Answered from stored runs. */
#include "advise/advice/advice.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/laptop.h"
#include "cli/load.h"
#include "cli/rerun.h"
#include "cli/style.h"
#include "cli/verbs.h"

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "advice was given, or what to measure first"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "a file cannot be read, or holds no record"},
    {0, NULL},
};

static int advise_verb(int argc, char **argv, struct mlm_error *error)
{
    struct mlm_parsed parsed;
    struct mlm_desktop desktop = {0};
    int r = mlm_options_parse(&mlm_verb_advise, argc, argv, &desktop, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    r = mlm_load(parsed.operands.items, parsed.operands.count, &loaded, error);
    if (r < 0)
        return r;
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    r = mlm_advise(loaded.table, &desktop, &style, mlm_rerun_put, stdout, error);
    return r < 0 ? r : MLM_EXIT_OK;
}

const struct mlm_verb mlm_verb_advise = {
    .name = "advise",
    .summary = "say whether more RAM or another technique would help, from runs under several caps",
    .operands = "FILE…",
    .needs_file = true,
    .details =
        "For each workload, advise shows the smallest cap within 10 % of the best time, what each step to a "
        "larger cap gains, and what other techniques for the same work do under the same cap. It ends with "
        "one recommendation, and names the laptop, of the sizes that are sold, for each cap. Runs with "
        "--laptop for several sizes of RAM are compared in the same way. advise claims only differences that "
        "the repetitions show. Where data is missing, advise prints the command that measures it.",
    .exits = exits,
    .options = mlm_desktop_option_rows,
    .example = "mlmembench advise results/*.jsonl",
    .run = advise_verb,
};
