/* The verb fit: finds the smallest cap at which a command, or a workload of ours, ends well. advise/fit
 * decides what to try next; this file runs it. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/fit/words.h"
#include "base/cleanup.h"
#include "base/page.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cli/fit_files.h"
#include "cli/fit_job.h"
#include "cli/inherit.h"
#include "cli/laptop.h"
#include "cli/present.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/style.h"
#include "cli/target.h"
#include "cli/verbs.h"
#include "machine/findings.h"
#include "machine/memory.h"
#include "meter/sample.h"
#include "record/above.h"
#include "report/text/sold.h"
#include "report/text/text.h"

/* More repetitions add nothing to the knowledge of an edge. */
#define REPETITIONS_MAX 50

#define TOLERANCE_MIN 0.001
#define TOLERANCE_MAX 1.0

/* Default time limit of a trial under a cap: a job that thrashes at its edge would not end. */
#define PATIENCE_TIMES 10
/* A job that must read its files from storage again and again is slow, and yet it ends. */
#define PATIENCE_TIMES_FILES 50
#define PATIENCE_NS UINT64_C(10000000000)
/* Less of its files in the page cache does not change what a job needs. */
#define WARM_BYTES (INT64_C(1) << 20)
#define SECOND_NS UINT64_C(1000000000)
#define LONGEST_NS (UINT64_C(86400) * SECOND_NS) /* default without a cap */

struct fit_options {
    struct mlm_cage_options cage; /* without a time limit: it follows from the job's time without a cap */
    struct mlm_table_options table;
    struct mlm_laptop laptop;
    struct mlm_desktop desktop;
    struct mlm_program_options program;
    struct mlm_job_options job;
    const char *workload; /* NULL: a command */
    double within, tolerance;
    uint64_t max_trials;
};

#define AT(field) offsetof(struct fit_options, field)

static const struct mlm_option options[] = {
    {"within", "PERCENT", mlm_option_percent, AT(within),
        .help =
            "also find the smallest cap under which the job is at most this much slower than without a cap",
        .otherwise = "10% for a job that maps files or reads them more than once",
        .words = (const char *const[]){"5%", "10%", "20%", NULL}},
    {"tolerance", "PERCENT", mlm_option_percent, AT(tolerance),
        .help = "stop when the answer is at most PERCENT above the largest cap that failed", .standard = "2%",
        .words = (const char *const[]){"1%", "2%", "5%", "10%", NULL}},
    {"max-trials", "N", mlm_option_number, AT(max_trials), .help = "stop after N trials, found or not",
        .standard = "60", .least = 1, .most = MLM_TIMES_MOST},
    {.group = mlm_laptop_option_rows, .offset = AT(laptop)},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {.group = mlm_cage_option_rows, .offset = AT(cage)},
    {.group = mlm_table_option_rows, .offset = AT(table)},
    {"workload", "SUITE/NAME", mlm_option_text, AT(workload),
        .help = "test a workload of mlmembench instead of a command, for example storage/dense"},
    {.group = mlm_job_option_rows, .offset = AT(job)},
    {.group = mlm_program_option_rows, .offset = AT(program)},
    {0},
};

static const struct mlm_option_change changes[] = {
    {"cage", .help =
                 "auto and own: each trial has its own cgroup; inherit is an error, because such a cgroup "
                 "has no cap that fit could change"},
    {"swap", .standard = "none"},
    {"laptop",
        .help =
            "run every trial as on a laptop with this much RAM: sets --background to what its desktop and "
            "browser use, and shows the job such a laptop in /proc/meminfo (sysinfo(2) still reports this "
            "machine); fit first prints the cap that the laptop leaves. own: run the trials as without this option, and "
            "say whether the answer fits into what is available now"},
    {"repetitions", .standard = "3", .help = "successful trials that are needed under the reported cap"},
    {"timeout",
        .otherwise =
            "24h without a cap; under caps 10 times the uncapped time (50 times for a job that uses files), plus 10s"},
    {"seed", .standard = "1", .help = "seed of the workload's data"},
    {"param", .value = "NAME=VALUE",
        .help = "run the workload with this value of a parameter; may be given several times"},
    {"name", .help = "name of the job in records and tables"},
    {"output", .otherwise = "discarded", .help = "write what the command prints in all trials to FILE"},
    {"quiet", .help = "show no progress, only the answer and the table"},
    {0},
};

struct fit {
    struct fit_options said;
    struct mlm_measuring measuring;
    struct mlm_fit_job job;
    struct mlm_fit search;
    struct mlm_fit_files files;
    uint64_t swap_bytes; /* swap that the job may use; 0 on a machine without */
    uint64_t timeout_ns; /* time limit of a trial under a cap; 0: not known yet */
    bool foreign;        /* a trial ended for a reason that says nothing of the job: the search is over */
    int output_fd;
};

static void fit_release(struct fit *fit)
{
    mlm_measuring_release(&fit->measuring);
    mlm_fit_job_release(&fit->job);
    mlm_fit_release(&fit->search);
    mlm_fit_files_release(&fit->files);
    mlm_close_p(&fit->output_fd);
}

static int resolve(struct fit *fit, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    struct fit_options *said = &fit->said;
    if (said->cage.kind == MLM_CAGE_KIND_INHERIT)
        return mlm_error_set(error, -EINVAL,
            "fit tries one cap after the other, and --cage inherit has none of its own; `mlmembench exec --cage "
            "inherit -- COMMAND` measures what the command needs, and `mlmembench doctor` says how caps can be set "
            "here");
    if (said->tolerance < TOLERANCE_MIN || said->tolerance > TOLERANCE_MAX)
        return mlm_error_set(error, -EINVAL, "--tolerance is between 0.1%% and 100%%");
    if (said->workload && (said->program.names.count || said->program.output))
        return mlm_error_set(error, -EINVAL, "--name and --output are for a command; a workload has its own");
    if (said->cage.repetitions > REPETITIONS_MAX)
        return mlm_error_set(error, -EINVAL, "--repetitions is at most %d", REPETITIONS_MAX);
    int r = mlm_laptop_resolve(&said->laptop, &said->desktop, parsed, &said->cage.limits, NULL, error);
    if (r == 0)
        r = mlm_program_options_check(&said->program, said->cage.out, error);
    fit->timeout_ns = mlm_is_said(parsed, "timeout") ? said->cage.limits.timeout_ns : 0;
    if (!fit->timeout_ns)
        fit->said.cage.limits.timeout_ns = LONGEST_NS;
    struct mlm_memory_now memory = {0};
    if (r == 0)
        r = mlm_memory_now(AT_FDCWD, &memory, error);
    if (r < 0)
        return r;
    fit->swap_bytes = memory.swap_total_bytes ? said->cage.limits.swap_limit_bytes : 0;
    const struct mlm_fit_options wanted = {
        .tolerance = said->tolerance,
        .within = said->within,
        .repetitions = said->cage.repetitions,
        .max_trials = said->max_trials,
        .least_bytes = MLM_CAP_MINIMUM_BYTES,
        .page_bytes = mlm_page_bytes(),
        .swaps = fit->swap_bytes != 0,
    };
    mlm_fit_begin(&wanted, &fit->search);
    return 0;
}

#define KILLERS_TEXT 256

/* Names programs that may have killed; "" where none runs. */
static const char *killers_text(char text[static KILLERS_TEXT])
{
    char found[KILLERS_TEXT - 16];
    text[0] = 0;
    if (mlm_machine_killers(AT_FDCWD, found, sizeof found))
        snprintf(text, KILLERS_TEXT, "; %s", found);
    return text;
}

/* The machine, or a cgroup above, was tighter than the cap. */
static int another_limit_say(
    const struct mlm_record *record, const char *outcome, const char *cap, struct mlm_error *error)
{
    struct mlm_text named;
    FILE *out = mlm_text_begin(&named);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "fit");
    const char *glue = record->reason ? "; " : "";
    fputs(record->reason ? record->reason : "", out);
    if (record->limits_above)
        fputs(glue, out);
    if (!mlm_above_put(out, record) && !record->reason)
        fputs("the machine had less memory than the cap", out);
    mlm_auto_free char *text = mlm_text_end(&named);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "fit");
    if (record->limits.cap_bytes == MLM_NO_LIMIT)
        return mlm_error_set(error, -ENOMEM,
            "it ended in %s without a cap (%s): free memory or raise that limit, and start again", outcome,
            text);
    return mlm_error_set(error, -ENOMEM,
        "it ended in %s under a cap of %s, but the cap was not the limit that it met (%s): free memory or raise "
        "that limit, and start again",
        outcome, cap, text);
}

/* An end that was caused from outside says nothing about the needs and would make the answer wrong. */
static int check_foreign(const struct mlm_record *record, struct mlm_error *error)
{
    char cap[MLM_SIZE_TEXT];
    const char *name = mlm_outcome_name(record->outcome);
    char killers[KILLERS_TEXT];
    const bool uncapped = record->limits.cap_bytes == MLM_NO_LIMIT;
    mlm_size_spell(record->limits.cap_bytes, cap);
    if (record->marks & MLM_MARK_BIT(left_cage))
        return mlm_error_set(error, -ECANCELED,
            "the command moved out of its cage, where no cap holds it; run what is behind it directly (not "
            "through systemd-run, docker or the like)");
    switch (record->outcome) {
    case MLM_OUTCOME_OK:
    case MLM_OUTCOME_CRASH:
        return 0;
    case MLM_OUTCOME_OOM:
    case MLM_OUTCOME_TIMEOUT:
        return record->marks &
                       (uncapped ? MLM_MARK_BIT(killed_for_another_limit) : MLM_MARKS_OF_ANOTHER_LIMIT)
                   ? another_limit_say(record, name, cap, error)
                   : 0;
    default:
        return mlm_error_set(error, -ECANCELED,
            "a trial under cap %s ended in %s%s%s%s, which says nothing of what it needs; start again when "
            "that is mended",
            cap, name, record->reason ? ": " : "", record->reason ? record->reason : "",
            record->outcome == MLM_OUTCOME_KILLED ? killers_text(killers) : "");
    }
}

/* Learns from a trial without a cap which files the job uses. Returns 1 if files were in the page cache
 * before the first trial, which therefore says nothing. */
static int files_learn(struct fit *fit, const struct mlm_record *record, struct mlm_error *error)
{
    const int64_t *values = record->readings.values;
    char size[MLM_SIZE_TEXT];
    int64_t cached_bytes = mlm_fit_files_learn(&fit->files, record);
    if (cached_bytes < 0)
        return mlm_error_errno(error, (int)cached_bytes, "fit");
    /* Where files make the two differ, both edges are of interest. */
    double worth = (1 + 2 * fit->said.tolerance) * (double)values[MLM_needs_peak_bytes];
    if (isnan(fit->search.options.within) && values[MLM_needs_peak_bytes] != MLM_NULL &&
        (double)values[MLM_at_speed_bytes] > worth)
        fit->search.options.within = MLM_AT_SPEED_WITHIN;
    if (fit->search.count || fit->files.repeated || cached_bytes <= WARM_BYTES)
        return 0;
    fit->files.repeated = true;
    mlm_progress_say(&fit->measuring.progress,
        "%s of the job's files were in the page cache already, so this trial does not count; from here on each "
        "trial begins without them",
        mlm_size_show((double)cached_bytes, size));
    return 1;
}

/* Returns 1 for a trial that does not count; its record is not kept. */
static int trial_do(struct fit *fit, uint64_t cap_bytes, struct mlm_record *record, struct mlm_error *error)
{
    struct mlm_timeline timeline = {0};
    struct mlm_program_order order = {
        .limits = fit->said.cage.limits,
        .fills_bytes = isnan(fit->search.ceiling_bytes) ? 0 : (uint64_t)fit->search.ceiling_bytes,
        .repetition = mlm_fit_tally(&fit->search, cap_bytes).count,
        .evict = &fit->said.program.evict,
        .drop = &fit->files.paths,
        .prepare = fit->said.program.prepare,
        .stdin_fd = -1,
        .stdout_fd = fit->output_fd,
        .stderr_fd = fit->output_fd,
        .oom_grace_ns = fit->said.program.oom_grace_ns,
    };
    order.limits.cap_bytes = cap_bytes;
    /* Trials without a cap are one row only if they have one time limit: the first was not known to be
     * shorter. */
    if (fit->timeout_ns && cap_bytes != MLM_NO_LIMIT)
        order.limits.timeout_ns = fit->timeout_ns;
    int r = mlm_fit_job_trial(&fit->job, &fit->measuring.session, &order, record, &timeline, error);
    fit->files.stayed |= record->marks & MLM_MARK_BIT(cache_not_evicted);
    if (r == 0 && cap_bytes == MLM_NO_LIMIT && record->outcome == MLM_OUTCOME_OK)
        r = files_learn(fit, record, error);
    return r != 0 ? r : mlm_store_append(fit->measuring.store, record, &timeline, error);
}

static uint64_t patience(const struct fit *fit, const struct mlm_record *record)
{
    const uint64_t times =
        fit->search.options.within > 0 && fit->files.paths.count ? PATIENCE_TIMES_FILES : PATIENCE_TIMES;
    int64_t run = record->readings.values[MLM_run_ns], prepare = record->readings.values[MLM_prepare_ns];
    uint64_t ns = (run == MLM_NULL ? 0 : (uint64_t)run) + (prepare == MLM_NULL ? 0 : (uint64_t)prepare);
    return (times * ns / SECOND_NS + 1) * SECOND_NS + PATIENCE_NS;
}

static int trial(struct fit *fit, uint64_t cap_bytes, struct mlm_error *error)
{
    char name[160], cap[MLM_SIZE_TEXT];
    struct mlm_progress *progress = &fit->measuring.progress;
    if (cap_bytes == MLM_NO_LIMIT)
        snprintf(name, sizeof name, "%.100s without a cap", fit->job.name);
    else
        snprintf(name, sizeof name, "%.100s under %s", fit->job.name, mlm_size_spell(cap_bytes, cap));
    uint64_t begin_ns = mlm_now_ns();
    mlm_progress_trial(progress, name);
    struct mlm_record record;
    mlm_record_init(&record);
    int r = trial_do(fit, cap_bytes, &record, error);
    if (r == 0) {
        mlm_progress_done(progress, 0, mlm_now_ns() - begin_ns, &record);
        r = check_foreign(&record, error);
        fit->foreign = r < 0;
    }
    const bool counts = r == 0;
    if (counts && mlm_fit_tell(&fit->search, &record) < 0)
        r = mlm_error_errno(error, -ENOMEM, "fit");
    if (r == 0 && counts && !fit->timeout_ns)
        fit->timeout_ns = patience(fit, &record);
    mlm_record_release(&record);
    progress->name = NULL;
    return r < 0 ? r : 0;
}

/* Says which laptop leaves the cap that was found, without the background that stood in for its programs. */
static void put_laptop(FILE *out, const struct fit *fit)
{
    const struct mlm_fit_edge need = mlm_fit_edge(&fit->search, MLM_FIT_ENDS);
    const struct mlm_fit_edge fast =
        isnan(fit->search.options.within) ? need : mlm_fit_edge(&fit->search, MLM_FIT_FAST);
    const uint64_t background_bytes = fit->said.cage.limits.background_bytes;
    const bool found = fast.state == MLM_FIT_FOUND || fast.state == MLM_FIT_LEAST;
    /* With swap a job ends under less than it holds. Files that cost nothing here would cost memory there. */
    if (!found || fit->search.options.swaps || fast.high_bytes <= background_bytes ||
        mlm_fit_has_unpaid(&fit->search))
        return;
    mlm_sold_say(out, (double)(fast.high_bytes - background_bytes), &fit->said.desktop);
    const struct mlm_laptop *laptop = &fit->said.laptop;
    char size[MLM_SIZE_TEXT];
    if (laptop->own)
        fprintf(out, " On this one %s are available now, which is %s.",
            mlm_size_show((double)laptop->cap_bytes, size),
            fast.high_bytes <= laptop->cap_bytes ? "enough" : "too little");
    fputc('\n', out);
}

static int put_words(const struct fit *fit, const struct mlm_text_style *style, struct mlm_error *error)
{
    mlm_auto_free char *text = NULL, *name = strdup(fit->job.name);
    size_t size;
    FILE *out = name ? open_memstream(&text, &size) : NULL;
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "fit");
    mlm_utf8_tame(name);
    mlm_fit_say(out, &fit->search, name, fit->swap_bytes);
    mlm_fit_files_say(out, &fit->files);
    put_laptop(out, fit);
    if (fclose(out) != 0)
        return mlm_error_errno(error, -ENOMEM, "fit");
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            mlm_put_wrapped(stdout, style, 0, line);
    return 0;
}

/* Shows the result, all trials, and the picture. */
static int present(const struct fit *fit, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    const struct mlm_measuring *measuring = &fit->measuring;
    const char *const path = measuring->path;
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    int r = put_words(fit, &style, error);
    if (r == 0)
        r = mlm_load_run(path, measuring->session.run_id, &loaded, error);
    if (r < 0)
        return r;
    putchar('\n');
    r = mlm_report_text_by_cap(loaded.table, fit->said.table.columns, &style, stdout, error);
    if (r < 0 || measuring->streams)
        return r;
    r = mlm_present_pictures(&loaded, &path, 1, measuring->catalogue->plots_folder, "slowdown", true, error);
    mlm_put_named(stdout, "Records: %s", path);
    return r;
}

/* `asked`: --within was given. */
static int exit_status(const struct mlm_fit *search, bool asked)
{
    enum mlm_fit_state need = mlm_fit_edge(search, MLM_FIT_ENDS).state;
    if (need == MLM_FIT_NEVER)
        return MLM_EXIT_WRONG;
    enum mlm_fit_state fast = !asked ? need : mlm_fit_edge(search, MLM_FIT_FAST).state;
    bool found = need != MLM_FIT_OPEN && fast != MLM_FIT_OPEN && fast != MLM_FIT_NEVER;
    return found ? MLM_EXIT_OK : MLM_EXIT_NOT_RUN;
}

static int trials(struct fit *fit, struct mlm_error *error)
{
    bool warned = false;
    int r = 0;
    for (uint64_t cap; r == 0 && (cap = mlm_fit_next(&fit->search)) != 0;) {
        if (cap != MLM_NO_LIMIT && !warned) {
            mlm_measuring_warn_of_limits(&fit->measuring, &fit->said.cage.limits, &cap, 1);
            warned = true;
        }
        r = trial(fit, cap, error);
    }
    return r;
}

static int fit_all(struct fit *fit, int argc, char **argv, struct mlm_error *error)
{
    struct mlm_measuring *measuring = &fit->measuring;
    const struct mlm_session_options session = {
        .catalogue = measuring->catalogue,
        .argc = argc,
        .argv = argv,
        .await = mlm_measuring_await(measuring),
        .probe_bytes = mlm_measuring_probe_bytes(NULL, 0),
    };
    mlm_progress_open(&measuring->progress, fit->said.cage.quiet, 0, 0);
    measuring->progress.bar = false; /* the number of trials is not known in advance */
    char laptop[MLM_LAPTOP_TEXT];
    mlm_laptop_text(&fit->said.laptop, laptop);
    if (laptop[0])
        mlm_progress_say(&measuring->progress, "%s", laptop);
    int r = mlm_measuring_open(measuring, &session, fit->said.cage.out, error);
    if (r == 0)
        r = mlm_program_output_open(
            fit->said.program.output, measuring->interrupts.fd, &fit->output_fd, error);
    if (r == 0)
        r = mlm_fit_job_prepare(&fit->job, measuring, error);
    if (r < 0)
        return r;
    r = trials(fit, error);
    r = mlm_shell_clean_up(&measuring->session, fit->said.program.cleanup, r, error);
    int ended = mlm_measuring_end(measuring, r == 0 ? error : NULL);
    r = r == 0 ? ended : r;
    const bool stopped = r == -EINTR;
    if (fit->search.count && (r == 0 || stopped || fit->foreign)) {
        int shown = present(fit, r == 0 ? error : NULL);
        r = r == 0 ? shown : r;
    }
    if (stopped)
        return mlm_error_set(
            error, -EINTR, "interrupted; what had ended is in %s", mlm_measuring_where(measuring));
    return r < 0 ? r : exit_status(&fit->search, !isnan(fit->said.within));
}

static int fit_verb(int argc, char **argv, struct mlm_error *error)
{
    mlm_cleanup(fit_release) struct fit fit = {
        .said.within = NAN, .measuring.interrupts.fd = -1, .output_fd = -1};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_fit, argc, argv, &fit.said, NULL, &parsed, error);
    if (r > 0)
        return MLM_EXIT_OK;
    const struct mlm_fit_job_order wanted = {
        .workload = fit.said.workload,
        .job = &fit.said.job,
        .names = &fit.said.program.names,
        .limits = &fit.said.cage.limits,
        .parsed = &parsed,
    };
    if (r == 0)
        r = resolve(&fit, &parsed, error);
    if (r == 0)
        r = mlm_fit_job_check(&wanted, error);
    if (r == 0)
        r = mlm_cage_enter_scope(argv - 1, error);
    if (r >= 0)
        r = mlm_measuring_begin(&fit.measuring, error);
    if (r >= 0)
        r = mlm_fit_job_make(&wanted, fit.measuring.catalogue, &fit.job, error);
    return r < 0 ? r : fit_all(&fit, argc, argv, error);
}

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "the cap was found"},
    {MLM_EXIT_WRONG, "the job fails even without a cap"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN, "not found: --max-trials used up, no cap met --within, or nothing could be run"},
    {MLM_EXIT_INTERRUPTED, "interrupted by Ctrl-C; what is known by then is shown"},
    {0, NULL},
};

const struct mlm_verb mlm_verb_fit = {
    .name = "fit",
    .summary = "find the smallest memory cap under which a command succeeds",
    .operands = "-- COMMAND… | 'COMMAND' | --workload SUITE/NAME",
    .takes_command = true,
    .details =
        "fit runs the job once without a cap, and then under caps that come closer and closer to the "
        "smallest one that is enough. It tests that one again. If the job maps files, or reads files "
        "more than once, fit also finds the cap from which it runs at speed: at most 10 % slower than without a "
        "cap. Then each trial begins without these files in the page cache. Page cache that the job can do without is not "
        "counted, because the kernel drops it before memory runs out. Trials have no swap unless --swap "
        "allows it. With swap a job may succeed under a very small cap, but very slowly; --within finds the "
        "cap from which it runs at a useful speed.\n\n"
        "fit shows the answer, a table of all trials, and a picture of the slowdown under each cap. `show` "
        "and other verbs read its records.",
    .exits = exits,
    .example = "mlmembench fit --within 10% -- python3 train.py",
    .options = options,
    .changes = changes,
    .run = fit_verb,
};
