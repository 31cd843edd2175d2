#include "cli/resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "record/keymap.h"

/* A row's key and a repetition. NULL: no memory. */
static char *repetition_key(const char *row_key, uint64_t repetition)
{
    char *key = NULL;
    return row_key && asprintf(&key, "%s\n%llu", row_key, (unsigned long long)repetition) >= 0 ? key : NULL;
}

/* What the record of a trial will have for a row key. */
static char *planned_row_key(const struct mlm_plan *plan, const struct mlm_plan_trial *trial, json_t *machine)
{
    struct mlm_record record;
    mlm_record_init(&record);
    record.machine = json_incref(machine);
    char *key = mlm_plan_describe(plan, trial, &record) == 0 ? mlm_record_row_key(&record) : NULL;
    mlm_record_release(&record);
    return key;
}

int mlm_resume_match(const struct mlm_plan *plan, json_t *machine, const struct mlm_record_list *list,
    bool *finished, bool *dropped, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap done = {0};
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap timed_out = {0};
    size_t number;
    int r = 0;
    for (size_t i = 0; r == 0 && i < list->count; i++) {
        const struct mlm_record *record = &list->items[i];
        char *row = mlm_record_row_key(record);
        r = mlm_keymap_add(&done, repetition_key(row, record->repetition), &number);
        if (r == 0 && record->marks & MLM_MARK_BIT(not_repeated))
            r = mlm_keymap_add(&timed_out, row, &number);
        else
            free(row);
    }
    for (size_t i = 0; r == 0 && i < plan->trial_count; i++) {
        mlm_auto_free char *row = planned_row_key(plan, &plan->trials[i], machine);
        mlm_auto_free char *key = repetition_key(row, plan->trials[i].repetition);
        if (!key) {
            r = -ENOMEM;
            break;
        }
        finished[i] = mlm_keymap_find(&done, key) != MLM_KEYMAP_NONE;
        dropped[i] = mlm_keymap_find(&timed_out, row) != MLM_KEYMAP_NONE;
    }
    return r < 0 ? mlm_error_errno(error, r, "cannot go on with a run") : 0;
}
