/* The verb exec: runs a user's commands in cages. Standard output is theirs; our own messages go to standard
 * error. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/budget.h"
#include "cli/cage_options.h"
#include "cli/contest.h"
#include "cli/inherit.h"
#include "cli/laptop.h"
#include "cli/load.h"
#include "cli/programs.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/style.h"
#include "cli/surplus.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "meter/sample.h"
#include "report/text/text.h"

struct exec_options {
    struct mlm_cage_options cage;
    struct mlm_table_options table;
    struct mlm_caps caps;
    struct mlm_laptop laptop;
    struct mlm_desktop desktop;
    struct mlm_program_options program;
    struct mlm_texts params;
    struct mlm_budgets budgets;
    uint64_t warmup;
};

#define AT(field) offsetof(struct exec_options, field)

static const struct mlm_option options[] = {
    {.group = mlm_cap_option_rows, .offset = AT(caps)},
    {.group = mlm_laptop_option_rows, .offset = AT(laptop)},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {.group = mlm_cage_option_rows, .offset = AT(cage)},
    {.group = mlm_table_option_rows, .offset = AT(table)},
    {"warmup", "N", mlm_option_number, AT(warmup),
        .help = "run each command N times under each cap before the trials that count", .standard = "0",
        .most = MLM_TIMES_MOST, .kept = true},
    {"param", "NAME=LIST", mlm_option_texts, AT(params),
        .help = "replace {NAME} in the command by each value of LIST, and run it once for each; several of "
                "these options give all combinations",
        .kept = true},
    {.group = mlm_budget_option_rows, .offset = AT(budgets)},
    {.group = mlm_program_option_rows, .offset = AT(program)},
    {0},
};

static const struct mlm_option_change changes[] = {
    {"repetitions", .standard = "1", .help = "run each command N times under each cap"},
    {"quiet", .help = "show no progress and no table; the records are still written"},
    {0},
};

struct exec {
    struct exec_options said;
    struct mlm_measuring measuring;
    struct mlm_programs programs;
    char cage_text[MLM_INHERIT_TEXT]; /* says that the cage is inherited; "": it is not */
    int output_fd;
    int inherited_fds[MLM_INHERITED_FDS_MAX + 1];
    bool single;     /* one command, one cap, one run: our exit status is the command's */
    int last_status; /* of the latest command, as of waitpid() */
    size_t bad;      /* number of outcomes that are a program's mistake, not data */
};

static void exec_release(struct exec *exec)
{
    mlm_measuring_release(&exec->measuring);
    mlm_programs_release(&exec->programs);
    mlm_close_p(&exec->output_fd);
}

static int resolve(struct exec *exec, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    struct exec_options *said = &exec->said;
    int r = mlm_laptop_resolve(&said->laptop, &said->desktop, parsed, &said->cage.limits, &said->caps, error);
    if (r == 0)
        r = mlm_inherit_resolve(parsed, &said->cage, &said->caps, exec->cage_text, error);
    if (r == 0)
        r = mlm_program_options_check(&said->program, said->cage.out, error);
    if (r == 0)
        r = mlm_programs_make(
            &mlm_verb_exec, parsed, &said->program.names, &said->params, &exec->programs, error);
    if (r == 0)
        r = mlm_budgets_check(&said->budgets, error);
    exec->single = exec->programs.count == 1 && exec->said.caps.count == 1 && said->cage.repetitions == 1 &&
                   !said->warmup;
    return r;
}

static void killed_say(void *context, const char *text)
{
    const struct exec *exec = context;
    if (!exec->said.cage.quiet)
        mlm_say("mlmembench: %s", text);
}

static int trial(struct exec *exec, const struct mlm_program *program, uint64_t cap_bytes,
    uint64_t repetition, bool keep, struct mlm_error *error)
{
    struct mlm_program_order order = {
        .limits = exec->said.cage.limits,
        .repetition = repetition,
        .evict = &exec->said.program.evict,
        .prepare = exec->said.program.prepare,
        .stdin_fd = exec->single ? STDIN_FILENO : -1,
        .stdout_fd = exec->output_fd >= 0 ? exec->output_fd : STDOUT_FILENO,
        .stderr_fd = STDERR_FILENO,
        .keep_fds = exec->inherited_fds,
        .oom_grace_ns = exec->said.program.oom_grace_ns,
        .watcher = {.killed = killed_say, .context = exec},
    };
    order.limits.cap_bytes = cap_bytes;
    struct mlm_record record;
    mlm_record_init(&record);
    int r = mlm_program_measure(&exec->measuring, program, &order, keep, &record, &exec->last_status, error);
    if (r == 0 && keep && (record.outcome == MLM_OUTCOME_CRASH || record.outcome == MLM_OUTCOME_WRONG))
        exec->bad++;
    mlm_record_release(&record);
    return r;
}

/* Each round runs every command under every cap once, so that a drift of the machine affects all alike. */
static int trials(struct exec *exec, struct mlm_error *error)
{
    uint64_t rounds = exec->said.warmup + exec->said.cage.repetitions;
    for (uint64_t round = 0; round < rounds; round++)
        for (size_t cap = 0; cap < exec->said.caps.count; cap++)
            for (size_t i = 0; i < exec->programs.count; i++) {
                bool keep = round >= exec->said.warmup;
                int r = trial(exec, &exec->programs.items[i], exec->said.caps.items[cap],
                    keep ? round - exec->said.warmup : 0, keep, error);
                if (r < 0)
                    return r;
            }
    return 0;
}

static int table_say(const struct exec *exec, const struct mlm_table *table, struct mlm_error *error)
{
    struct mlm_text_style style = mlm_style_of(STDERR_FILENO);
    int r = mlm_report_text(table, exec->said.table.columns, &style, stderr, error);
    if (r == 0)
        r = mlm_contest_say(table, &style, stderr, error);
    if (r == 0)
        r = mlm_surplus_say(table, &exec->said.desktop, &style, stderr, error);
    if (r < 0)
        return r;
    if (exec->measuring.streams)
        return 0;
    fputc('\n', stderr);
    mlm_put_named(stderr, "Records: %s", exec->measuring.path);
    return 0;
}

/* Returns the number of budgets that do not hold. */
static int summarize(struct exec *exec, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    /* Load only this run: the file may hold others, measured on another day. */
    int r = mlm_load_run(exec->measuring.path, exec->measuring.session.run_id, &loaded, error);
    if (r == 0 && !exec->said.cage.quiet)
        r = table_say(exec, loaded.table, error);
    return r < 0 ? r : mlm_budgets_judge(&exec->said.budgets, loaded.table, stderr, error);
}

/* For one command that ran once: its own status, as a shell returns it, if it ran at all. `broken`: budgets
 * that do not hold. */
static int exit_status(const struct exec *exec, int broken)
{
    int status = exec->last_status;
    if (!exec->single)
        return exec->bad ? MLM_EXIT_WRONG : broken ? MLM_EXIT_BUDGET : MLM_EXIT_OK;
    if (status < 0)
        return MLM_EXIT_NOT_RUN;
    if (!WIFEXITED(status))
        return 128 + WTERMSIG(status);
    return !WEXITSTATUS(status) && broken ? MLM_EXIT_BUDGET : WEXITSTATUS(status);
}

static int exec_all(struct exec *exec, int argc, char **argv, struct mlm_error *error)
{
    struct mlm_measuring *measuring = &exec->measuring;
    size_t count =
        exec->programs.count * exec->said.caps.count * (exec->said.cage.repetitions + exec->said.warmup);
    mlm_progress_open(&measuring->progress, exec->said.cage.quiet, count, 0);
    measuring->progress.bar = false; /* the command uses the screen */
    measuring->progress.no_trials = exec->single;
    char laptop[MLM_LAPTOP_TEXT];
    mlm_laptop_text(&exec->said.laptop, laptop);
    if (laptop[0])
        mlm_progress_say(&measuring->progress, "%s", laptop);
    if (exec->cage_text[0])
        mlm_progress_say(&measuring->progress, "mlmembench: %s", exec->cage_text);
    struct mlm_session_options session = {
        .catalogue = measuring->catalogue,
        .argc = argc,
        .argv = argv,
        .await = mlm_measuring_await(measuring),
        .probe_bytes = mlm_measuring_probe_bytes(exec->said.caps.items, exec->said.caps.count),
        .inherit = exec->said.cage.limits.inherited_cage,
    };
    int r = mlm_measuring_open(measuring, &session, exec->said.cage.out, error);
    if (r == 0)
        r = mlm_program_output_open(
            exec->said.program.output, measuring->interrupts.fd, &exec->output_fd, error);
    if (r < 0)
        return r;
    mlm_measuring_warn_of_limits(
        measuring, &exec->said.cage.limits, exec->said.caps.items, exec->said.caps.count);
    r = trials(exec, error);
    r = mlm_shell_clean_up(&measuring->session, exec->said.program.cleanup, r, error);
    if (r == -EINTR)
        return mlm_error_set(
            error, -EINTR, "interrupted; what had ended is in %s", mlm_measuring_where(measuring));
    if (r == 0)
        r = mlm_measuring_end(measuring, error);
    if (r == 0 && (!exec->said.cage.quiet || mlm_budgets_any(&exec->said.budgets)))
        r = summarize(exec, error);
    return r < 0 ? r : exit_status(exec, r);
}

static int exec_verb(int argc, char **argv, struct mlm_error *error)
{
    mlm_cleanup(exec_release) struct exec exec = {
        .measuring.interrupts.fd = -1, .output_fd = -1, .last_status = -1};
    mlm_inherited_fds(exec.inherited_fds);
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_exec, argc, argv, &exec.said, NULL, &parsed, error);
    if (r > 0)
        return MLM_EXIT_OK;
    if (r == 0)
        r = resolve(&exec, &parsed, error);
    if (r == 0 && !exec.said.cage.limits.inherited_cage)
        r = mlm_cage_enter_scope(argv - 1, error);
    if (r >= 0)
        r = mlm_measuring_begin(&exec.measuring, error);
    return r < 0 ? r : exec_all(&exec, argc, argv, error);
}

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "every trial was ok, out of memory (oom) or timed out"},
    {MLM_EXIT_WRONG, "a command failed for a reason other than memory or time"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "not every trial could be run"},
    {MLM_EXIT_BUDGET,
        "no command failed by itself, and one needs more than --max-needs, --max-time or --max-file allows, or did not "
        "end under its cap"},
    {MLM_EXIT_INTERRUPTED, "interrupted by Ctrl-C"},
    {0, NULL},
};

const struct mlm_verb mlm_verb_exec = {
    .name = "exec",
    .summary = "run any command under memory caps and show what it needed",
    .operands = "-- COMMAND… | 'COMMAND'…",
    .takes_command = true,
    .details =
        "The command and all processes that it starts run in their own cgroup. The output of the command "
        "passes through unchanged. The table goes to standard error, and the records go to a file that "
        "`show` and other verbs read. If there is only one trial, exec returns the exit status of the "
        "command (128 plus the signal's number, if it was killed), not 0 or 1.\n\n"
        "Write one command after --, without quotes. Put each of several commands in quotes; a shell runs "
        "each of them, and the table compares them.",
    .exits = exits,
    .example = "mlmembench exec --cap 2G,4G,none --repetitions 3 -- python3 train.py",
    .options = options,
    .changes = changes,
    .run = exec_verb,
};
