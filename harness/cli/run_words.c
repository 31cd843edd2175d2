/* What `run` says of its plan, and of how far it came. */
#include "cli/run_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/words.h"
#include "cli/say.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "report/text/prose.h"

size_t mlm_run_certain_trials(const struct mlm_plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->trial_count; i++)
        count += mlm_plan_is_certain(plan, &plan->trials[i]);
    return count;
}

/* The budget ends repetitions, also those of the first rounds. `pace`: how much longer trials take than the
 * plan thinks. */
static double expected_ns(const struct mlm_plan *plan, double pace)
{
    double rough_ns = pace * (double)plan->rough_ns;
    return plan->options.repetitions ? rough_ns : fmin(rough_ns, (double)plan->options.budget_ns);
}

static void plan_text(const struct mlm_plan *plan, uint64_t disk_bytes, char text[static MLM_RUN_TEXT])
{
    char time[MLM_SIZE_TEXT], disk[MLM_SIZE_TEXT], data[MLM_SIZE_TEXT], budget[MLM_SIZE_TEXT],
        uncapped[64] = "";
    char more[96] = "";
    size_t references = 0, count = mlm_run_certain_trials(plan);
    for (size_t i = 0; i < plan->trial_count; i++)
        references += plan->trials[i].reference && mlm_plan_is_certain(plan, &plan->trials[i]);
    if (references)
        snprintf(uncapped, sizeof uncapped, " (%zu uncapped, as reference)", references);
    if (!plan->options.repetitions)
        snprintf(more, sizeof more, "; up to %" PRIu64 " rounds within %s, for times within ± %.3g %%",
            plan->most_rounds, mlm_duration_show((double)plan->options.budget_ns, budget),
            100 * plan->options.precision);
    snprintf(text, MLM_RUN_TEXT, "%" PRIu64 " round%s, %zu trial%s%s, about %s, %s on disk%s; %s %s",
        plan->certain_rounds, plan->certain_rounds == 1 ? "" : "s", count, count == 1 ? "" : "s", uncapped,
        mlm_duration_show(expected_ns(plan, 1), time), mlm_size_show((double)disk_bytes, disk), more,
        plan->options.dataset ? "dataset of" : "data", mlm_size_show((double)plan->options.data_bytes, data));
}

/* Calls `put` with each line of the notes. */
static void notes_put(const char *notes, void (*put)(void *context, const char *line), void *context)
{
    for (const char *line = notes; line && *line;) {
        size_t length = strcspn(line, "\n");
        mlm_auto_free char *text = strndup(line, length);
        if (text)
            put(context, text);
        line += length + (line[length] == '\n');
    }
}

static void line_put(void *out, const char *line)
{
    mlm_put_named(out, "%s", line);
}

void mlm_run_announce(const struct mlm_run_request *request, const struct mlm_plan *plan, uint64_t disk_bytes,
    struct mlm_progress *progress)
{
    char text[MLM_RUN_TEXT];
    mlm_laptop_text(&request->said.laptop, text);
    if (text[0])
        mlm_progress_say(progress, "%s", text);
    if (request->cage_text[0])
        mlm_progress_say(progress, "%s", request->cage_text);
    if (request->said.preview)
        mlm_progress_say(progress, "a preview: one trial of each row");
    notes_put(request->dataset_notes, mlm_progress_say_text, progress);
    plan_text(plan, disk_bytes, text);
    mlm_progress_say(progress, "%s", text);
}

/* Names have no fixed width, so they come last. */
void mlm_run_plan_print(
    const struct mlm_run_request *request, const struct mlm_plan *plan, uint64_t disk_bytes)
{
    char core[MLM_SIZE_TEXT], peak[MLM_SIZE_TEXT], time[MLM_SIZE_TEXT], text[MLM_RUN_TEXT];
    mlm_laptop_text(&request->said.laptop, text);
    if (text[0])
        printf("%s\n", text);
    if (request->cage_text[0])
        mlm_put_named(stdout, "%s", request->cage_text);
    notes_put(request->dataset_notes, line_put, stdout);
    printf("%5s  %9s  %9s  %12s  %s\n", "order", "core", "peak", "about", "trial");
    size_t order = 0;
    for (size_t i = 0; i < plan->trial_count; i++) {
        const struct mlm_plan_trial *trial = &plan->trials[i];
        const struct mlm_plan_row *row = &plan->rows[trial->row];
        if (!mlm_plan_is_certain(plan, trial))
            continue;
        mlm_put_named(stdout, "%5zu  %9s  %9s  %12s  %s%s%s%s", ++order,
            row->refused ? "-" : mlm_size_show((double)row->core_bytes, core),
            row->peak_bytes ? mlm_size_show((double)row->peak_bytes, peak) : "-",
            row->refused ? "-" : mlm_duration_show((double)trial->rough_ns, time), trial->name,
            trial->reference ? "  reference" : "", row->refused ? "  skipped: " : "",
            row->refused ? row->reason : "");
    }
    plan_text(plan, disk_bytes, text);
    printf("\n%s\n", text);
}

void mlm_run_names_print(const struct mlm_plan *plan)
{
    for (size_t i = 0; i < plan->trial_count; i++)
        if (plan->trials[i].repetition == 0 && mlm_plan_is_certain(plan, &plan->trials[i]))
            mlm_put_named(stdout, "%s", plan->trials[i].name);
}

void mlm_run_reached_text(
    const struct mlm_rounds *rounds, const struct mlm_plan *plan, char text[static MLM_RUN_TEXT])
{
    const struct mlm_rounds_summary reached = mlm_rounds_summary(rounds);
    int n = snprintf(text, MLM_RUN_TEXT, "%zu trial%s in %" PRIu64 " round%s", reached.trials,
        reached.trials == 1 ? "" : "s", reached.rounds, reached.rounds == 1 ? "" : "s");
    if (reached.disturbed && n < MLM_RUN_TEXT)
        n += snprintf(
            text + n, MLM_RUN_TEXT - (size_t)n, ", %zu of them disturbed by other work", reached.disturbed);
    if (plan->options.repetitions || n >= MLM_RUN_TEXT)
        return;
    char worst[48] = ""; /* after one trial nothing is known */
    if (!isnan(reached.widest_margin))
        snprintf(worst, sizeof worst,
            reached.widest_margin <= 1 ? ", at worst ± %.0f %%" : ", at worst ± > 100 %%",
            100 * reached.widest_margin);
    if (!reached.unsure)
        snprintf(text + n, MLM_RUN_TEXT - (size_t)n, "; all times are known within ± %.3g %%",
            100 * plan->options.precision);
    else
        snprintf(text + n, MLM_RUN_TEXT - (size_t)n, "; %zu time%s known less well than ± %.3g %%%s%s",
            reached.unsure, reached.unsure == 1 ? " is" : "s are", 100 * plan->options.precision, worst,
            reached.budget_used_up ? "; a larger --budget allows more repetitions" : "");
}

/* Returns true for an option that says how to preview, not what to run. */
static bool only_previews(const struct mlm_option *option)
{
    static const char *const names[] = {"preview", "out", "resume"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(option->name, names[i]) == 0)
            return true;
    return false;
}

/* Writes the command that was typed, without --preview; the default cap is written out. */
static void whole_put(const struct mlm_run_request *request, int argc, char **argv)
{
    fputs("    ", stdout);
    mlm_word_put(stdout, mlm_say_program());
    fputs(" run", stdout);
    for (int i = 1; i < argc; i++) {
        struct mlm_option option;
        bool takes_next = false;
        if (mlm_option_of(&mlm_verb_run, argv[i], &option, &takes_next) && only_previews(&option)) {
            i += takes_next;
            continue;
        }
        putchar(' ');
        mlm_word_put(stdout, argv[i]);
    }
    char cap[MLM_SIZE_TEXT];
    if (!mlm_is_said(&request->parsed, "cap") && !mlm_is_said(&request->parsed, "laptop") &&
        !request->plan.limits.inherited_cage)
        printf(" --cap %s", mlm_size_spell(request->said.caps.items[0], cap));
    putchar('\n');
}

int mlm_run_preview_say(const struct mlm_run_request *request, const struct mlm_plan *plan,
    const struct mlm_catalogue *catalogue, double pace, int argc, char **argv, struct mlm_error *error)
{
    struct mlm_plan_options options = request->plan;
    struct mlm_plan *whole = NULL;
    mlm_run_request_size(request, false, &options);
    int r = mlm_plan_make(catalogue, &options, &whole, error);
    if (r < 0)
        return r;
    char time[MLM_SIZE_TEXT], data[MLM_SIZE_TEXT], text[MLM_RUN_TEXT];
    mlm_duration_show(expected_ns(whole, pace), time);
    snprintf(text, sizeof text,
        "This was a preview: each row ran once, with %s of data, so how far its figures may be off is not known. "
        "This measures, in about %s:",
        mlm_size_show((double)plan->options.data_bytes, data), time);
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    putchar('\n');
    mlm_put_wrapped(stdout, &style, 0, text);
    putchar('\n');
    whole_put(request, argc, argv);
    mlm_plan_free(whole);
    return 0;
}
