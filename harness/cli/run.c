/* The verb run: from the plan through Google Benchmark to the store, and from the store to the table and the
 * pictures. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/live.h"
#include "cli/measuring.h"
#include "cli/present.h"
#include "cli/resume.h"
#include "cli/run_words.h"
#include "cli/say.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "gbench/gbench.h"
#include "machine/disk.h"
#include "machine/memory.h"
#include "meter/sample.h"
#include "trial/dataset.h"
#include "trial/dataset_folder.h"
#include "trial/planned.h"
#include "trial/rounds.h"
#include "trial/scripts.h"
#include "trial/worker.h"

/* Where previews go by default: apart from runs, so that `advise results/` and the like do not meet them. */
#define PREVIEW_OUT "results/preview/"

/* Size of a record with a full timeline. */
#define RECORD_DISK_BYTES UINT64_C(24576)

/* Everything that one `run` holds. */
struct run {
    struct mlm_run_request request;
    struct mlm_measuring measuring;
    struct mlm_plan *plan;
    struct mlm_rounds *rounds;
    struct mlm_live live;
    bool *finished; /* trials whose records existed before, by index in the plan */
    uint64_t begin_ns;
    bool stopped; /* no trial is started any more: the user interrupted the run, or there is a `failure` */
    int failure;
    struct mlm_error error; /* of the failure */
    size_t bad;             /* number of outcomes that are a program's mistake, not data */
    size_t ran, not_run;    /* number of trials; not_run: skipped or refused */
};

static void run_release(struct run *run)
{
    mlm_measuring_release(&run->measuring);
    mlm_plan_free(run->plan);
    mlm_run_request_release(&run->request);
    free(run->finished);
    mlm_rounds_free(run->rounds);
}

/* Finds the shape of the user's file, which every formula needs. */
static int dataset_inspect(struct run *run, struct mlm_error *error)
{
    struct mlm_plan_options *plan = &run->request.plan;
    if (!plan->dataset)
        return 0;
    char step[160];
    snprintf(step, sizeof step, "reading %s", plan->dataset);
    mlm_progress_step(&run->measuring.progress, step);
    const struct mlm_await await = mlm_measuring_await(&run->measuring);
    const struct mlm_dataset_question question = {.catalogue = run->measuring.catalogue,
        .path = plan->dataset,
        .reading = plan->dataset_reading,
        .await = &await};
    int r = mlm_dataset_look(&question, &plan->dataset_shape, &run->request.dataset_notes, error);
    mlm_progress_step(&run->measuring.progress, NULL);
    if (r < 0)
        return r == -EINTR ? r : mlm_error_wrap(error, -EINVAL, "--dataset");
    if (!plan->suite_count) {
        static const char *const suites[] = {"loading", "storage"};
        plan->suites = suites;
        plan->suite_count = 2;
    }
    return 0;
}

static int plan_make(struct run *run, struct mlm_error *error)
{
    struct mlm_memory_now memory = {0};
    int r = dataset_inspect(run, error);
    if (r == 0)
        r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r < 0)
        return r;
    /* References have no cap, and an inherited cage has the one that it has. */
    run->request.plan.available_bytes = run->request.plan.limits.inherited_cage ? 0 : memory.available_bytes;
    run->request.plan.machine_swap_bytes = memory.swap_total_bytes;
    return mlm_plan_make(run->measuring.catalogue, &run->request.plan, &run->plan, error);
}

/* Checks the free disk before anything is written: space for missing datasets, and for the records. */
static int disk_check(const struct run *run, uint64_t *ret_bytes, struct mlm_error *error)
{
    char folder[4096];
    uint64_t datasets = 0, free_bytes = 0;
    uint64_t records = mlm_run_certain_trials(run->plan) * RECORD_DISK_BYTES;
    int r = mlm_dataset_folder(folder, error);
    /* Rows that read no generated file need no folder for it. */
    if (r == -ENOENT && !mlm_dataset_is_wanted(run->plan)) {
        *ret_bytes = records;
        return 0;
    }
    if (r == 0)
        r = mlm_dataset_missing_bytes(folder, run->plan, &datasets, error);
    if (r == 0)
        r = mlm_disk_free(folder, &free_bytes, error);
    if (r < 0)
        return r;
    char need[MLM_SIZE_TEXT], have[MLM_SIZE_TEXT];
    if (datasets > free_bytes && run->plan->options.dataset)
        return mlm_error_set(error, -ENOSPC,
            "the plain copy of %s needs %s and %s has %s free; make room, or give another disk by MLMEMBENCH_CACHE",
            run->plan->options.dataset, mlm_size_show((double)datasets, need), folder,
            mlm_size_show((double)free_bytes, have));
    if (datasets > free_bytes)
        return mlm_error_set(error, -ENOSPC,
            "the datasets need %s and %s has %s free; give a smaller %s, or another disk by MLMEMBENCH_CACHE",
            mlm_size_show((double)datasets, need), folder, mlm_size_show((double)free_bytes, have),
            run->request.said.job.data_bytes ? "--data" : "--cap, from which their size follows, or --data");
    *ret_bytes = datasets + records;
    return 0;
}

static int datasets_build(struct run *run, struct mlm_error *error)
{
    struct mlm_dataset_order order = {
        .catalogue = run->measuring.catalogue,
        .plan = run->plan,
        .folder = run->measuring.session.dataset_folder,
        .python = run->measuring.session.python,
        .held_fd = &run->measuring.session.datasets_fd,
        .await = mlm_measuring_await(&run->measuring),
        .tell = mlm_progress_say_text,
        .context = &run->measuring.progress,
    };
    return mlm_dataset_build(&order, error);
}

/* Reads the store for --resume. Trials with a record are not run again. */
static int resume_read(struct run *run, struct mlm_error *error)
{
    if (!run->request.said.resume)
        return 0;
    struct mlm_record_list list = {0};
    mlm_auto_free const struct mlm_record **found = calloc(run->plan->trial_count, sizeof *found);
    int r = found ? 0 : mlm_error_errno(error, -ENOMEM, "--resume");
    if (r == 0)
        r = mlm_store_read(
            run->measuring.path, &list, mlm_progress_say_text, &run->measuring.progress, error);
    if (r >= 0)
        r = mlm_resume_match(run->plan, &run->measuring.session, &list, found, error);
    for (size_t i = 0; r >= 0 && i < run->plan->trial_count; i++) {
        run->finished[i] = found[i] != NULL;
        run->ran += run->finished[i];
        if (found[i])
            mlm_rounds_tell(run->rounds, &run->plan->trials[i], found[i], 0);
    }
    mlm_record_list_release(&list);
    return r;
}

static double seconds(int64_t ns)
{
    return ns == MLM_NULL ? 0 : (double)ns / 1e9;
}

/* Fills the counters of Google Benchmark's files. Their names must not change, because scripts search for
 * them. */
static void counters_fill(const struct mlm_record *record, struct mlm_gbench_result *result)
{
    for (size_t i = 0; i < MLM_METRIC_COUNT && i < MLM_GBENCH_COUNTERS_MAX; i++) {
        int64_t value = record->readings.values[i];
        result->counters[result->counter_count++] = (struct mlm_gbench_counter){
            .name = mlm_metrics[i].key, .value = value == MLM_NULL ? NAN : (double)value};
    }
}

static void result_fill(const struct mlm_record *record, struct mlm_gbench_result *result)
{
    const int64_t *values = record->readings.values;
    result->ran = true;
    result->real_seconds = seconds(values[MLM_run_ns]);
    result->cpu_seconds = seconds(values[MLM_run_cpu_user_ns]) + seconds(values[MLM_run_cpu_system_ns]);
    if (record->outcome != MLM_OUTCOME_OK)
        snprintf(result->error, sizeof result->error, "%s%s%s", mlm_outcome_name(record->outcome),
            record->reason ? ": " : "", record->reason ? record->reason : "");
    counters_fill(record, result);
}

static void news(void *context, const struct mlm_trial_news *what)
{
    mlm_progress_news(&((struct run *)context)->measuring.progress, what);
}

/* Runs one trial and appends its record. */
static int trial_do(struct run *run, const struct mlm_plan_trial *trial, struct mlm_gbench_result *result,
    struct mlm_error *error)
{
    struct mlm_record record;
    struct mlm_timeline timeline = {0};
    const struct mlm_planned_order order = {run->plan, trial, {.tell = news, .context = run}};
    uint64_t begin = mlm_now_ns();
    mlm_progress_trial(&run->measuring.progress, trial->name);
    mlm_record_init(&record);
    int r = mlm_leftovers_check(&run->measuring.session.leftovers, false,
        "Remove it, and go on with `mlmembench run --resume FILE`", &record, error);
    if (r == 0)
        r = mlm_planned_trial_run(&run->measuring.session, &order, &record, &timeline, error);
    if (r == 0 && record.outcome == MLM_OUTCOME_TIMEOUT && !trial->reference &&
        run->plan->options.repetitions != 1 && !(record.marks & MLM_MARK_BIT(disturbed)))
        record.marks |= MLM_MARK_BIT(not_repeated);
    if (r == 0)
        r = mlm_store_append(run->measuring.store, &record, &timeline, error);
    if (r == 0) {
        if (record.outcome == MLM_OUTCOME_CRASH || record.outcome == MLM_OUTCOME_WRONG)
            run->bad++;
        *(mlm_outcome_ran(record.outcome) ? &run->ran : &run->not_run) += 1;
        uint64_t spent_ns = mlm_now_ns() - begin;
        mlm_rounds_tell(run->rounds, trial, &record, spent_ns);
        mlm_progress_count(&run->measuring.progress, trial->rough_ns, spent_ns);
        mlm_live_row(&run->live, trial, &record);
        result_fill(&record, result);
    }
    mlm_record_release(&record);
    return r;
}

static void instance(void *context, size_t index, struct mlm_gbench_result *ret_result)
{
    struct run *run = context;
    const struct mlm_plan_trial *trial = &run->plan->trials[index];
    if (run->stopped)
        return;
    if (mlm_interrupted(run->measuring.interrupts.fd)) { /* a trial may end without noticing it */
        run->failure = -EINTR;
        run->stopped = true;
        return;
    }
    const bool certain = mlm_plan_is_certain(run->plan, trial);
    const struct mlm_plan_options *options = &run->plan->options;
    const uint64_t spent_ns = mlm_now_ns() - run->begin_ns;
    if (run->finished[index] || !mlm_rounds_wants(run->rounds, trial, spent_ns)) {
        if (certain)
            mlm_progress_less(&run->measuring.progress, trial->rough_ns);
        return;
    }
    if (!certain)
        mlm_progress_more(&run->measuring.progress, trial->rough_ns,
            !options->repetitions && options->budget_ns > spent_ns ? options->budget_ns - spent_ns : 0);
    run->failure = trial_do(run, trial, ret_result, &run->error);
    run->stopped = run->failure < 0;
}

static int trials_do(struct run *run, struct mlm_error *error)
{
    size_t count = run->plan->trial_count;
    mlm_auto_free const char **names = calloc(count, sizeof *names);
    if (!names)
        return mlm_error_errno(error, -ENOMEM, "run");
    for (size_t i = 0; i < count; i++)
        names[i] = run->plan->trials[i].name;
    struct mlm_gbench_order order = {
        .program = "mlmembench",
        .flags = run->request.gbench_flags.items,
        .flag_count = run->request.gbench_flags.count,
        .names = names,
        .count = count,
        .function = instance,
        .context = run,
    };
    run->begin_ns = mlm_now_ns();
    int r = mlm_gbench_run(&order, error);
    char reached[MLM_RUN_TEXT];
    mlm_run_reached_text(run->rounds, run->plan, reached);
    if (r >= 0 && !run->stopped)
        mlm_progress_say(&run->measuring.progress, "%s", reached);
    mlm_progress_close(&run->measuring.progress);
    if (r < 0)
        return r;
    if (run->failure == -EINTR && run->measuring.streams)
        return mlm_error_set(error, -EINTR, "interrupted; %zu trials were written to standard output",
            mlm_rounds_summary(run->rounds).trials);
    if (run->failure == -EINTR)
        return mlm_error_set(error, -EINTR,
            "interrupted; %zu trials are in %s, go on with: %s run --resume %s",
            mlm_rounds_summary(run->rounds).trials, run->measuring.path, mlm_say_program(),
            run->measuring.path);
    if (run->failure < 0) {
        *error = run->error;
        return run->failure;
    }
    return 0;
}

static int run_open(struct run *run, int argc, char **argv, struct mlm_error *error)
{
    const struct mlm_plan_options *plan = &run->plan->options;
    struct mlm_session_options options = {
        .catalogue = run->measuring.catalogue,
        .argc = argc,
        .argv = argv,
        .await = mlm_measuring_await(&run->measuring),
        .probe_bytes = mlm_measuring_probe_bytes(plan->caps, plan->cap_count),
        .inherit = plan->limits.inherited_cage,
    };
    const struct mlm_run_options *said = &run->request.said;
    const char *out = said->resume ? said->resume : said->cage.out;
    if (said->preview && !said->resume && !mlm_is_said(&run->request.parsed, "out"))
        out = PREVIEW_OUT;
    mlm_progress_step(&run->measuring.progress, "trying the memory of this machine");
    int r = mlm_measuring_open(&run->measuring, &options, out, error);
    if (r < 0)
        return r;
    if (said->preview)
        run->measuring.session.marks |= MLM_MARK_BIT(preview);
    r = mlm_scripts_look(&run->measuring.session, run->plan, said->job.python, error);
    return r < 0 ? r : resume_read(run, error);
}

static int run_all(struct run *run, int argc, char **argv, uint64_t disk_bytes, struct mlm_error *error)
{
    run->finished = calloc(run->plan->trial_count, sizeof *run->finished);
    if (!run->finished)
        return mlm_error_errno(error, -ENOMEM, "run");
    mlm_progress_expect(&run->measuring.progress, mlm_run_certain_trials(run->plan), run->plan->rough_ns);
    run->live = (struct mlm_live){.plan = run->plan, .progress = &run->measuring.progress};
    mlm_run_announce(&run->request, run->plan, disk_bytes, &run->measuring.progress);
    int r = mlm_rounds_make(run->plan, &run->rounds, error);
    if (r == 0)
        r = run_open(run, argc, argv, error);
    if (r < 0)
        return r;
    mlm_measuring_warn_of_limits(
        &run->measuring, &run->plan->options.limits, run->plan->options.caps, run->plan->options.cap_count);
    mlm_progress_step(&run->measuring.progress, "checking the datasets");
    r = datasets_build(run, error);
    if (r == 0) {
        mlm_progress_step(&run->measuring.progress, "loading libraries");
        r = mlm_scripts_preload(&run->measuring.session, run->plan, error);
    }
    if (r == 0)
        r = trials_do(run, error);
    if (r == 0)
        r = mlm_measuring_end(&run->measuring, error);
    if (r < 0)
        return r;
    struct mlm_presentation presentation = {
        .paths = {run->measuring.path},
        .path_count = 1,
        .plots_folder = run->measuring.catalogue->plots_folder,
        .pictures = !run->request.said.preview && !run->measuring.streams,
        .columns = run->request.said.table.columns,
        .budgets = run->request.said.budgets,
        .table = !mlm_gbench_prints(run->request.gbench_flags.items, run->request.gbench_flags.count),
    };
    struct mlm_presented seen = {0};
    r = mlm_present(&presentation, &seen, error);
    if (r < 0)
        return r;
    if (run->request.said.preview && presentation.table)
        r = mlm_run_preview_say(&run->request, run->plan, run->measuring.catalogue,
            mlm_progress_pace(&run->measuring.progress), argc, argv, error);
    if (r < 0)
        return r;
    if (run->not_run && !run->ran) {
        mlm_say("mlmembench: nothing could be run; the notes below the table say why");
        return MLM_EXIT_NOT_RUN;
    }
    return run->bad || seen.wrong ? MLM_EXIT_WRONG : seen.over_budget ? MLM_EXIT_BUDGET : MLM_EXIT_OK;
}

/* With --resume, the words of the earlier run come first, so that `run --resume FILE` is enough; options
 * given now override them. */
static int resume_words(const struct run *run, int argc, char **argv, int *ret_argc, char ***ret_argv,
    struct mlm_record_list *list, struct mlm_error *error)
{
    int r = mlm_store_read(run->request.said.resume, list, NULL, NULL, error);
    if (r < 0)
        return r;
    if (!list->count)
        return mlm_error_set(error, -EINVAL, "--resume: no trial is recorded in %s; start without --resume",
            run->request.said.resume);
    mlm_auto_free char **before = NULL;
    size_t before_count = 0;
    r = mlm_resume_words(&list->items[0], run->request.said.resume, &before, &before_count, error);
    if (r < 0)
        return r;
    char **words = calloc(before_count + (size_t)argc + 1, sizeof *words);
    if (!words)
        return mlm_error_errno(error, -ENOMEM, "--resume");
    int count = 0;
    words[count++] = argv[0];
    for (size_t i = 0; i < before_count; i++)
        words[count++] = before[i];
    for (int i = 1; i < argc; i++)
        words[count++] = argv[i];
    *ret_argc = count;
    *ret_argv = words;
    return 0;
}

static int parse(struct run *run, int argc, char **argv, struct mlm_error *error)
{
    struct mlm_parsed *parsed = &run->request.parsed;
    int r = mlm_options_parse(&mlm_verb_run, argc, argv, &run->request.said, mlm_gbench_flag, parsed, error);
    if (r != 0)
        return r;
    for (size_t i = 0; i < parsed->passed.count; i++) {
        static const char filter[] = "--benchmark_filter=", list[] = "--benchmark_list_tests";
        static const char option[] = "--benchmark_out", out[] = "--benchmark_out=";
        const char *flag = parsed->passed.items[i];
        const char *resume = run->request.said.resume;
        /* The plan filters, so that the announced trials are those that run. */
        if (strncmp(flag, filter, sizeof filter - 1) == 0)
            run->request.said.filter = flag + sizeof filter - 1;
        else if (strncmp(flag, list, sizeof list - 1) == 0)
            run->request.said.names_only = true;
        else
            run->request.gbench_flags.items[run->request.gbench_flags.count++] = flag;
        if (strncmp(flag, out, sizeof out - 1) == 0 &&
            mlm_target_check(option, flag + sizeof out - 1, ".json", &resume, resume ? 1 : 0, error) < 0)
            return -EINVAL;
    }
    return 0;
}

static bool only_looks(const struct run *run)
{
    return run->request.said.dry_run || run->request.said.names_only;
}

static int run_with(struct run *run, int argc, char **argv, struct mlm_error *error)
{
    uint64_t disk_bytes = 0;
    int r = mlm_run_request_resolve(&run->request, error);
    if (r == 0)
        r = mlm_measuring_begin(&run->measuring, error);
    mlm_progress_open(&run->measuring.progress, run->request.said.cage.quiet || only_looks(run), 0, 0);
    if (r == 0)
        r = plan_make(run, error);
    if (r == 0)
        r = disk_check(run, &disk_bytes, error);
    if (r < 0)
        return r;
    /* Suites that were named explicitly are known to be there. */
    size_t broken = run->request.plan.suite_count ? 0 : mlm_say_broken(run->measuring.catalogue);
    if (run->request.said.names_only) {
        mlm_run_names_print(run->plan);
        return MLM_EXIT_OK;
    }
    if (run->request.said.dry_run) {
        mlm_run_plan_print(&run->request, run->plan, disk_bytes);
        return MLM_EXIT_OK;
    }
    r = run_all(run, argc, argv, disk_bytes, error);
    return r == MLM_EXIT_OK && broken ? MLM_EXIT_NOT_RUN : r;
}

/* What is available now may differ from what was available when the run began, and its cap stays the same. */
static void own_cap_keep(const struct mlm_record_list *list, struct mlm_laptop *laptop)
{
    for (size_t i = 0; i < list->count && laptop->own && !laptop->cap_bytes; i++)
        if (list->items[i].limits.laptop_own && list->items[i].limits.cap_bytes != MLM_NO_LIMIT)
            laptop->cap_bytes = list->items[i].limits.cap_bytes;
}

/* `argv` is main's own, behind the program's name. */
static int cages_reach(const struct run *run, char **argv, struct mlm_error *error)
{
    bool needs_none = only_looks(run) || run->request.said.cage.kind == MLM_CAGE_KIND_INHERIT;
    return needs_none ? 0 : mlm_cage_enter_scope(argv - 1, error);
}

static int run_verb(int argc, char **argv, struct mlm_error *error)
{
    mlm_cleanup(run_release) struct run run = {.measuring.interrupts.fd = -1};
    int r = parse(&run, argc, argv, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    if (run.request.said.resume && strcmp(run.request.said.resume, "-") == 0)
        return mlm_error_set(
            error, -EINVAL, "--resume: nothing can be added to standard input; name the file");
    if (!run.request.said.resume) {
        r = cages_reach(&run, argv, error);
        return r < 0 ? r : run_with(&run, argc, argv, error);
    }
    /* The list owns the words that the options point to. */
    struct mlm_record_list list = {0};
    mlm_auto_free char **words = NULL;
    int count = 0;
    r = resume_words(&run, argc, argv, &count, &words, &list, error);
    if (r == 0) {
        memset(&run.request, 0, sizeof run.request);
        r = parse(&run, count, words, error);
    }
    own_cap_keep(&list, &run.request.said.laptop);
    if (r == 0)
        r = cages_reach(&run, argv, error);
    if (r >= 0)
        r = run_with(&run, count, words, error);
    mlm_record_list_release(&list);
    return r;
}

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "every trial was ok, out of memory (oom) or timed out"},
    {MLM_EXIT_WRONG, "a trial gave a wrong result or crashed"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "not every trial could be run"},
    {MLM_EXIT_BUDGET,
        "a job needs more than --max-needs, --max-time or --max-file allows, or did not end well"},
    {MLM_EXIT_INTERRUPTED, "interrupted by Ctrl-C; --resume goes on"},
    {0, NULL},
};

static const struct mlm_option_change changes[] = {
    {"cap", .standard = "2G"},
    {"data", .otherwise = "1.25 × the middle cap"},
    {"repetitions", .otherwise = "as many as --precision asks for, 5 to 15",
        .help = "run each row N times under each cap"},
    {"timeout", .standard = "60s"},
    {"quiet", .help = "show no progress, only the table"},
    {"cpus", .otherwise = "as many as the job has threads"},
    {0},
};

const struct mlm_verb mlm_verb_run = {
    .name = "run",
    .summary = "run workloads under memory caps and show what they cost",
    .details =
        "Each trial is a fresh process in its own cgroup, which has the cap. When it ends, whatever its "
        "outcome, its record is added to the file of the run in results/. The table, the finding and one picture for "
        "each suite are made from that file. By default this takes about six minutes (--budget).\n\n"
        "A row is a workload with values of its parameters. Without --all, only rows that `mlmembench list` "
        "marks as quick run. Google Benchmark's options --benchmark_filter, --benchmark_out, "
        "--benchmark_out_format, --benchmark_format and --benchmark_list_tests work, too.",
    .exits = exits,
    .example = "mlmembench run --cap 512M,2G --suite storage,loading",
    .options = mlm_run_option_rows,
    .changes = changes,
    .run = run_verb,
};
