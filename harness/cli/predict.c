/* The verb predict: runs a command at small sizes, and says what it needs at its full size. advise/predict
 * has the mathematics; this file measures. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
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
#include "cli/predict_heap.h"
#include "cli/predict_picture.h"
#include "cli/predict_sizes.h"
#include "cli/programs.h"
#include "cli/say.h"
#include "cli/shell.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "machine/memory.h"
#include "record/statistics.h"
#include "report/text/sold.h"
#include "report/text/text.h"

/* More repetitions of a size add nothing to the knowledge of its needs. */
#define REPETITIONS_MAX 50

/* Unless it is said otherwise, sizes are repeated so often, as long as all runs together take little: 20 s,
 * or a share of what the full size is expected to take, if that is longer than a minute. A single run may be
 * off: libraries that nobody has in memory at this moment are charged to it. */
#define REPETITIONS 3
#define LITTLE_NS 20e9
#define LONG_NS 60e9
#define LITTLE_SHARE 0.08

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

/* What was measured at one size. */
struct sample {
    double needs_bytes[REPETITIONS_MAX];
    size_t count;
    uint64_t run_ns; /* of all its runs together */
    bool left_out;   /* some run did not end well, or its needs are not known */
    enum mlm_outcome outcome;
};

struct predict {
    struct predict_options said;
    struct mlm_measuring measuring;
    struct mlm_predict_sizes sizes;
    struct mlm_programs programs;
    size_t order[MLM_TEXTS_MAX];          /* of the programs: the smallest size first */
    struct sample samples[MLM_TEXTS_MAX]; /* in that order */
    size_t sample_count;                  /* sizes that were run */
    struct mlm_predict_point points[MLM_TEXTS_MAX];
    size_t point_count;
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

static struct mlm_predict_size size_at(const struct predict *predict, size_t index)
{
    return mlm_predict_size_of(&predict->sizes, &predict->programs.items[predict->order[index]].params);
}

/* Sorts the programs by their size: few, so that insertion will do. */
static void order_make(struct predict *predict)
{
    for (size_t i = 0; i < predict->programs.count; i++) {
        size_t at = i;
        predict->order[i] = i;
        for (; at; at--) {
            const struct mlm_predict_size below = size_at(predict, at - 1), here = size_at(predict, at);
            if (mlm_predict_compare(&below, &here) <= 0)
                break;
            const size_t moved = predict->order[at];
            predict->order[at] = predict->order[at - 1];
            predict->order[at - 1] = moved;
        }
    }
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
    order_make(predict);
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
    if (said->cage.repetitions > REPETITIONS_MAX)
        return mlm_error_set(error, -EINVAL, "--repetitions is at most %d", REPETITIONS_MAX);
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

/* The share of the full size that a program's size has. */
static double share_of_full(const struct predict *predict, size_t index)
{
    const struct mlm_predict_size size = size_at(predict, index), full = predict->sizes.full;
    return size.of[0] * size.of[1] / (full.of[0] * full.of[1]);
}

/* Runs one size so many times, or until it does not end well. */
static int size_measure(struct predict *predict, size_t index, size_t times, struct mlm_error *error)
{
    const struct mlm_program *program = &predict->programs.items[predict->order[index]];
    struct sample *sample = &predict->samples[index];
    struct mlm_program_order order = {
        .limits = predict->said.cage.limits,
        .evict = &predict->said.program.evict,
        .prepare = predict->said.program.prepare,
        .stdin_fd = -1,
        .stdout_fd = predict->output_fd,
        .stderr_fd = predict->output_fd,
        .oom_grace_ns = predict->said.program.oom_grace_ns,
        .watcher = {.killed = killed_say, .context = &predict->measuring.progress},
    };
    for (size_t i = 0; i < times && !sample->left_out; i++) {
        struct mlm_record record;
        int status;
        mlm_record_init(&record);
        order.repetition = sample->count;
        const bool scaled = mlm_predict_heap_scale(share_of_full(predict, index));
        if (scaled)
            record.marks |= MLM_MARK_BIT(heap_scaled);
        int r = mlm_program_measure(&predict->measuring, program, &order, true, &record, &status, error);
        if (scaled)
            mlm_predict_heap_restore();
        const int64_t bytes = record.readings.values[MLM_needs_peak_bytes];
        const int64_t at_speed_bytes = record.readings.values[MLM_at_speed_bytes];
        const int64_t run_ns = record.readings.values[MLM_run_ns];
        if (at_speed_bytes != MLM_NULL && bytes != MLM_NULL)
            predict->answer.files_bytes = fmax(predict->answer.files_bytes, (double)(at_speed_bytes - bytes));
        sample->outcome = record.outcome;
        sample->left_out = record.outcome != MLM_OUTCOME_OK || bytes == MLM_NULL;
        sample->run_ns += run_ns == MLM_NULL ? 0 : (uint64_t)run_ns;
        sample->needs_bytes[sample->count++] = (double)bytes - (double)record.limits.background_bytes;
        mlm_record_release(&record);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Makes points of the medians. A size with a run that did not end well is none. */
static void points_make(struct predict *predict)
{
    predict->point_count = predict->answer.left_out_count = 0;
    for (size_t i = 0; i < predict->sample_count; i++) {
        const struct sample *sample = &predict->samples[i];
        double sorted[REPETITIONS_MAX];
        memcpy(sorted, sample->needs_bytes, sample->count * sizeof *sorted);
        if (sample->left_out)
            predict->answer.left_out[predict->answer.left_out_count++] =
                (struct mlm_predict_left_out){size_at(predict, i), sample->outcome};
        else
            predict->points[predict->point_count++] =
                (struct mlm_predict_point){size_at(predict, i), fmax(mlm_median(sorted, sample->count), 0)};
    }
}

/* Returns true if a prediction from what was measured tells something: every parameter was seen at three
 * sizes at least. */
static bool can_predict(const struct predict *predict)
{
    for (size_t p = 0; p < predict->sizes.count; p++) {
        size_t seen = 0;
        for (size_t i = 0; i < predict->point_count; i++) {
            bool again = false;
            for (size_t j = 0; j < i; j++)
                again |= predict->points[j].size.of[p] == predict->points[i].size.of[p];
            seen += !again;
        }
        if (seen < MLM_PREDICT_LEAST)
            return false;
    }
    return true;
}

/* Returns true if what was measured is enough to tell the needs at the full size. */
static bool is_sure(const struct predict *predict)
{
    struct mlm_predict now;
    if (!mlm_predict_learn(predict->points, predict->point_count, predict->sizes.count, &now))
        return false;
    const struct mlm_predict_range range = mlm_predict_at(&now, &predict->sizes.full);
    return mlm_predict_is_sure(&range);
}

/* Stops where one more size was predicted by those before it. */
static int sizes_measure(struct predict *predict, struct mlm_error *error)
{
    const size_t times = predict->said.cage.repetitions ? predict->said.cage.repetitions : 1;
    for (size_t i = 0; i < predict->programs.count; i++) {
        struct mlm_predict before;
        const bool foreseen = can_predict(predict) && mlm_predict_learn(predict->points, predict->point_count,
                                                          predict->sizes.count, &before);
        int r = size_measure(predict, i, times, error);
        if (r < 0)
            return r;
        predict->sample_count = i + 1;
        points_make(predict);
        if (predict->samples[i].left_out || !foreseen || predict->said.all)
            continue;
        const struct mlm_predict_point *point = &predict->points[predict->point_count - 1];
        const struct mlm_predict_range range = mlm_predict_at(&before, &point->size);
        if (mlm_predict_is_near(&range, point->needs_bytes) && is_sure(predict)) {
            predict->answer.spared_count = predict->programs.count - i - 1;
            return 0;
        }
    }
    return 0;
}

/* What the full size may take, if time grows in proportion from the smallest size to the largest. */
static double full_ns(const struct predict *predict)
{
    const struct sample *least = &predict->samples[0], *most = &predict->samples[predict->sample_count - 1];
    const struct mlm_predict_size from = size_at(predict, 0),
                                  to = size_at(predict, predict->sample_count - 1);
    const struct mlm_predict_size *full = &predict->sizes.full;
    const double step = to.of[0] * to.of[1] - from.of[0] * from.of[1];
    const double slope_ns = step > 0 ? ((double)most->run_ns - (double)least->run_ns) / step : 0;
    return (double)most->run_ns + fmax(slope_ns, 0) * (full->of[0] * full->of[1] - to.of[0] * to.of[1]);
}

/* Repeats all sizes where that takes little time. */
static int sizes_repeat(struct predict *predict, struct mlm_error *error)
{
    uint64_t once_ns = 0;
    for (size_t i = 0; i < predict->sample_count; i++)
        once_ns += predict->samples[i].run_ns;
    const double enough_ns = LITTLE_SHARE * full_ns(predict);
    const double little_ns = full_ns(predict) > LONG_NS ? enough_ns : LITTLE_NS;
    for (int round = 1; round < REPETITIONS && (double)once_ns * (round + 1) <= little_ns; round++)
        for (size_t i = 0; i < predict->sample_count; i++) {
            int r = size_measure(predict, i, 1, error);
            if (r < 0)
                return r;
        }
    points_make(predict);
    return 0;
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
    r = sizes_measure(predict, error);
    if (r == 0 && !predict->said.cage.repetitions)
        r = sizes_repeat(predict, error);
    r = mlm_shell_clean_up(&measuring->session, predict->said.program.cleanup, r, error);
    if (r == -EINTR)
        return mlm_error_set(
            error, -EINTR, "interrupted; what had ended is in %s", mlm_measuring_where(measuring));
    if (r == 0)
        r = mlm_measuring_end(measuring, error);
    if (r < 0)
        return r;
    mlm_predict_conclude(&predict->answer, predict->points, predict->point_count, most_bytes(predict));
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
