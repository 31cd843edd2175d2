/* Makes a table from records: finds rows by their keys, gives them references, sorts them into sections and
 * compares them. */
#include "report/table/ratio.h"
#include "report/table/table_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "record/keymap.h"

void mlm_table_free(struct mlm_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->row_count; i++) {
        free(table->rows[i].workload);
        free(table->rows[i].params);
    }
    free(table->rows);
    free(table->order);
    free(table->trials);
    for (size_t i = 0; i < table->section_count; i++)
        free(table->sections[i].common);
    free(table->sections);
    json_decref(table->software_common);
    free(table);
}

static void table_free_p(struct mlm_table **table)
{
    mlm_table_free(*table);
}

static bool is_disturbed(const struct mlm_record *record)
{
    return record->marks & MLM_MARK_BIT(disturbed);
}

/* Makes rows from records, in the order of their first records. row_of[i]: the row of record i. */
static int rows_find(struct mlm_table *table, const struct mlm_record_list *list, size_t *row_of)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    for (size_t i = 0; i < list->count; i++) {
        int r = mlm_keymap_add(&keys, mlm_record_row_key(&list->items[i]), &row_of[i]);
        if (r < 0)
            return r;
    }
    table->rows = calloc(keys.count + 1, sizeof *table->rows);
    table->trials = calloc(list->count + 1, sizeof(void *));
    if (!table->rows || !table->trials)
        return -ENOMEM;
    table->row_count = keys.count;
    for (size_t i = 0; i < list->count; i++) {
        struct mlm_row *row = &table->rows[row_of[i]];
        *(is_disturbed(&list->items[i]) ? &row->disturbed_count : &row->trial_count) += 1;
    }
    const struct mlm_record **next = table->trials;
    for (size_t i = 0; i < table->row_count; i++) {
        table->rows[i].trials = next;
        /* A row of disturbed trials alone has nothing better. */
        if (!table->rows[i].trial_count) {
            table->rows[i].trial_count = table->rows[i].disturbed_count;
            table->rows[i].disturbed_count = 0;
        }
        next += table->rows[i].trial_count;
        table->rows[i].trial_count = 0;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct mlm_row *row = &table->rows[row_of[i]];
        if (!row->disturbed_count || !is_disturbed(&list->items[i]))
            row->trials[row->trial_count++] = &list->items[i];
    }
    return 0;
}

/* Records of earlier versions do not say whether a trial was only a reference; those had fewer repetitions.
 * `exec` never says it. */
static bool is_only_reference(const struct mlm_row *uncapped, const struct mlm_row *row)
{
    return uncapped->first->reference || uncapped->trial_count == 1 ||
           uncapped->trial_count < row->trial_count;
}

/* Gives each capped row its reference. A reference that the user did not ask for as a row of its own is
 * folded. */
static int references_find(struct mlm_table *table)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap keys = {0};
    mlm_auto_free struct mlm_row **uncapped = calloc(table->row_count + 1, sizeof *uncapped);
    if (!uncapped)
        return -ENOMEM;
    for (size_t i = 0; i < table->row_count; i++) {
        struct mlm_row *row = &table->rows[i];
        if (row->first->limits.cap_bytes != MLM_NO_LIMIT)
            continue;
        size_t number;
        int r = mlm_keymap_add(&keys, mlm_record_uncapped_key(row->first), &number);
        if (r < 0)
            return r;
        if (!uncapped[number])
            uncapped[number] = row;
    }
    for (size_t i = 0; i < table->row_count; i++) {
        struct mlm_row *row = &table->rows[i];
        if (row->first->limits.cap_bytes == MLM_NO_LIMIT)
            continue;
        mlm_auto_free char *key = mlm_record_uncapped_key(row->first);
        if (!key)
            return -ENOMEM;
        size_t number = mlm_keymap_find(&keys, key);
        if (number == MLM_KEYMAP_NONE)
            continue;
        struct mlm_row *reference = uncapped[number];
        row->reference = reference;
        reference->folded |= is_only_reference(reference, row);
    }
    return 0;
}

/* Computes what a cap cost each row. Where the cap was out of reach, the row's own times are those without
 * it. */
static void slowdowns_find(struct mlm_table *table)
{
    for (size_t i = 0; i < table->row_count; i++) {
        struct mlm_row *row = &table->rows[i];
        if (row->first->limits.cap_bytes == MLM_NO_LIMIT || !row->time.count)
            continue;
        if (row->felt == MLM_FELT_NOTHING && mlm_row_all_ok(row))
            row->slowdown = (struct mlm_ratio){1, 1, 1, 1};
        else if (row->reference && row->reference->time.count && mlm_row_all_ok(row->reference))
            row->slowdown = mlm_row_time_ratio(row, row->reference, MLM_RATIO_CONFIDENCE);
    }
}

static int table_fill(struct mlm_table *table, const struct mlm_record_list *list)
{
    mlm_auto_free size_t *row_of = calloc(list->count + 1, sizeof *row_of);
    mlm_auto_free double *numbers = calloc(list->count + 1, sizeof *numbers);
    int r = row_of && numbers ? rows_find(table, list, row_of) : -ENOMEM;
    for (size_t i = 0; r >= 0 && i < table->row_count; i++)
        r = mlm_row_sum_up(&table->rows[i], numbers);
    if (r >= 0)
        r = references_find(table);
    if (r >= 0)
        slowdowns_find(table);
    if (r >= 0)
        r = mlm_table_make_sections(table);
    if (r >= 0)
        r = mlm_table_find_common(table);
    return r;
}

int mlm_table_make(const struct mlm_record_list *list, struct mlm_table **ret_table, struct mlm_error *error)
{
    mlm_cleanup(table_free_p) struct mlm_table *table = calloc(1, sizeof *table);
    int r = table ? table_fill(table, list) : -ENOMEM;
    if (r < 0)
        return mlm_error_errno(error, r, "table of %zu records", list->count);
    *ret_table = mlm_take_ptr(table);
    return 0;
}
