/* Turns a request into a command for `predict`: the job of suites/frameworks/mlm_estimate.py with rows that
 * are small, but large enough to behave like large ones: from 32 MiB on, glibc maps each array by itself. */
#include "cli/estimate_measure.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "estimate/shapes.h"
#include "machine/memory.h"
#include "trial/catalogue.h"

/* The data of the largest small size; a quarter of it is still 32 MiB. */
#define DATA_BYTES (128.0 * 1048576)
#define DATA_BYTES_OF_FILE (48.0 * 1048576)
/* Trees hold the same for each row, and take time: these are enough of both. */
#define FOREST_ROWS 24000
#define FOREST_TREES "2,4,8"
#define FOREST_TREES_MOST 8
#define BOOSTING_TREES 5
/* Batches of a stream, and of the training of a network. */
#define STREAM_BATCHES 8
/* scikit-learn holds rows out above 10,000. */
#define HELD_OUT_ROWS 44000
#define SIZES 4

#define WORDS_MOST 96

struct command {
    char *words[WORDS_MOST + 1];
    size_t count;
    bool failed;
};

static void command_release(struct command *command)
{
    for (size_t i = 0; i < command->count; i++)
        free(command->words[i]);
}

/* Takes a text over. */
static void put(struct command *command, char *word)
{
    if (!word || command->count == WORDS_MOST) {
        free(word);
        command->failed = true;
        return;
    }
    command->words[command->count++] = word;
}

static void put_copy(struct command *command, const char *word)
{
    put(command, strdup(word));
}

static bool is_forest(const struct mlm_estimate_request *request)
{
    return request->model == MLM_MODEL_FOREST || request->model == MLM_MODEL_FOREST_REGRESSION;
}

/* A forest with so few trees is grown whole. */
static bool grows_trees(const struct mlm_estimate_request *request)
{
    return is_forest(request) && request->trees > FOREST_TREES_MOST;
}

static bool is_boosting(const struct mlm_estimate_request *request)
{
    return request->model == MLM_MODEL_HIST || request->model == MLM_MODEL_EXACT;
}

/* The parameter that grows: its name, its full size, and the largest small one. */
struct growth {
    const char *name;
    double full, most;
};

static double row_bytes(const struct mlm_estimate *estimate)
{
    const struct mlm_symbols *symbols = &estimate->ledger.symbols;
    const struct mlm_symbol *data = mlm_symbol_find(symbols, "X");
    if (data)
        return data->value / (double)estimate->request.rows;
    const struct mlm_symbol *strings = mlm_symbol_find(symbols, "o");
    return 8 * (double)estimate->request.columns + (double)estimate->request.texts * strings->value;
}

static struct growth growth_of(const struct mlm_estimate *estimate)
{
    const struct mlm_estimate_request *request = &estimate->request;
    struct growth growth = {.name = "rows", .full = (double)request->rows};
    if (request->model == MLM_MODEL_TRANSFORMER)
        return (struct growth){"layers", (double)request->layers, fmin(SIZES, (double)request->layers - 1)};
    growth.most = DATA_BYTES / row_bytes(estimate);
    if (request->runtime == MLM_RUNTIME_PANDAS)
        growth.most = DATA_BYTES_OF_FILE / row_bytes(estimate);
    if (is_forest(request))
        growth.most = fmin(growth.most, FOREST_ROWS);
    if (request->model == MLM_MODEL_HIST && request->runtime == MLM_RUNTIME_SKLEARN)
        growth.most = fmax(growth.most, HELD_OUT_ROWS);
    if (request->stream || request->runtime == MLM_RUNTIME_PYTORCH)
        growth.most = request->stream ? STREAM_BATCHES * (double)request->batch
                                      : fmax(growth.most, STREAM_BATCHES * (double)request->batch);
    if (request->model == MLM_MODEL_KNN)
        growth.most = fmax(growth.most, SIZES * (double)request->batch);
    growth.most = fmin(growth.most, 0.75 * growth.full);
    return growth;
}

/* Needs at the largest small size, by the formulas. */
static double needs_at(const struct mlm_estimate *estimate, const struct growth *growth)
{
    struct mlm_estimate_request request = estimate->request;
    struct mlm_estimate other;
    if (request.model == MLM_MODEL_TRANSFORMER)
        request.layers = (uint64_t)growth->most;
    else
        request.rows = (uint64_t)fmax(growth->most, 1);
    request.nonzeros = 0;
    request.shape = MLM_SHAPE_OWN;
    return mlm_estimate_make(&request, &other, NULL) < 0 ? 0 : other.needs_bytes;
}

/* Makes the sizes smaller until the machine can hold the largest one. */
static int room_check(const struct mlm_estimate *estimate, struct growth *growth, struct mlm_error *error)
{
    struct mlm_memory_now memory = {0};
    int r = mlm_memory_now(AT_FDCWD, &memory, error);
    const double room_bytes = (double)memory.available_bytes / (1 + MLM_UNKNOWN_TOLERANCE);
    while (r == 0 && growth->most >= 2 * SIZES && needs_at(estimate, growth) > room_bytes)
        growth->most /= 2;
    if (r < 0)
        return r;
    if (needs_at(estimate, growth) > room_bytes)
        return mlm_error_set(error, -ENOTSUP,
            "--measure: even a small part of this job is more than this machine has; measure it on a larger one");
    if (growth->most < SIZES - 1)
        return mlm_error_set(error, -EINVAL,
            "--measure: %.0f %s are too few to run a part of them; run the job itself with `mlmembench exec`",
            growth->full, growth->name);
    return 0;
}

/* "25000,50000,75000,100000": quarters of the largest; a stream goes in whole batches. */
static char *sizes_text(const struct mlm_estimate_request *request, const struct growth *growth)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    const double unit =
        request->stream && growth->most >= SIZES * (double)request->batch ? (double)request->batch : 1;
    double last = 0;
    for (int i = 1; out && i <= SIZES; i++) {
        const double size = floor(growth->most * i / SIZES / unit) * unit;
        if (size > last)
            (void)fprintf(out, "%s%.0f", last > 0 ? "," : "", size);
        last = fmax(size, last);
    }
    return out ? mlm_text_end(&text) : NULL;
}

static char *widths_text(const struct mlm_estimate_request *request)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    for (size_t i = 0; out && i < request->width_count; i++)
        (void)fprintf(out, "%s%" PRIu32, i ? "," : "widths=", request->widths[i]);
    return out ? mlm_text_end(&text) : NULL;
}

/* A value of the job, by the name of its option; NULL: it is the default, or belongs elsewhere. */
static char *value_text(const struct mlm_estimate_request *request, const struct mlm_knob *knob)
{
    const void *field = mlm_knob_field(knob, request);
    const bool named = knob == &mlm_knobs[MLM_KNOB_OF_model] || knob == &mlm_knobs[MLM_KNOB_OF_runtime] ||
                       knob == &mlm_knobs[MLM_KNOB_OF_shape];
    if (named || !mlm_knob_belongs(knob, request) || !mlm_knob_is_set(knob, request))
        return NULL;
    switch (knob->kind) {
    case MLM_KNOB_WORD:
        return mlm_text_of("%s=%s", knob->option, knob->words[*(const uint32_t *)field]);
    case MLM_KNOB_FLAG:
    case MLM_KNOB_PART:
        return mlm_text_of("%s=1", knob->option);
    case MLM_KNOB_SHARE:
        return mlm_text_of("%s=%.9g", knob->option, *(const double *)field);
    case MLM_KNOB_LIST:
        return widths_text(request);
    default:
        return mlm_text_of("%s=%" PRIu64, knob->option, *(const uint64_t *)field);
    }
}

static void job_put(const struct mlm_estimate_request *request, const char *grows, struct command *command)
{
    put_copy(command, mlm_estimate_word("runtime", request->runtime));
    put_copy(command, mlm_estimate_word("model", request->model));
    put(command, mlm_text_of("%s={%s}", grows, grows));
    if (grows_trees(request))
        put_copy(command, "trees={trees}");
    for (const struct mlm_knob *knob = mlm_knobs; knob < mlm_knobs + MLM_KNOB_TOTAL; knob++) {
        const bool trees = knob == &mlm_knobs[MLM_KNOB_OF_trees];
        if (strcmp(knob->option, grows) == 0 || (trees && grows_trees(request)))
            continue;
        struct mlm_estimate_request some = *request;
        if (is_boosting(request) && some.trees > BOOSTING_TREES)
            some.trees = BOOSTING_TREES; /* the memory is that of one */
        char *value = value_text(&some, knob);
        if (value)
            put(command, value);
    }
}

static void command_make(const struct mlm_estimate *estimate, const struct growth *growth, const char *script,
    const struct mlm_estimate_measure *how, struct command *command)
{
    const struct mlm_estimate_request *request = &estimate->request;
    mlm_auto_free char *sizes = sizes_text(request, growth);
    put_copy(command, how->program);
    put_copy(command, "predict");
    put(command, sizes ? mlm_text_of("--param=%s=%s", growth->name, sizes) : NULL);
    put(command, mlm_text_of("--to=%s=%.0f", growth->name, growth->full));
    if (grows_trees(request)) {
        put_copy(command, "--param=trees=" FOREST_TREES);
        put(command, mlm_text_of("--to=trees=%" PRIu64, request->trees));
    }
    put(command, mlm_text_of("--name=%s", mlm_estimate_word("model", request->model)));
    if (how->json)
        put_copy(command, "--format=json");
    put_copy(command, "--");
    put_copy(command, how->python);
    put_copy(command, script);
    job_put(request, growth->name, command);
}

/* Prints the command, as a user would type it. */
static void command_say(const struct command *command)
{
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    for (size_t i = 1; out && i < command->count; i++) {
        (void)fputs(i > 1 ? " " : "", out);
        mlm_word_put(out, command->words[i]);
    }
    mlm_auto_free char *line = out ? mlm_text_end(&text) : NULL;
    if (!line)
        return;
    printf("\nThe same job, run small and predicted from there:\n  %s %s\n\n", mlm_say_program(), line);
    (void)fflush(stdout);
}

int mlm_estimate_measure(
    const struct mlm_estimate *estimate, const struct mlm_estimate_measure *how, struct mlm_error *error)
{
    mlm_cleanup(command_release) struct command command = {.count = 0};
    struct mlm_catalogue *catalogue = NULL;
    struct growth growth = growth_of(estimate);
    int r = room_check(estimate, &growth, error);
    if (r == 0)
        r = mlm_catalogue_find(&catalogue, error);
    if (r < 0)
        return r;
    mlm_auto_free char *script = mlm_text_of("%s/frameworks/mlm_estimate.py", catalogue->suites_folder);
    mlm_catalogue_close(catalogue);
    if (script)
        command_make(estimate, &growth, script, how, &command);
    if (!script || command.failed)
        return mlm_error_errno(error, -ENOMEM, "--measure");
    if (!how->json)
        command_say(&command);
    /* The words of a verb begin behind the name of the program, which `predict` looks for there. */
    return mlm_verb_predict.run((int)command.count - 1, command.words + 1, error);
}
