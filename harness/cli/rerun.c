/* Spells the command that measures what is missing. Records may come from a stranger, so only options of the
 * verb's own table are taken over from their command, and each word is quoted for a shell. */
#include "cli/rerun.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/laptop.h"
#include "base/size.h"
#include "base/words.h"
#include "cli/say.h"
#include "cli/verbs.h"
#include "record/keymap.h"

/* Factor for a time limit that ended a job with free memory. */
#define MORE_TIME 10

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

static int put_option(
    FILE *out, const struct mlm_sweep *sweep, const struct mlm_option *option, const char *value)
{
    if (!option->value)
        fprintf(out, " --%s", option->name);
    if (!value)
        return 0;
    if (strcmp(option->name, "param") == 0 && !has_param(sweep, value))
        return 0;
    /* New caps are chosen, so a filter on caps is left out. */
    if (strcmp(option->name, "filter") == 0 && strstr(value, "cap:"))
        return 0;
    fprintf(out, " --%s", option->name);
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

/* Takes over the options that choose rows or are part of the job. All others follow from the record. */
static int put_kept(FILE *out, const struct mlm_verb *verb, const struct mlm_sweep *sweep)
{
    const json_t *command = sweep->first->first->command;
    bool one = strcmp(word_at(command, 0), mlm_verb_fit.name) == 0 && !is_command(sweep->first->first);
    int r = one ? put_only(out, sweep->first) : 0;
    for (size_t i = 0; i < json_array_size(command) && r >= 0; i++) {
        const char *word = word_at(command, i), *equals = strchr(word, '=');
        struct mlm_option option;
        bool takes_next;
        if (strcmp(word, "--") == 0)
            break; /* the user's command follows */
        if (!mlm_option_of(verb, word, &option, &takes_next) || !option.kept)
            continue;
        if (one && strcmp(option.name, "threads") != 0 && strcmp(option.name, "python") != 0)
            continue;
        const char *value = equals ? equals + 1 : NULL;
        if (takes_next)
            value = i + 1 < json_array_size(command) ? word_at(command, ++i) : NULL;
        r = put_option(out, sweep, &option, value);
    }
    return r;
}

/* The default of a number or a duration. */
static uint64_t standard_of(const struct mlm_verb *verb, const char *argument)
{
    struct mlm_option option;
    bool takes_next;
    uint64_t value = 0;
    if (mlm_option_of(verb, argument, &option, &takes_next) && option.standard)
        (void)option.parse(&option, option.standard, &value, NULL);
    return value;
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

/* Writes the laptop, unless the command is written for several, or other caps take the place of what this
 * machine has available. The desktop is named only where the usual one holds something else. */
static void put_laptop(FILE *out, const struct mlm_limits *limits)
{
    const struct mlm_desktop usual = {.kind = MLM_DESKTOP_USUAL};
    char text[MLM_SIZE_TEXT];
    if (limits->laptop_own)
        return;
    if (!mlm_is_laptop_cap(limits))
        fprintf(out, " --laptop %s", mlm_size_spell(limits->laptop_bytes, text));
    if (limits->background_bytes != mlm_desktop_bytes(&usual, (double)limits->laptop_bytes))
        fprintf(out, " --desktop %s",
            limits->background_bytes ? mlm_size_spell(limits->background_bytes, text) : "none");
}

/* Writes the conditions of the record where they differ from a run's defaults. */
static int put_surroundings(FILE *out, const struct mlm_verb *verb, const struct mlm_sweep *sweep)
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
    /* A laptop has its own cap and background. */
    if (record->limits.laptop_bytes)
        put_laptop(out, &record->limits);
    else if (record->limits.background_bytes)
        fprintf(out, " --background %s%s", mlm_size_spell(record->limits.background_bytes, text),
            record->limits.background_active ? ":active" : "");
    if (record->limits.processors)
        fprintf(out, " --cpus %" PRIu64, record->limits.processors);
    if (record->limits.private_tmp)
        fputs(" --private-tmp", out);
    if (record->limits.background_reclaim)
        fputs(" --background-reclaim", out);
    if (!is_command(record) && record->seed != standard_of(verb, "--seed"))
        fprintf(out, " --seed %" PRIu64, record->seed);
    uint64_t timeout_ns = record->limits.timeout_ns;
    if (mlm_sweep_cut_off(sweep) && timeout_ns <= UINT64_MAX / MORE_TIME)
        timeout_ns *= MORE_TIME;
    if (timeout_ns != standard_of(verb, "--timeout") && timeout_ns) {
        fputs(" --timeout ", out);
        put_duration(out, timeout_ns);
    }
    return r;
}

/* Finds in the words of an exec the command that its `--name` calls `name`: names and commands are in the
 * same order. *ret_words: it is the rest of the words, and not one line for a shell. 0: there is none. */
static size_t named_command(const json_t *words, const char *name, bool *ret_words)
{
    size_t names = 0, lines = 0, wanted = SIZE_MAX;
    size_t line_at[MLM_TEXTS_MAX];
    for (size_t i = 1; i < json_array_size(words); i++) {
        const char *word = word_at(words, i), *value = strchr(word, '=');
        struct mlm_option option;
        bool takes_next;
        if (strcmp(word, "--") == 0) {
            *ret_words = true;
            return wanted == 0 ? i + 1 : 0;
        }
        if (!mlm_option_of(&mlm_verb_exec, word, &option, &takes_next)) {
            if (lines < MLM_TEXTS_MAX)
                line_at[lines++] = i;
            continue;
        }
        value = takes_next ? word_at(words, ++i) : value ? value + 1 : "";
        if (strcmp(option.name, "name") != 0)
            continue;
        if (strcmp(value, name) == 0)
            wanted = names;
        names++;
    }
    *ret_words = false;
    return wanted < lines ? line_at[wanted] : 0;
}

/* Writes the user's command as it was typed: the parameter `command`, for exec's shell; of a row that was
 * given a name, the words of that exec; else the name, which is the whole command. */
static int put_own_command(FILE *out, const struct mlm_row *row)
{
    const char *text = mlm_row_param(row, "command");
    const json_t *words = row->first->command;
    bool many = false;
    size_t at = text ? 0 : named_command(words, row->workload, &many);
    int r = 0;
    if (text || at) {
        fputs(" --name", out);
        r = put_word(out, row->workload);
    }
    if (r < 0 || !at)
        return r < 0 ? r : put_word(out, text ? text : row->workload);
    fputs(many ? " --" : "", out);
    size_t end = many ? json_array_size(words) : at + 1;
    for (size_t i = at; i < end && r >= 0; i++)
        r = put_word(out, word_at(words, i));
    return r;
}

/* Makes the part of the command after its suites, caps and repetitions. The caller frees it. */
static char *rest_of(const struct mlm_sweep *sweep)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    const struct mlm_verb *verb = is_command(sweep->first->first) ? &mlm_verb_exec : &mlm_verb_run;
    int r = put_surroundings(out, verb, sweep);
    if (r >= 0)
        r = put_kept(out, verb, sweep);
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

/* Writes the caps, or the laptop with this number. */
static void put_numbers(
    FILE *out, const struct mlm_rerun *rerun, const struct mlm_limits *limits, size_t laptop, bool uncapped)
{
    /* `fit` tries other caps on a laptop; `run` has the laptop's. */
    const bool own_cap = limits->laptop_bytes && !limits->laptop_own;
    char text[MLM_SIZE_TEXT];
    if (rerun->laptops)
        fprintf(out, " --laptop %s", mlm_size_spell(mlm_laptop_ram_bytes(rerun->caps[laptop]), text));
    for (size_t i = 0; i < (own_cap ? 0 : rerun->cap_count); i++)
        fprintf(out, "%s%s", i ? "," : " --cap ", mlm_size_spell(rerun->caps[i], text));
    fprintf(out, "%s --repetitions %zu", uncapped && !own_cap ? ",none" : "", rerun->repetitions);
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

/* Writes the command for those sweeps whose rest is the same; of laptops, the one with this number. */
static int put_command(FILE *out, const struct mlm_rerun *rerun, const struct rerun_of *sweeps, size_t count,
    size_t laptop, const char *rest_text)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap suites = {0};
    bool own = is_command(sweeps[count - 1].sweep->first->first);
    size_t number;
    int r = 0;
    for (size_t i = 0; i < count && r >= 0; i++)
        r = mlm_keymap_add(&suites, strdup(sweeps[i].sweep->first->first->suite), &number);
    fputs("    ", out);
    mlm_word_put(out, mlm_say_program());
    fputs(own ? " exec" : " ", out);
    if (r >= 0 && !own)
        r = put_suites(out, &suites);
    /* `run` adds a trial without a cap by itself, so it is not written. */
    put_numbers(out, rerun, &sweeps[0].sweep->first->first->limits, laptop, own);
    fprintf(out, "%s\n", rest_text);
    return r;
}

int mlm_rerun_put(FILE *out, const struct mlm_rerun *rerun)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap rests = {0};
    mlm_auto_free struct rerun_of *sorted = calloc(rerun->sweep_count + 1, sizeof *sorted);
    int r = sorted ? 0 : -ENOMEM;
    for (size_t i = 0; i < rerun->sweep_count && r >= 0; i++) {
        sorted[i] = (struct rerun_of){.order = i, .sweep = rerun->sweeps[i]};
        r = mlm_keymap_add(&rests, rest_of(rerun->sweeps[i]), &sorted[i].rest);
    }
    if (r >= 0)
        qsort(sorted, rerun->sweep_count, sizeof *sorted, compare_rests);
    for (size_t begin = 0, end; begin < rerun->sweep_count && r >= 0; begin = end) {
        for (end = begin; end < rerun->sweep_count && sorted[end].rest == sorted[begin].rest;)
            end++;
        const char *rest = rests.entries[sorted[begin].rest].key;
        const size_t commands = rerun->laptops ? rerun->cap_count : 1;
        for (size_t i = 0; i < commands && r >= 0; i++)
            r = put_command(out, rerun, &sorted[begin], end - begin, i, rest);
    }
    return r;
}
