/* The verb compare: compares stored runs, with a gate for regressions. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/utf8.h"
#include "cli/formats.h"
#include "cli/history.h"
#include "cli/laptop.h"
#include "cli/load.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "report/compare/format.h"

/* Most files of a history. */
#define LAST_MOST 1000

struct compare_options {
    double fail_above; /* NAN: no gate */
    uint32_t fail_on;  /* place in `fail_on_words` */
    bool fail_on_said; /* else times of machines that differ are not judged */
    const char *format;
    bool mix_data, allow_missing;
    const char *history;
    uint64_t last;
    double floor;
    bool any_machine;
    struct mlm_desktop desktop;
};

#define AT(member) offsetof(struct compare_options, member)

static const char *const percents[] = {"5%", "10%", "20%", NULL};
static const char *const fail_on_words[] = {"time", "needs", "both", NULL};

static const struct mlm_option options[] = {
    {"fail-above", "PERCENT", mlm_option_percent, AT(fail_above),
        .help = "exit with 1 if a row is reliably more than PERCENT worse than in OLD, or was ok in OLD "
                "and is not ok, or absent, in NEW",
        .words = percents},
    {"fail-on", "WHAT", mlm_option_word, AT(fail_on),
        .help = "the figure to check: time, needs (memory) or both", .standard = "both",
        .otherwise = "both; needs alone if the machines differ", .words = fail_on_words},
    {"format", "FORMAT", mlm_option_text, AT(format), .help = "one of the formats below", .standard = "text"},
    {"mix-data", NULL, NULL, AT(mix_data),
        .help = "also compare rows of different data sizes, where a row has no other partner"},
    {"allow-missing", NULL, NULL, AT(allow_missing),
        .help = "do not fail on rows that were ok in OLD and are absent from NEW"},
    {"history", "DIR", mlm_option_text, AT(history),
        .help = "compare NEW with the earlier .jsonl files in DIR; exit with 1 if a row is clearly above "
                "them, or not ok any more"},
    {"last", "N", mlm_option_number, AT(last), .help = "use the latest N files of the history",
        .standard = "10", .least = 1},
    {"floor", "PERCENT", mlm_option_percent, AT(floor),
        .help = "ignore a row that is at most PERCENT above the earlier median", .standard = "5%",
        .words = percents},
    {"any-machine", NULL, NULL, AT(any_machine),
        .help = "also use history files of other machines, for CI jobs that get a new machine each time"},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {0},
};

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "compared; no regression found, or none looked for"},
    {MLM_EXIT_REGRESSION, "there is a regression; its rows are named"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN,
        "a file cannot be read or holds no record, or there is nothing to compare or to judge"},
    {0, NULL},
};

/* The sides that are compared: one for each file, or one for each machine of a single file. */
struct lineup {
    struct mlm_loaded files[MLM_TEXTS_MAX];
    char *labels[MLM_TEXTS_MAX];
    size_t file_count;
    struct mlm_side *sides;
    size_t side_count;
    bool by_machine;   /* the sides come from mlm_sides_by_machine() */
    bool same_machine; /* a file has several, so rows are compared machine by machine */
};

static void lineup_release(struct lineup *lineup)
{
    if (lineup->by_machine)
        mlm_sides_free(lineup->sides, lineup->side_count);
    else
        free(lineup->sides);
    for (size_t i = 0; i < lineup->file_count; i++) {
        mlm_loaded_release(&lineup->files[i]);
        free(lineup->labels[i]);
    }
}

/* Enters one file, with a side for each machine. */
static int enter_machines(struct lineup *lineup, const char *path, struct mlm_error *error)
{
    int r = mlm_load(&path, 1, &lineup->files[0], error);
    if (r < 0)
        return r;
    lineup->file_count = 1;
    lineup->by_machine = true;
    r = mlm_sides_by_machine(lineup->files[0].table, &lineup->sides, &lineup->side_count, error);
    if (r < 0)
        return r;
    if (lineup->side_count < 2)
        return mlm_error_set(error, -EINVAL,
            "%s holds the runs of one machine; compare needs two files: mlmembench compare OLD NEW", path);
    return 0;
}

static int enter_file(struct lineup *lineup, const char *path, struct mlm_error *error)
{
    size_t at = lineup->file_count;
    int r = mlm_load(&path, 1, &lineup->files[at], error);
    if (r < 0)
        return r;
    lineup->file_count++;
    lineup->labels[at] = strdup(path);
    if (!lineup->labels[at])
        return mlm_error_errno(error, -ENOMEM, "%s", path);
    mlm_utf8_tame(lineup->labels[at]);
    lineup->sides[at] = mlm_side_of_table(lineup->files[at].table, lineup->labels[at]);
    lineup->side_count++;
    /* Then rows are paired within each machine, whichever sides are compared. */
    lineup->same_machine |= mlm_side_has_machines(&lineup->sides[at]);
    return 0;
}

static int enter(struct lineup *lineup, const struct mlm_texts *paths, struct mlm_error *error)
{
    if (paths->count == 1)
        return enter_machines(lineup, paths->items[0], error);
    lineup->sides = calloc(paths->count, sizeof *lineup->sides);
    if (!lineup->sides)
        return mlm_error_errno(error, -ENOMEM, "%zu files", paths->count);
    int r = 0;
    for (size_t i = 0; i < paths->count && r >= 0; i++)
        r = enter_file(lineup, paths->items[i], error);
    return r;
}

/* A comparison without any pair must not look like one that found no difference. */
static int anything_compared(const struct mlm_pairing *pairing, bool same_machine, struct mlm_error *error)
{
    const char *old = pairing->old_side->label, *new = pairing->new_side->label;
    for (size_t i = 0; i < pairing->pair_count; i++)
        if (mlm_row_ran(pairing->pairs[i].old_row) && mlm_row_ran(pairing->pairs[i].new_row))
            return 0;
    if (pairing->pair_count)
        return mlm_error_set(error, -ENODATA, "nothing to compare: no row ran in both %s and %s", old, new);
    mlm_auto_free char *old_name = mlm_row_name(pairing->old_side->rows[0], true);
    mlm_auto_free char *new_name = mlm_row_name(pairing->new_side->rows[0], true);
    if (!old_name || !new_name)
        return mlm_error_errno(error, -ENOMEM, "naming rows");
    if (pairing->other_data)
        return mlm_error_set(error, -ENODATA,
            "nothing to compare: %s and %s hold different data sizes (%zu rows differ in that alone); "
            "--mix-data compares them all the same",
            old, new, pairing->other_data);
    return mlm_error_set(error, -ENODATA,
        "nothing to compare: no row of %s has a partner in %s, with the same %sworkload, parameters, cap, "
        "swap and data; the first is %.150s in one and %.150s in the other",
        old, new, same_machine ? "machine (for one holds several), " : "", old_name, new_name);
}

static void figures_of(const struct compare_options *said, bool figures[static MLM_FIGURE_COUNT])
{
    const char *word = fail_on_words[said->fail_on];
    for (int f = 0; f < MLM_FIGURE_COUNT; f++)
        figures[f] = strcmp(word, "both") == 0 || strcmp(word, mlm_figures[f].name) == 0;
}

/* A gate that could judge nothing must not look like one that found nothing. */
static int anything_judged(const struct mlm_trips *trips, struct mlm_error *error)
{
    if (trips->count || trips->judged || !trips->unjudged)
        return 0;
    return mlm_error_set(error, -ENODATA,
        "--fail-above: nothing can be judged, because one repetition on each side tells nothing; use "
        "--repetitions 5");
}

static int gate_try(const struct compare_options *said, const struct mlm_comparison *comparison,
    struct mlm_gate *gate, struct mlm_trips *trips, char **ret_difference, struct mlm_error *error)
{
    *gate = (struct mlm_gate){.above = said->fail_above, .missing = !said->allow_missing};
    figures_of(said, gate->figures);
    int r = said->fail_on_said ? 0 : mlm_gate_machines_differ(comparison, ret_difference, error);
    if (*ret_difference)
        gate->figures[MLM_FIGURE_TIME] = false;
    gate->machines_differ = *ret_difference;
    if (r == 0)
        r = mlm_gate_try(gate, comparison, trips, error);
    return r < 0 ? r : anything_judged(trips, error);
}

static struct mlm_format_list formats(void)
{
    struct mlm_format_list list = {.count = 0};
    MLM_FORMATS_OF(mlm_compare_formats, &list);
    return list;
}

static void formats_print(void)
{
    const struct mlm_format_list list = formats();
    mlm_formats_print(&list);
}

static const char *const *words_of(const char *option)
{
    static struct mlm_format_list list;
    list = formats();
    return strcmp(option, "format") == 0 ? list.names : NULL;
}

/* Appends to the file that the environment names, if it names one. */
static int aside_append(
    const struct mlm_compare_format *format, const struct mlm_compared *compared, struct mlm_error *error)
{
    const char *path = format->aside ? getenv(format->aside_variable) : NULL;
    if (!path || !*path)
        return 0;
    mlm_auto_close int fd = mlm_entry_open_path(path, O_WRONLY | O_CREAT | O_APPEND, error);
    if (fd < 0)
        return mlm_error_wrap(error, fd, "%s", format->aside_variable);
    mlm_auto_fclose FILE *out = fdopen(fd, "a");
    if (!out)
        return mlm_error_errno(error, -errno, "%s: %s", format->aside_variable, path);
    (void)mlm_take_fd(&fd);
    int r = format->aside(compared, out, error);
    if (r == 0 && fflush(out) != 0)
        r = mlm_error_errno(error, -errno, "%s: %s", format->aside_variable, path);
    return r;
}

static void trips_release(struct mlm_trips *trips)
{
    free(trips->items);
}

/* Writes the comparison, and what the gate says of it, if one was asked for. Returns the exit status. */
static int present(const struct compare_options *said, const struct mlm_comparison *comparison,
    const struct mlm_compare_format *format, struct mlm_error *error)
{
    struct mlm_gate gate;
    mlm_cleanup(trips_release) struct mlm_trips trips = {0};
    mlm_auto_free char *difference = NULL;
    const struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    struct mlm_compared compared = {.comparison = comparison, .style = &style};
    if (!isnan(said->fail_above)) {
        int r = gate_try(said, comparison, &gate, &trips, &difference, error);
        if (r < 0)
            return r;
        compared.gate = &gate;
        compared.trips = &trips;
    }
    int r = format->write(&compared, stdout, error);
    if (r == 0)
        r = aside_append(format, &compared, error);
    return r < 0 ? r : trips.count ? MLM_EXIT_REGRESSION : MLM_EXIT_OK;
}

static void comparison_free_p(struct mlm_comparison **comparison)
{
    mlm_comparison_free(*comparison);
}

static int compare(const struct mlm_texts *paths, const struct compare_options *said,
    const struct mlm_compare_format *format, struct mlm_error *error)
{
    mlm_cleanup(lineup_release) struct lineup lineup = {0};
    mlm_cleanup(comparison_free_p) struct mlm_comparison *comparison = NULL;
    int r = enter(&lineup, paths, error);
    const struct mlm_compare_options how = {.desktop = said->desktop,
        .mix_data = said->mix_data,
        .where = lineup.same_machine ? MLM_SAME_MACHINE : 0};
    if (r >= 0)
        r = mlm_compare(lineup.sides, lineup.side_count, &how, &comparison, error);
    for (size_t i = 0; r >= 0 && i < comparison->pairing_count; i++)
        r = anything_compared(&comparison->pairings[i], lineup.same_machine, error);
    return r < 0 ? r : present(said, comparison, format, error);
}

static int history(const char *path, const struct compare_options *said, struct mlm_error *error)
{
    struct mlm_history_request request = {
        .folder = said->history, .last = said->last, .floor = said->floor, .any_machine = said->any_machine};
    figures_of(said, request.figures);
    return mlm_compare_history(path, &request, error);
}

/* Refuses options that have no effect without another one, or beside one. */
static int options_check(
    const struct compare_options *said, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    static const char *const of_gate[] = {"fail-on", "allow-missing"},
                             *const of_files[] = {"fail-above", "mix-data"},
                             *const of_history[] = {"last", "floor", "any-machine"};
    size_t file_count = parsed->operands.count;
    for (size_t i = 0; i < sizeof of_gate / sizeof *of_gate; i++)
        if (mlm_is_said(parsed, of_gate[i]) && isnan(said->fail_above) && !(said->history && i == 0))
            return mlm_error_set(
                error, -EINVAL, "--%s goes with --fail-above, as in: --fail-above 10%%", of_gate[i]);
    for (size_t i = 0; i < sizeof of_history / sizeof *of_history; i++)
        if (mlm_is_said(parsed, of_history[i]) && !said->history)
            return mlm_error_set(error, -EINVAL, "--%s goes with --history DIR", of_history[i]);
    for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++)
        if (mlm_is_said(parsed, of_files[i]) && said->history)
            return mlm_error_set(error, -EINVAL,
                "--%s does not go with --history, which has a rule of its own; see --floor", of_files[i]);
    if (mlm_is_said(parsed, "format") && said->history)
        return mlm_error_set(
            error, -EINVAL, "--format does not go with --history, which prints for a terminal alone");
    if (said->last > LAST_MOST)
        return mlm_error_set(error, -EINVAL, "--last is at most %d", LAST_MOST);
    if (said->history && file_count != 1)
        return mlm_error_set(
            error, -EINVAL, "--history needs one file: mlmembench compare --history DIR NEW");
    if (!file_count)
        return mlm_error_set(error, -EINVAL, "compare needs two files: mlmembench compare OLD NEW");
    return 0;
}

static int compare_verb(int argc, char **argv, struct mlm_error *error)
{
    struct compare_options said = {.fail_above = NAN};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_compare, argc, argv, &said, NULL, &parsed, error);
    if (r != 0)
        return r < 0 ? r : MLM_EXIT_OK;
    said.fail_on_said = mlm_is_said(&parsed, "fail-on");
    r = options_check(&said, &parsed, error);
    const struct mlm_format_list list = formats();
    size_t at;
    if (r == 0)
        r = mlm_format_find(&list, "compare", said.format, &at, error);
    if (r < 0)
        return r;
    return said.history ? history(parsed.operands.items[0], &said, error)
                        : compare(&parsed.operands, &said, &mlm_compare_formats[at], error);
}

const struct mlm_verb mlm_verb_compare = {
    .name = "compare",
    .summary = "compare stored runs, and fail on regressions if asked to",
    .operands = "[OLD] NEW [MORE…]",
    .details =
        "compare begins with the answer: which side is faster on the rows that both can run, and which rows "
        "ended well on one side alone. It pairs rows with the same workload, parameters, data, cap and swap. "
        "Rows that were run with --laptop are paired even if the laptops have different RAM. For each pair it "
        "shows median time and median needs (peak memory), new over old, with a 95 % interval. A test, "
        "corrected by Holm's method over the tests that could show a difference, gives the verdict: "
        "Mann–Whitney U, or Welch's t test where that would need more repetitions. Times leave out waiting for a processor if "
        "both sides know it. With one run on a side, a time that differs by less than 5 % is within noise: another "
        "run of the same row may differ as much. "
        "Rows whose outcome changed are named. Each further file is compared with the first. If there is "
        "one file and no --history, its machines are compared. Four machines or more are shown as a fleet: which "
        "of them run every job, which of these has the least RAM, what stands out, and a matrix of jobs and "
        "machines.\n\n"
        "With `--fail-above 10%` a row fails if it is slower, or needs more, by that test, and its whole "
        "interval lies above 1.10. With fewer than five repetitions a side, every new one must be more than "
        "10 % above every old one instead. If the machines differ, times are judged only with --fail-on. "
        "`--history DIR` "
        "takes the medians of the earlier files. A row fails if it is above their median by more than three "
        "of their standard deviations, and by more than --floor. With either option, a row that was ok also "
        "fails if it is not ok now; with --fail-above, also if it is absent from NEW, unless --allow-missing "
        "is given.",
    .exits = exits,
    .example = "mlmembench compare main.jsonl new.jsonl --fail-above 10%",
    .options = options,
    .words = words_of,
    .print_more = formats_print,
    .run = compare_verb,
};
