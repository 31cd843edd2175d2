/* Matches the trials of a plan with stored records, and recovers the words of an earlier run. */
#include "cli/resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/verbs.h"
#include "record/keymap.h"

/* A row's key and a repetition. NULL: no memory. */
static char *repetition_key(const char *row_key, uint64_t repetition)
{
    char *key = NULL;
    return row_key && asprintf(&key, "%s\n%llu", row_key, (unsigned long long)repetition) >= 0 ? key : NULL;
}

/* The row key that the record of a planned trial will have. */
static char *planned_row_key(
    const struct mlm_plan *plan, const struct mlm_plan_trial *trial, const struct mlm_session *session)
{
    struct mlm_record record;
    mlm_record_init(&record);
    record.machine = json_incref(mlm_session_machine(session, plan->rows[trial->row].workload));
    char *key = mlm_plan_describe(plan, trial, &record) == 0 ? mlm_record_row_key(&record) : NULL;
    mlm_record_release(&record);
    return key;
}

int mlm_resume_match(const struct mlm_plan *plan, const struct mlm_session *session,
    const struct mlm_record_list *list, const struct mlm_record **found, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap done = {0};
    mlm_auto_free const struct mlm_record **records = calloc(list->count + 1, sizeof *records);
    int r = records ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < list->count; i++) {
        const struct mlm_record *record = &list->items[i];
        mlm_auto_free char *row = mlm_record_row_key(record);
        size_t number;
        r = mlm_keymap_add(&done, repetition_key(row, record->repetition), &number);
        if (r == 0)
            records[number] = record;
    }
    for (size_t i = 0; r == 0 && i < plan->trial_count; i++) {
        mlm_auto_free char *row = planned_row_key(plan, &plan->trials[i], session);
        mlm_auto_free char *key = repetition_key(row, plan->trials[i].repetition);
        size_t number = key ? mlm_keymap_find(&done, key) : MLM_KEYMAP_NONE;
        r = key ? 0 : -ENOMEM;
        found[i] = number == MLM_KEYMAP_NONE ? NULL : records[number];
    }
    return r < 0 ? mlm_error_errno(error, r, "cannot go on with a run") : 0;
}

/* Decides whether to keep the word at `at`; 1 or 2 words form one option. */
static int word_judge(const json_t *command, size_t at, bool *ret_keep)
{
    static const char library[] = "--benchmark_", filter[] = "--benchmark_filter=";
    const char *word = json_string_value(json_array_get(command, at));
    bool takes_next = false;
    if (!word)
        return -EINVAL;
    if (strncmp(word, library, sizeof library - 1) == 0) {
        *ret_keep = strncmp(word, filter, sizeof filter - 1) == 0;
        return 1;
    }
    struct mlm_option option;
    if (!mlm_option_of(&mlm_verb_run, word, &option, &takes_next) ||
        (takes_next && !json_is_string(json_array_get(command, at + 1))))
        return -EINVAL;
    *ret_keep = option.shapes_plan;
    return takes_next ? 2 : 1;
}

static const char *word_at(const json_t *command, size_t at)
{
    const char *word = json_string_value(json_array_get(command, at));
    return word ? word : "";
}

/* The verb's place; the program's name may stand before it. */
static int verb_find(const json_t *command, const char *path, size_t *ret_at, struct mlm_error *error)
{
    const char *slash = strrchr(word_at(command, 0), '/');
    const char *program = slash ? slash + 1 : word_at(command, 0);
    size_t at = strcmp(program, "mlmembench") == 0 ? 1 : 0;
    if (strcmp(word_at(command, at), "run") != 0)
        return mlm_error_set(error, -EINVAL,
            "--resume goes on with what `mlmembench run` has begun; the records in %s are of `%.32s`", path,
            word_at(command, at));
    *ret_at = at;
    return 0;
}

int mlm_resume_words(const struct mlm_record *record, const char *path, char ***ret_words, size_t *ret_count,
    struct mlm_error *error)
{
    const json_t *command = record->command;
    size_t size = json_array_size(command), count = 0, verb = 0;
    mlm_auto_free char **words = calloc(size + 1, sizeof *words);
    if (!words)
        return mlm_error_errno(error, -ENOMEM, "--resume");
    /* A record without a command has no words. */
    int r = size ? verb_find(command, path, &verb, error) : 0;
    if (r < 0)
        return r;
    for (size_t i = verb + 1; i < size; i += (size_t)r) {
        bool keep = false;
        r = word_judge(command, i, &keep);
        if (r < 0)
            return mlm_error_set(error, r,
                "--resume: the run in %s was started with '%.64s', which `run` does not know; start a new "
                "one",
                path, word_at(command, i));
        for (size_t k = i; keep && k < i + (size_t)r; k++)
            words[count++] = (char *)(uintptr_t)word_at(command, k);
    }
    *ret_words = mlm_take_ptr(words);
    *ret_count = count;
    return 0;
}
