/* Writes the command that measures what is missing. Records may come from a stranger, so their text is taken
 * over only by a list of known options. */
#include "advise/advice/rerun.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/words.h"
#include "record/keymap.h"

/* Smallest cap of a worker, and the defaults of a run. A user's command has no seed, and a day of time. */
#define LEAST_CAP_BYTES (UINT64_C(16) << 20)
#define USUAL_TIMEOUT_NS UINT64_C(60000000000)
#define USUAL_COMMAND_TIMEOUT_NS UINT64_C(86400000000000)
#define USUAL_SEED 1

#define LEAST_REPETITIONS 3
#define SURE_REPETITIONS 5

/* Factor for a time limit that ended a job with free memory. */
#define MORE_TIME 10

/* Options of the command that are taken over, because they choose rows or are part of the job. All others
 * follow from the record. */
static const struct kept {
    const char *name;
    bool takes_value, of_command;
} kept_options[] = {
    {"all", false, false},
    {"filter", true, false},
    {"param", true, false},
    {"threads", true, false},
    {"prepare", true, true},
    {"cleanup", true, true},
    {"warmup", true, true},
};

/* Returns true for a user's command, false for a workload of ours. */
static bool is_command(const struct mlm_record *record)
{
    return strcmp(record->suite, "exec") == 0;
}

static int put_word(FILE *out, const char *text)
{
    fputc(' ', out);
    mlm_word_put(out, text);
    return 0;
}

static const char *word_at(const json_t *command, size_t i)
{
    const char *word = json_string_value(json_array_get(command, i));
    return word ? word : "";
}

/* Returns true if some of the sweeps have the parameter of --param NAME=…; otherwise the command would be
 * refused. */
static bool has_param(const struct mlm_sweep *sweep, const char *value)
{
    size_t length = strcspn(value, "=");
    const struct mlm_params *params = &sweep->first->first->params;
    for (size_t i = 0; i < params->count; i++)
        if (strlen(params->items[i].name) == length && strncmp(params->items[i].name, value, length) == 0)
            return true;
    return false;
}

static int put_option(FILE *out, const struct mlm_sweep *sweep, const struct kept *kept, const char *value)
{
    if (!kept->takes_value)
        fprintf(out, " --%s", kept->name);
    if (!value)
        return 0;
    if (strcmp(kept->name, "param") == 0 && !has_param(sweep, value))
        return 0;
    /* New caps are chosen, so a filter on caps is left out. */
    if (strcmp(kept->name, "filter") == 0 && strstr(value, "cap:"))
        return 0;
    fprintf(out, " --%s", kept->name);
    return put_word(out, value);
}

/* `fit` runs one row; `run` would make several unless it is told which. */
static int put_only(FILE *out, const struct mlm_row *row)
{
    char *name = NULL;
    if (asprintf(&name, "^%s/%s/", row->first->suite, row->workload) < 0)
        return -ENOMEM;
    fputs(" --all --filter", out);
    int r = put_word(out, name);
    free(name);
    const struct mlm_params *params = &row->first->params;
    for (size_t i = 0; i < params->count && r >= 0; i++) {
        if (asprintf(&name, "%s=%s", params->items[i].name, params->items[i].value) < 0)
            return -ENOMEM;
        fputs(" --param", out);
        r = put_word(out, name);
        free(name);
    }
    return r;
}

static int put_kept(FILE *out, const struct mlm_sweep *sweep)
{
    const json_t *command = sweep->first->first->command;
    bool own = is_command(sweep->first->first), one = !own && strcmp(word_at(command, 0), "fit") == 0;
    int r = one ? put_only(out, sweep->first) : 0;
    for (size_t i = 0; i < json_array_size(command) && r >= 0; i++) {
        const char *word = word_at(command, i);
        if (strcmp(word, "--") == 0)
            break; /* the user's command follows */
        if (strncmp(word, "--", 2) != 0)
            continue;
        size_t length = strcspn(word + 2, "=");
        for (size_t k = 0; k < sizeof kept_options / sizeof *kept_options && r >= 0; k++) {
            const struct kept *kept = &kept_options[k];
            if (kept->of_command != own || (one && strcmp(kept->name, "threads") != 0))
                continue;
            if (strlen(kept->name) != length || strncmp(kept->name, word + 2, length) != 0)
                continue;
            const char *value = NULL;
            if (kept->takes_value)
                value = word[2 + length]                   ? word + 3 + length
                        : i + 1 < json_array_size(command) ? word_at(command, ++i)
                                                           : NULL;
            r = put_option(out, sweep, kept, value);
        }
    }
    return r;
}

static void put_duration(FILE *out, uint64_t ns)
{
    if (ns % 1000000000 == 0)
        fprintf(out, "%" PRIu64 "s", ns / 1000000000);
    else if (ns % 1000000 == 0)
        fprintf(out, "%" PRIu64 "ms", ns / 1000000);
    else
        fprintf(out, "%" PRIu64 ".%09" PRIu64 "s", ns / 1000000000, ns % 1000000000);
}

/* Writes the conditions of the record where they differ from a run's defaults. */
static int put_surroundings(FILE *out, const struct mlm_sweep *sweep)
{
    const struct mlm_record *record = sweep->first->first;
    char text[MLM_SIZE_TEXT];
    int r = 0;
    if (record->dataset) {
        fputs(" --dataset", out);
        r = put_word(out, record->dataset);
    } else if (record->data_bytes) {
        fprintf(out, " --data %s", mlm_size_spell(record->data_bytes, text));
    }
    if (record->limits.swap_limit_bytes != MLM_NO_LIMIT)
        fprintf(out, " --swap %s",
            record->limits.swap_limit_bytes ? mlm_size_spell(record->limits.swap_limit_bytes, text) : "none");
    if (record->limits.background_bytes)
        fprintf(out, " --background %s%s", mlm_size_spell(record->limits.background_bytes, text),
            record->limits.background_active ? ":active" : "");
    if (record->seed != USUAL_SEED && !is_command(record))
        fprintf(out, " --seed %" PRIu64, record->seed);
    uint64_t usual_ns = is_command(record) ? USUAL_COMMAND_TIMEOUT_NS : USUAL_TIMEOUT_NS;
    uint64_t timeout_ns = record->limits.timeout_ns;
    if (mlm_sweep_cut_off(sweep) && timeout_ns <= UINT64_MAX / MORE_TIME)
        timeout_ns *= MORE_TIME;
    if (timeout_ns != usual_ns && timeout_ns) {
        fputs(" --timeout ", out);
        put_duration(out, timeout_ns);
    }
    return r;
}

/* Writes the user's command as it was typed, for exec's shell: the parameter `command`, or the name where
 * that is the whole command. */
static int put_own_command(FILE *out, const struct mlm_row *row)
{
    const char *text = mlm_row_param(row, "command");
    int r = 0;
    if (text) {
        fputs(" --name", out);
        r = put_word(out, row->workload);
    }
    return r < 0 ? r : put_word(out, text ? text : row->workload);
}

/* Makes the part of the command after its suites, caps and repetitions. The caller frees it. */
static char *rest_of(const struct mlm_sweep *sweep)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    int r = put_surroundings(out, sweep);
    if (r >= 0)
        r = put_kept(out, sweep);
    if (r >= 0 && is_command(sweep->first->first))
        r = put_own_command(out, sweep->first);
    if (fclose(out) != 0 || r < 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int put_suites(FILE *out, const struct mlm_keymap *suites)
{
    fputs("run --suite", out);
    mlm_auto_free char *list = NULL;
    size_t size;
    FILE *words = open_memstream(&list, &size);
    if (!words)
        return -ENOMEM;
    for (size_t i = 0; i < suites->count; i++)
        fprintf(words, "%s%s", i ? "," : "", suites->entries[i].key);
    if (fclose(words) != 0)
        return -ENOMEM;
    return put_word(out, list);
}

static void put_numbers(FILE *out, const struct mlm_rerun *rerun, bool uncapped)
{
    for (size_t i = 0; i < rerun->cap_count; i++) {
        char text[MLM_SIZE_TEXT];
        fprintf(out, "%s%s", i ? "," : " --cap ", mlm_size_spell(rerun->caps[i], text));
    }
    fprintf(out, "%s --repetitions %zu", uncapped ? ",none" : "", rerun->repetitions);
}

/* Used to sort sweeps, so that those with the same rest are adjacent. */
struct rerun_of {
    size_t rest, order;
    const struct mlm_sweep *sweep;
};

static int compare_rests(const void *a, const void *b)
{
    const struct rerun_of *x = a, *y = b;
    if (x->rest != y->rest)
        return x->rest < y->rest ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* Writes the command for those sweeps whose rest is the same. */
static int put_command(FILE *out, const struct mlm_rerun *rerun, const struct rerun_of *sweeps, size_t count,
    const char *rest_text)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap suites = {0};
    bool own = is_command(sweeps[count - 1].sweep->first->first);
    size_t number;
    int r = 0;
    for (size_t i = 0; i < count && r >= 0; i++)
        r = mlm_keymap_add(&suites, strdup(sweeps[i].sweep->first->first->suite), &number);
    fputs(own ? "mlmembench exec" : "mlmembench ", out);
    if (r >= 0 && !own)
        r = put_suites(out, &suites);
    /* `run` adds a trial without a cap by itself, so it is not written. */
    put_numbers(out, rerun, own);
    fprintf(out, "%s\n", rest_text);
    return r;
}

int mlm_rerun_put(FILE *out, const struct mlm_rerun *rerun, const struct mlm_sweep *const *sweeps,
    size_t sweep_count, const char *indent)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap rests = {0};
    mlm_auto_free struct rerun_of *sorted = calloc(sweep_count + 1, sizeof *sorted);
    int r = sorted ? 0 : -ENOMEM;
    for (size_t i = 0; i < sweep_count && r >= 0; i++) {
        sorted[i] = (struct rerun_of){.order = i, .sweep = sweeps[i]};
        r = mlm_keymap_add(&rests, rest_of(sweeps[i]), &sorted[i].rest);
    }
    if (r >= 0)
        qsort(sorted, sweep_count, sizeof *sorted, compare_rests);
    for (size_t begin = 0, end; begin < sweep_count && r >= 0; begin = end) {
        for (end = begin; end < sweep_count && sorted[end].rest == sorted[begin].rest;)
            end++;
        fputs(indent, out);
        r = put_command(out, rerun, &sorted[begin], end - begin, rests.entries[sorted[begin].rest].key);
    }
    return r;
}

static void cap_add(struct mlm_rerun *rerun, uint64_t cap_bytes, uint64_t most_bytes)
{
    if (cap_bytes < LEAST_CAP_BYTES || cap_bytes > most_bytes || rerun->cap_count == MLM_RERUN_CAPS)
        return;
    size_t at = 0;
    while (at < rerun->cap_count && rerun->caps[at] < cap_bytes)
        at++;
    if (at < rerun->cap_count && rerun->caps[at] == cap_bytes)
        return;
    memmove(rerun->caps + at + 1, rerun->caps + at, (rerun->cap_count - at) * sizeof *rerun->caps);
    rerun->caps[at] = cap_bytes;
    rerun->cap_count++;
}

static double most_needs(const struct mlm_field *field)
{
    double most = NAN;
    for (size_t i = 0; i < field->sweep_count; i++)
        most = fmax(most, field->sweeps[i]->needs_bytes);
    return most;
}

/* Chooses caps from a quarter to twice the only cap, in steps of two. */
static void caps_around(struct mlm_rerun *rerun, uint64_t cap_bytes, uint64_t most_bytes)
{
    const uint64_t whole = UINT64_C(1) << 20;
    for (uint64_t part = 4; part >= 1; part /= 2)
        cap_add(rerun, cap_bytes / part / whole * whole, most_bytes);
    if (cap_bytes <= most_bytes / 2)
        cap_add(rerun, 2 * cap_bytes, most_bytes);
}

/* For a sweep that no cap was enough for: twice the largest cap, and so on until its needs fit. */
static void caps_above(struct mlm_rerun *rerun, const struct mlm_field *field, uint64_t most_bytes)
{
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        bool at_none = sweep->enough == MLM_NOT_ENOUGH || sweep->enough == sweep->cap_count;
        if (!at_none || !sweep->cap_count || sweep->points[sweep->cap_count - 1].end == MLM_END_UNKNOWN)
            continue;
        uint64_t cap_bytes = field->most_cap_bytes;
        while (cap_bytes <= most_bytes / 2) {
            cap_bytes *= 2;
            cap_add(rerun, cap_bytes, most_bytes);
            if (!(sweep->needs_bytes * 1.1 > (double)cap_bytes))
                break;
        }
    }
}

struct mlm_rerun mlm_rerun_plan(const struct mlm_field *field)
{
    struct mlm_rerun rerun = {.repetitions = LEAST_REPETITIONS};
    const json_t *machine = field->sweeps[0]->first->first->machine;
    double memory = json_number_value(json_object_get(machine, "memory_bytes"));
    const double most = 0x1p62; /* for a machine whose memory is unknown or not credible */
    uint64_t most_bytes = (uint64_t)(memory > 0 && memory < most ? memory : most);
    bool sure = true, cut_off = false;
    for (size_t i = 0; i < field->sweep_count; i++) {
        const struct mlm_sweep *sweep = field->sweeps[i];
        sure = sure && sweep->sure;
        cut_off = cut_off || mlm_sweep_cut_off(sweep);
        for (size_t k = 0; k < sweep->cap_count; k++)
            cap_add(&rerun, sweep->points[k].cap_bytes, UINT64_MAX);
        if (sweep->repetitions > rerun.repetitions)
            rerun.repetitions = sweep->repetitions;
    }
    size_t had_count = rerun.cap_count;
    if (field->most_caps <= 1 && rerun.cap_count)
        caps_around(&rerun, field->most_cap_bytes, most_bytes);
    else if (!rerun.cap_count && !isnan(most_needs(field)))
        caps_around(&rerun, (uint64_t)exp2(ceil(log2(most_needs(field)))) / 2, most_bytes);
    else if (!rerun.cap_count)
        caps_around(&rerun, UINT64_C(2) << 30, most_bytes);
    else
        caps_above(&rerun, field, most_bytes);
    if (!sure && field->most_caps > 1)
        rerun.repetitions = rerun.repetitions < SURE_REPETITIONS ? SURE_REPETITIONS : 2 * rerun.repetitions;
    rerun.worthwhile = cut_off || rerun.cap_count > had_count || (!sure && field->most_caps > 1);
    return rerun;
}
