/* The verb predict: runs a command at small sizes, and says what it needs at its full size. advise/predict
 * has the mathematics; this file measures. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advise/predict/words.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/utf8.h"
#include "cli/inherit.h"
#include "cli/laptop.h"
#include "cli/load.h"
#include "cli/predict_picture.h"
#include "cli/predict_series.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "machine/memory.h"
#include "report/text/sold.h"
#include "report/text/text.h"

struct predict_options {
    struct mlm_cage_options cage;
    struct mlm_table_options table;
    struct mlm_caps caps;
    struct mlm_laptop laptop;
    struct mlm_desktop desktop;
    struct mlm_program_options program;
    struct mlm_texts params, to;
    uint32_t format; /* json: 1 */
    bool all;
};

#define AT(field) offsetof(struct predict_options, field)

static const struct mlm_option options[] = {
    {"param", "NAME=LIST", mlm_option_texts, AT(params),
        .help =
            "the small sizes: replace {NAME} in the command by each number of LIST, as it is typed (10k and 1M "
            "are numbers, too); one parameter, or two, which give all combinations",
        .kept = true},
    {"to", "NAME=N", mlm_option_texts, AT(to),
        .help = "the full size that is asked for, one for each parameter"},
    {"all", NULL, NULL, AT(all),
        .help = "run every size, also when a larger one was predicted within 3% by those before it"},
    {.group = mlm_cap_option_rows, .offset = AT(caps)},
    {.group = mlm_laptop_option_rows, .offset = AT(laptop)},
    {.group = mlm_desktop_option_rows, .offset = AT(desktop)},
    {.group = mlm_cage_option_rows, .offset = AT(cage)},
    {.group = mlm_table_option_rows, .offset = AT(table)},
    {.group = mlm_program_option_rows, .offset = AT(program)},
    {"format", "NAME", mlm_option_word, AT(format), .help = "text or json", .standard = "text",
        .words = (const char *const[]){"text", "json", NULL}},
    {0},
};

static const struct mlm_option_change changes[] = {
    {"cap", .value = "SIZE",
        .help = "run every size under this memory cap, from 16M on (M is MiB); what does not end well under "
                "it is left out"},
    {"repetitions", .otherwise = "1, and up to 3 where that takes little time",
        .help = "run each size N times; the median counts"},
    {"name", .help = "name of the command in records, tables and sentences"},
    {"output", .otherwise = "discarded", .help = "write what the command prints in all trials to FILE"},
    {"quiet", .help = "show no progress, only the answer and the table"},
    {0},
};

struct predict {
    struct predict_options said;
    struct mlm_measuring measuring;
    struct mlm_predict_sizes sizes;
    struct mlm_programs programs;
    struct mlm_predict_runs runs;
    struct mlm_predict_said answer;
    char *job, *names[MLM_PREDICT_SIZES]; /* tame */
    char cage_text[MLM_INHERIT_TEXT];
    int output_fd;
};

static void predict_release(struct predict *predict)
{
    mlm_measuring_release(&predict->measuring);
    mlm_programs_release(&predict->programs);
    mlm_predict_sizes_release(&predict->sizes);
    mlm_close_p(&predict->output_fd);
    free(predict->job);
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++)
        free(predict->names[i]);
}

static int tame_copy(const char *text, char **ret_copy, struct mlm_error *error)
{
    char *copy = strdup(text);
    if (!copy)
        return mlm_error_errno(error, -ENOMEM, "predict");
    mlm_utf8_tame(copy);
    *ret_copy = copy;
    return 0;
}

static int commands_make(struct predict *predict, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    if (!parsed->command && parsed->operands.count > 1)
        return mlm_error_set(error, -EINVAL,
            "predict takes one command, and '%s' is another; write -- before it, or put all of it in one pair of quotes",
            parsed->operands.items[1]);
    int r = mlm_programs_make(&mlm_verb_predict, parsed, &predict->said.program.names, &predict->said.params,
        &predict->programs, error);
    if (r < 0)
        return r;
    predict->runs.programs = &predict->programs;
    predict->runs.sizes = &predict->sizes;
    mlm_predict_order(&predict->runs);
    r = tame_copy(predict->programs.items[0].name, &predict->job, error);
    for (size_t i = 0; i < predict->sizes.count && r == 0; i++) {
        r = tame_copy(predict->sizes.names[i], &predict->names[i], error);
        predict->answer.names[i] = predict->names[i];
    }
    return r;
}

static int resolve(struct predict *predict, const struct mlm_parsed *parsed, struct mlm_error *error)
{
    struct predict_options *said = &predict->said;
    if (said->caps.count > 1)
        return mlm_error_set(
            error, -EINVAL, "predict takes one --cap; it compares sizes, and caps are for `exec`");
    if (said->cage.repetitions > MLM_PREDICT_REPETITIONS_MAX)
        return mlm_error_set(error, -EINVAL, "--repetitions is at most %d", MLM_PREDICT_REPETITIONS_MAX);
    int r = mlm_predict_sizes_make(&said->params, &said->to, &predict->sizes, error);
    if (r == 0)
        r = commands_make(predict, parsed, error);
    if (r == 0)
        r = mlm_laptop_resolve(&said->laptop, &said->desktop, parsed, &said->cage.limits, &said->caps, error);
    if (r == 0)
        r = mlm_inherit_resolve(parsed, &said->cage, &said->caps, predict->cage_text, error);
    if (r == 0)
        r = mlm_program_options_check(&said->program, said->cage.out, error);
    if (r < 0)
        return r;
    said->cage.limits.cap_bytes = said->caps.items[0];
    predict->answer.sizes = predict->sizes.count;
    predict->answer.full = predict->sizes.full;
    for (size_t i = 0; i < predict->sizes.count; i++)
        predict->answer.suffixed |= strpbrk(predict->sizes.params.items[i].value, "kKmMgGtT") != NULL;
    predict->answer.job = predict->job;
    predict->answer.desktop = &said->desktop;
    return 0;
}

static void killed_say(void *context, const char *text)
{
    mlm_progress_say_text(context, text);
}

/* What the advice may ask this machine to hold. */
static double most_bytes(const struct predict *predict)
{
    struct mlm_memory_now memory = {0};
    const uint64_t cap_bytes = predict->said.cage.limits.cap_bytes;
    if (mlm_memory_now(AT_FDCWD, &memory, NULL) < 0)
        return 0;
    const uint64_t usable_bytes = mlm_memory_usable_bytes(memory.available_bytes);
    return (double)(cap_bytes < usable_bytes ? cap_bytes : usable_bytes);
}

/* Measures one series, and answers by it alone. */
static int series_one(struct predict *predict, struct mlm_predict_series *series,
    struct mlm_predict_said *said, struct mlm_error *error)
{
    int r = mlm_predict_series_measure(&predict->runs, series, error);
    if (r < 0)
        return r;
    *said = predict->answer;
    mlm_predict_series_conclude(&predict->runs, series, most_bytes(predict), said);
    return 0;
}

/* Measures the sizes, and again with another threshold of glibc's where the first one was not right for what
 * the program holds. The answer is that of the series that tells more. */
static int series_all(struct predict *predict, struct mlm_error *error)
{
    static const enum mlm_predict_heap others[] = {MLM_PREDICT_HEAP_GROWTH, MLM_PREDICT_HEAP_OWN};
    struct mlm_predict_series first, again;
    mlm_predict_series_begin(&predict->runs, &first);
    int r = series_one(predict, &first, &predict->answer, error);
    for (size_t i = 0; i < sizeof others / sizeof *others && r == 0; i++) {
        struct mlm_predict_said said;
        if (!mlm_predict_wants(&predict->answer, others[i]) ||
            !mlm_predict_series_again(&predict->runs, &first, others[i], &predict->answer.predict, &again))
            continue;
        r = series_one(predict, &again, &said, error);
        if (r == 0 && mlm_predict_is_better(&said, &predict->answer)) {
            predict->answer = said;
            break;
        }
        predict->answer.in_vain = r == 0;
    }
    return r;
}

static int put_words(
    const struct predict *predict, const struct mlm_text_style *style, struct mlm_error *error)
{
    struct mlm_text words;
    FILE *out = mlm_text_begin(&words);
    if (out)
        mlm_predict_say(out, &predict->answer);
    mlm_auto_free char *text = out ? mlm_text_end(&words) : NULL;
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "predict");
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            mlm_put_wrapped(stdout, style, 0, line);
    return 0;
}

/* Which laptops the job fits, of those that are sold. */
static void put_laptops(const struct predict *predict)
{
    char size[MLM_SIZE_TEXT];
    if (predict->answer.state != MLM_PREDICT_TOLD)
        return;
    printf("\nlaptop  left to a job  fits\n");
    for (size_t i = 0; i < MLM_LAPTOPS_SOLD; i++) {
        const double left_bytes = mlm_laptop_left_bytes((double)mlm_laptops_sold[i], &predict->said.desktop);
        printf("%3.0f GB  %13s  %s\n", (double)mlm_laptops_sold[i] / 0x1p30,
            left_bytes > 0 ? mlm_size_show(left_bytes, size) : "nothing",
            mlm_predict_fits(&predict->answer, mlm_laptops_sold[i]));
    }
}

static int put_text(const struct predict *predict, struct mlm_error *error)
{
    mlm_cleanup(mlm_loaded_release) struct mlm_loaded loaded = {0};
    const struct mlm_measuring *measuring = &predict->measuring;
    const struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    int r = put_words(predict, &style, error);
    if (r < 0)
        return r;
    put_laptops(predict);
    putchar('\n');
    r = mlm_load_run(measuring->path, measuring->session.run_id, &loaded, error);
    if (r == 0)
        r = mlm_report_text(loaded.table, predict->said.table.columns, &style, stdout, error);
    if (r < 0 || measuring->streams)
        return r;
    putchar('\n');
    r = mlm_predict_picture(&predict->answer, measuring->path, measuring->catalogue->plots_folder, error);
    mlm_put_named(stdout, "Records: %s", measuring->path);
    return r;
}

static int put_json(const struct predict *predict, struct mlm_error *error)
{
    json_auto_t *json = mlm_predict_json(&predict->answer);
    if (!json)
        return mlm_error_errno(error, -ENOMEM, "predict");
    mlm_auto_free char *path = NULL;
    int r = tame_copy(predict->measuring.path, &path, error);
    if (r < 0)
        return r;
    (void)json_object_set_new(json, "records", predict->measuring.streams ? json_null() : json_string(path));
    r = json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    return r < 0 && !ferror(stdout) ? mlm_error_errno(error, -ENOMEM, "predict") : 0;
}

static void assumptions_say(struct predict *predict)
{
    char laptop[MLM_LAPTOP_TEXT];
    mlm_laptop_text(&predict->said.laptop, laptop);
    if (laptop[0])
        mlm_progress_say(&predict->measuring.progress, "%s", laptop);
    if (predict->cage_text[0])
        mlm_progress_say(&predict->measuring.progress, "mlmembench: %s", predict->cage_text);
}

static int predict_all(struct predict *predict, int argc, char **argv, struct mlm_error *error)
{
    struct mlm_measuring *measuring = &predict->measuring;
    const struct mlm_caps *caps = &predict->said.caps;
    const struct mlm_session_options session = {
        .catalogue = measuring->catalogue,
        .argc = argc,
        .argv = argv,
        .await = mlm_measuring_await(measuring),
        .probe_bytes = mlm_measuring_probe_bytes(caps->items, caps->count),
        .inherit = predict->said.cage.limits.inherited_cage,
    };
    mlm_progress_open(&measuring->progress, predict->said.cage.quiet,
        predict->programs.count * predict->said.cage.repetitions, 0);
    measuring->progress.bar = false; /* nobody knows how many trials there will be */
    assumptions_say(predict);
    int r = mlm_measuring_open(measuring, &session, predict->said.cage.out, error);
    if (r == 0)
        r = mlm_program_output_open(
            predict->said.program.output, measuring->interrupts.fd, &predict->output_fd, error);
    if (r < 0)
        return r;
    mlm_measuring_warn_of_limits(measuring, &predict->said.cage.limits, caps->items, caps->count);
    predict->runs.measuring = measuring;
    predict->runs.repetitions = predict->said.cage.repetitions;
    predict->runs.all = predict->said.all;
    predict->runs.how = (struct mlm_program_order){
        .limits = predict->said.cage.limits,
        .evict = &predict->said.program.evict,
        .prepare = predict->said.program.prepare,
        .stdin_fd = -1,
        .stdout_fd = predict->output_fd,
        .stderr_fd = predict->output_fd,
        .oom_grace_ns = predict->said.program.oom_grace_ns,
        .watcher = {.killed = killed_say, .context = &measuring->progress},
    };
    r = series_all(predict, error);
    r = mlm_shell_clean_up(&measuring->session, predict->said.program.cleanup, r, error);
    if (r == -EINTR)
        return mlm_error_set(
            error, -EINTR, "interrupted; what had ended is in %s", mlm_measuring_where(measuring));
    if (r == 0)
        r = mlm_measuring_end(measuring, error);
    if (r < 0)
        return r;
    r = predict->said.format ? put_json(predict, error) : put_text(predict, error);
    if (r < 0)
        return r;
    return predict->answer.state == MLM_PREDICT_TOLD ? MLM_EXIT_OK : MLM_EXIT_NOT_RUN;
}

static int predict_verb(int argc, char **argv, struct mlm_error *error)
{
    mlm_cleanup(predict_release) struct predict predict = {.measuring.interrupts.fd = -1, .output_fd = -1};
    struct mlm_parsed parsed;
    int r = mlm_options_parse(&mlm_verb_predict, argc, argv, &predict.said, NULL, &parsed, error);
    if (r > 0)
        return MLM_EXIT_OK;
    if (r == 0)
        r = resolve(&predict, &parsed, error);
    if (r == 0 && !predict.said.cage.limits.inherited_cage)
        r = mlm_cage_enter_scope(argv - 1, error);
    if (r >= 0)
        r = mlm_measuring_begin(&predict.measuring, error);
    return r < 0 ? r : predict_all(&predict, argc, argv, error);
}

static const struct mlm_exit_meaning exits[] = {
    {MLM_EXIT_OK, "predicted"},
    {MLM_EXIT_USAGE, "wrong usage"},
    {MLM_EXIT_NOT_RUN,
        "no prediction: the needs jump or follow no model, too few sizes ended well, or nothing could be run"},
    {MLM_EXIT_INTERRUPTED, "interrupted by Ctrl-C"},
    {0, NULL},
};

const struct mlm_verb mlm_verb_predict = {
    .name = "predict",
    .summary = "predict a command's needs at its full size from small ones",
    .operands = "-- COMMAND… | 'COMMAND'",
    .takes_command = true,
    .details =
        "predict runs the command at the sizes of --param, the smallest first, and measures what each needs, as "
        "exec does. It then looks for the model that predicts each size best from all others: needs that are "
        "constant, or that grow with n, n·log n, n², or with products of two sizes, each beside a constant. Of two "
        "models that predict alike it takes the more common one, which is mostly a line. It says what the command "
        "needs at the size of --to, with an interval, which laptops it fits, and which further size would make the "
        "answer surer. Small runs get a lower MALLOC_MMAP_THRESHOLD_, so that glibc gives their arrays back as it does at the full "
        "size; if you set that variable, yours stays. It stops early when one more size was predicted within 3 % and the interval is narrow.\n\n"
        "Where the smaller sizes do not predict the largest one, as in a program that works in another way from "
        "some size on, predict gives no number. It cannot see a jump that lies above the sizes that it ran.",
    .exits = exits,
    .example = "mlmembench predict --param n=1000,2000,4000 --to n=1M -- python3 train.py {n}",
    .options = options,
    .changes = changes,
    .run = predict_verb,
};
