/* Writes what was predicted, how sure it is, or why nothing can be. */
#include "advise/predict/words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "report/text/sold.h"

/* Files that add less than both are not worth a sentence. */
#define FILES_WORTH_BYTES 0x1p20
#define FILES_WORTH_SHARE 0.1
/* Models beside the chosen one that are named. */
#define NAMED 3

void mlm_predict_conclude(
    struct mlm_predict_said *said, const struct mlm_predict_point *points, size_t count, double most_bytes)
{
    said->state = MLM_PREDICT_FEW;
    if (count < MLM_PREDICT_LEAST) {
        memcpy(said->predict.points, points, count * sizeof *points);
        said->predict.count = count;
        return;
    }
    said->state = MLM_PREDICT_LINE;
    if (!mlm_predict_learn(points, count, said->sizes, &said->predict))
        return;
    said->trial = mlm_predict_try(&said->predict, said->sizes);
    said->state = said->trial.jumps      ? MLM_PREDICT_JUMPS
                  : said->trial.scatters ? MLM_PREDICT_SCATTERS
                  : said->predict.starts ? MLM_PREDICT_STARTS
                                         : MLM_PREDICT_TOLD;
    said->range = mlm_predict_at(&said->predict, &said->full);
    said->advice = mlm_predict_next(&said->predict, &said->full, said->sizes, most_bytes);
}

enum worth { NOTHING, INTERVAL, NUMBER };

static enum worth worth_of(const struct mlm_predict_said *said)
{
    if (said->state != MLM_PREDICT_TOLD)
        return NOTHING;
    return mlm_predict_is_open(&said->range) ? INTERVAL : NUMBER;
}

bool mlm_predict_wants(const struct mlm_predict_said *said, enum mlm_predict_heap heap)
{
    /* Too few sizes stay too few. */
    if (said->state > MLM_PREDICT_STARTS)
        return false;
    return heap == MLM_PREDICT_HEAP_GROWTH || worth_of(said) < NUMBER;
}

bool mlm_predict_is_better(const struct mlm_predict_said *later, const struct mlm_predict_said *said)
{
    const enum worth now = worth_of(said), then = worth_of(later);
    return then > now || (then == now && now && later->heap == MLM_PREDICT_HEAP_GROWTH);
}

void mlm_predict_put_size(FILE *out, const struct mlm_predict_said *said, const struct mlm_predict_size *size)
{
    for (size_t i = 0; i < said->sizes; i++)
        fprintf(out, "%s%s=%.0f", i ? ", " : "", said->names[i], size->of[i]);
}

/* Writes "rows", "rows and columns". */
static void put_names(FILE *out, const struct mlm_predict_said *said)
{
    fprintf(
        out, "%s%s%s", said->names[0], said->sizes > 1 ? " and " : "", said->sizes > 1 ? said->names[1] : "");
}

static void put_term(FILE *out, const struct mlm_predict_said *said, const struct mlm_predict_term *term)
{
    bool first = true;
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++) {
        const char *name = said->names[i];
        if (term->of[i] == MLM_GROWTH_NONE)
            continue;
        fprintf(out, "%s%s", first ? "" : " × ", name);
        if (term->of[i] == MLM_GROWTH_LOGARITHMIC)
            fprintf(out, " × log2(%s)", name);
        if (term->of[i] == MLM_GROWTH_QUADRATIC)
            fputs("²", out);
        first = false;
    }
}

/* A coefficient may be a small part of a byte. */
static void put_coefficient(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    if (bytes < 1024)
        fprintf(out, bytes < 999 ? "%.3g bytes" : "%.0f bytes", bytes);
    else
        fputs(mlm_size_show(bytes, text), out);
}

void mlm_predict_put_formula(
    FILE *out, const struct mlm_predict_said *said, const struct mlm_predict_fit *fit)
{
    const double constant_bytes = fit->coefficients[0];
    char text[MLM_SIZE_TEXT];
    if (constant_bytes > 0)
        fprintf(out, "%s%s", mlm_size_show(constant_bytes, text), fit->width > 1 ? " + " : "");
    for (size_t j = 1; j < fit->width; j++) {
        if (j > 1)
            fputs(" + ", out);
        put_coefficient(out, fit->coefficients[j]);
        fputs(" × ", out);
        put_term(out, said, &fit->model->terms[j - 1]);
    }
    if (constant_bytes < 0)
        fprintf(out, " - %s", mlm_size_show(-constant_bytes, text));
}

/* Writes "between 1.50 GiB and 1.56 GiB". */
static void put_range(FILE *out, const struct mlm_predict_range *range)
{
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    fprintf(out, "between %s and %s", mlm_size_show(range->low_bytes, low),
        mlm_size_show(range->high_bytes, high));
}

static void say_left_out(FILE *out, const struct mlm_predict_said *said)
{
    for (size_t i = 0; i < said->predict.below_count; i++) {
        const struct mlm_predict_point *point = &said->predict.below[i];
        char text[MLM_SIZE_TEXT];
        mlm_predict_put_size(out, said, &point->size);
        fprintf(out, " is too small to tell: it needed %s, which does not follow what the larger sizes do.\n",
            mlm_size_show(point->needs_bytes, text));
    }
    for (size_t i = 0; i < said->left_out_count; i++) {
        mlm_predict_put_size(out, said, &said->left_out[i].size);
        if (said->left_out[i].outcome == MLM_OUTCOME_OK)
            fputs(" has no known needs, and is left out.\n", out);
        else
            fprintf(out, " ended in %s, and is left out.\n", mlm_outcome_name(said->left_out[i].outcome));
    }
}

static void say_answer(FILE *out, const struct mlm_predict_said *said)
{
    const bool open = mlm_predict_is_open(&said->range);
    char text[MLM_SIZE_TEXT];
    fprintf(out, "%s needs ", said->job);
    if (!open)
        fprintf(out, "about %s", mlm_size_show(said->range.needs_bytes, text));
    else
        put_range(out, &said->range);
    fputs(" at ", out);
    mlm_predict_put_size(out, said, &said->full);
    if (open) {
        fputs("; from these sizes it cannot be told better.\n", out);
        return;
    }
    fputs(", ", out);
    put_range(out, &said->range);
    fputs(".\n", out);
}

static void say_constant(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict *predict = &said->predict;
    double low_bytes = INFINITY, high_bytes = 0;
    char low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT];
    for (size_t i = 0; i < predict->count; i++) {
        low_bytes = fmin(low_bytes, predict->points[i].needs_bytes);
        high_bytes = fmax(high_bytes, predict->points[i].needs_bytes);
    }
    fputs("Its needs are constant: they do not grow with ", out);
    put_names(out, said);
    fprintf(out, ", and were %s to %s at all %zu sizes.\n", mlm_size_show(low_bytes, low),
        mlm_size_show(high_bytes, high), predict->count);
}

static void say_model(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict *predict = &said->predict;
    if (mlm_predict_is_constant(predict)) {
        say_constant(out, said);
        return;
    }
    fputs("Its needs follow ", out);
    mlm_predict_put_formula(out, said, &predict->fits[0]);
    fprintf(out,
        ". Of %zu models this one is the most likely; each was tried on sizes that it was not shown.",
        predict->model_count);
    size_t named = 0;
    for (size_t i = 1; i < predict->fit_count && named < NAMED; i++) {
        const struct mlm_predict_model *model = predict->fits[i].model;
        if (!model->term_count)
            continue;
        fputs(named++ ? ", or " : " Growth with ", out);
        for (size_t j = 0; j < model->term_count; j++) {
            fputs(j ? " + " : "", out);
            put_term(out, said, &model->terms[j]);
        }
    }
    fputs(named ? " is possible, too; the interval includes it.\n" : "\n", out);
}

/* Writes which runs of the table the answer follows, where there was more than one series. */
static void say_heap(FILE *out, const struct mlm_predict_said *said)
{
    if (said->heap == MLM_PREDICT_HEAP_GROWTH)
        fputs(
            "Its needs grow faster than its size, so the sizes were run again with a lower threshold of glibc's "
            "malloc. The answer follows these runs, which have " MLM_PREDICT_MALLOC " in the table.\n",
            out);
    if (said->heap == MLM_PREDICT_HEAP_OWN)
        fputs(
            "With a lower threshold of glibc's malloc, its sizes did not predict each other. The answer follows the "
            "runs with glibc's own threshold, which have " MLM_PREDICT_MALLOC "=" MLM_PREDICT_MALLOC_OWN
            " in the table.\n",
            out);
    if (said->in_vain)
        fputs("The runs that have " MLM_PREDICT_MALLOC
              " in the table had another threshold of glibc's malloc. They gave no better answer.\n",
            out);
}

/* Writes how the largest size was predicted by those below it. */
static void say_trial(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict_point *last = &said->predict.points[said->predict.count - 1];
    char text[MLM_SIZE_TEXT];
    if (!said->trial.known)
        return;
    fputs("The smaller sizes predicted ", out);
    put_range(out, &said->trial.range);
    fputs(" at ", out);
    mlm_predict_put_size(out, said, &last->size);
    fprintf(out, "; %s were measured.", mlm_size_show(last->needs_bytes, text));
    if (said->spared_count)
        fprintf(out, " %zu more size%s not run, because this one was predicted within %.0f %%.",
            said->spared_count, said->spared_count == 1 ? " was" : "s were", 100 * MLM_PREDICT_NEAR);
    fputc('\n', out);
}

/* Files are no need, and how they grow is not known. */
static void say_files(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict_point *last = &said->predict.points[said->predict.count - 1];
    char text[MLM_SIZE_TEXT];
    if (said->files_bytes <= fmax(FILES_WORTH_BYTES, FILES_WORTH_SHARE * last->needs_bytes))
        return;
    fprintf(out,
        "It also maps files, or reads them more than once: up to %s more than its needs. To run at speed it has to "
        "keep them in memory, too, and these are not predicted.\n",
        mlm_size_show(said->files_bytes, text));
}

static void say_laptop(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict_range *range = &said->range;
    char text[MLM_SIZE_TEXT];
    mlm_sold_say(out, range->high_bytes, said->desktop);
    if (mlm_laptop_smallest(range->low_bytes, said->desktop) !=
        mlm_laptop_smallest(range->high_bytes, said->desktop)) {
        fprintf(out, " That is for the upper end of the interval; if it needs only %s, ",
            mlm_size_show(range->low_bytes, text));
        mlm_sold_name(out, range->low_bytes, said->desktop);
        fputs(" is enough.", out);
    }
    fputc('\n', out);
}

static void say_advice(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict_range *range = &said->range;
    const bool open = mlm_laptop_smallest(range->low_bytes, said->desktop) !=
                      mlm_laptop_smallest(range->high_bytes, said->desktop);
    char text[MLM_SIZE_TEXT];
    if (!open && mlm_predict_is_sure(range))
        return;
    if (!said->advice.given) {
        fputs("More sizes between these would make this surer, or --repetitions 3.\n", out);
        return;
    }
    fputs("One more size would make this surer: at ", out);
    mlm_predict_put_size(out, said, &said->advice.size);
    fprintf(out, " it needs about %s, and the interval would be about %.0f %% as wide as it is.\n",
        mlm_size_show(said->advice.needs_bytes, text), 100 * said->advice.narrower);
}

static void put_points(FILE *out, const struct mlm_predict_said *said)
{
    char text[MLM_SIZE_TEXT];
    fputs("Measured: ", out);
    for (size_t i = 0; i < said->predict.count; i++) {
        fprintf(out, "%s%s at ", i ? "; " : "", mlm_size_show(said->predict.points[i].needs_bytes, text));
        mlm_predict_put_size(out, said, &said->predict.points[i].size);
    }
    fputs(said->predict.count ? ".\n" : "nothing.\n", out);
}

/* Writes --param with sizes from the largest on, which tell what holds behind a jump. */
static void put_beyond(FILE *out, const struct mlm_predict_said *said)
{
    const struct mlm_predict_size *last = &said->predict.points[said->predict.count - 1].size;
    for (size_t i = 0; i < said->sizes; i++) {
        const double step = fmin(2, pow(said->full.of[i] / last->of[i], 0.25));
        fprintf(out, "%s--param %s=", i ? " " : "", said->names[i]);
        for (int k = 0; k < 4; k++)
            fprintf(out, "%s%.0f", k ? "," : "",
                k ? mlm_predict_rounded(last->of[i] * pow(step, k)) : last->of[i]);
    }
}

static bool had(const struct mlm_predict_said *said, enum mlm_outcome outcome)
{
    for (size_t i = 0; i < said->left_out_count; i++)
        if (said->left_out[i].outcome == outcome)
            return true;
    return false;
}

/* What to do about sizes that did not end well. */
static void say_remedies(FILE *out, const struct mlm_predict_said *said)
{
    if (had(said, MLM_OUTCOME_OOM))
        fputs("Give smaller sizes, or more memory.\n", out);
    if (had(said, MLM_OUTCOME_TIMEOUT))
        fputs("Give smaller sizes, or a longer --timeout.\n", out);
    if (had(said, MLM_OUTCOME_CRASH) && said->suffixed)
        fputs(
            "The command gets the sizes as they are typed: if it takes digits alone, write 10000 rather than 10k.\n",
            out);
    else if (had(said, MLM_OUTCOME_CRASH))
        fputs("--output FILE keeps what the command prints.\n", out);
}

static void say_refusal(FILE *out, const struct mlm_predict_said *said)
{
    fprintf(out, "%s: no prediction for ", said->job);
    mlm_predict_put_size(out, said, &said->full);
    switch (said->state) {
    case MLM_PREDICT_JUMPS:
        fputs(", because its needs jump: no model predicts the largest size from the smaller ones.\n", out);
        put_points(out, said);
        say_trial(out, said);
        fputs("The program may work in another way from some size on. Measure only sizes behind the jump: ",
            out);
        put_beyond(out, said);
        fputs(". If the needs vary from run to run, give --repetitions 3.\n", out);
        return;
    case MLM_PREDICT_SCATTERS:
        fprintf(out,
            ", because its needs follow no model: the best one misses sizes that it was not shown by %.0f %%.\n",
            100 * said->trial.missed);
        put_points(out, said);
        fputs(
            "If the needs vary from run to run, give --repetitions 3. If the program works in another way from "
            "some size on, measure only larger sizes: ",
            out);
        put_beyond(out, said);
        fputs(".\n", out);
        return;
    case MLM_PREDICT_STARTS:
        fputs(", because these sizes are too small: most of them need only what starts the program.\n", out);
        put_points(out, said);
        fputs("Give larger sizes: ", out);
        put_beyond(out, said);
        fputs(".\n", out);
        return;
    case MLM_PREDICT_LINE:
        fputs(", because ", out);
        put_names(out, said);
        fputs(" only grew together in what ended well, so nothing tells which of them matters.\n", out);
        put_points(out, said);
        return;
    default:
        fprintf(out, ", because only %zu size%s ended well; it takes %d.\n", said->predict.count,
            said->predict.count == 1 ? "" : "s", MLM_PREDICT_LEAST);
        say_remedies(out, said);
        put_points(out, said);
    }
}

void mlm_predict_say(FILE *out, const struct mlm_predict_said *said)
{
    if (said->state != MLM_PREDICT_TOLD) {
        say_refusal(out, said);
        say_heap(out, said);
        say_left_out(out, said);
        return;
    }
    say_answer(out, said);
    say_model(out, said);
    say_heap(out, said);
    say_trial(out, said);
    say_left_out(out, said);
    say_files(out, said);
    say_laptop(out, said);
    say_advice(out, said);
}

const char *mlm_predict_fits(const struct mlm_predict_said *said, uint64_t ram_bytes)
{
    const double left_bytes = mlm_laptop_left_bytes((double)ram_bytes, said->desktop);
    return said->range.high_bytes <= left_bytes ? "yes"
           : said->range.low_bytes > left_bytes ? "no"
                                                : "perhaps";
}
