/* Makes sides from tables, and names their rows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/keymap.h"
#include "report/compare/compare.h"
#include "report/table/heading.h"

struct mlm_side mlm_side_of_table(const struct mlm_table *table, const char *label)
{
    size_t count = 0;
    for (size_t s = 0; s < table->section_count; s++)
        count += table->sections[s].count;
    return (struct mlm_side){.label = label, .table = table, .rows = table->order, .count = count};
}

/* Rows are sorted by machine, so the first and the last row are enough. */
bool mlm_side_has_machines(const struct mlm_side *side)
{
    return side->count && !mlm_same_machine(side->rows[0]->first, side->rows[side->count - 1]->first);
}

void mlm_sides_free(struct mlm_side *sides, size_t count)
{
    for (size_t i = 0; sides && i < count; i++)
        free((char *)(uintptr_t)sides[i].label);
    free(sides);
}

static const char *machine_text(const struct mlm_row *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row->first->machine, key));
    return text ? text : "";
}

/* The host, or host and id where another machine has the same host name. */
static char *label_make(const struct mlm_side *side, bool host_is_shared)
{
    const char *host = machine_text(side->rows[0], "host"), *id = machine_text(side->rows[0], "id");
    bool alone = *host && !host_is_shared;
    char *label = mlm_text_of(
        "%s%s%s%s", host, *host && !alone ? " (" : "", alone ? "" : id, *host && !alone ? ")" : "");
    if (label)
        mlm_utf8_tame(label);
    return label;
}

static int sides_label(struct mlm_side *sides, size_t count)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap hosts = {0};
    mlm_auto_free size_t *host_of = calloc(count + 1, sizeof *host_of);
    mlm_auto_free size_t *machines_of = calloc(count + 1, sizeof *machines_of); /* counts, by host */
    if (!host_of || !machines_of)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int r = mlm_keymap_add(&hosts, strdup(machine_text(sides[i].rows[0], "host")), &host_of[i]);
        if (r < 0)
            return r;
        machines_of[host_of[i]]++;
    }
    for (size_t i = 0; i < count; i++) {
        sides[i].label = label_make(&sides[i], machines_of[host_of[i]] > 1);
        if (!sides[i].label)
            return -ENOMEM;
    }
    return 0;
}

int mlm_sides_by_machine(
    const struct mlm_table *table, struct mlm_side **ret_sides, size_t *ret_count, struct mlm_error *error)
{
    struct mlm_side whole = mlm_side_of_table(table, NULL);
    struct mlm_side *sides = calloc(whole.count + 1, sizeof *sides);
    size_t count = 0;
    int r = sides ? 0 : -ENOMEM;
    for (size_t i = 0; i < whole.count && r >= 0; i++) {
        if (!i || !mlm_same_machine(whole.rows[i - 1]->first, whole.rows[i]->first))
            sides[count++] = (struct mlm_side){.table = table, .rows = &whole.rows[i]};
        sides[count - 1].count++;
    }
    if (r >= 0)
        r = sides_label(sides, count);
    if (r < 0) {
        mlm_sides_free(sides, count);
        return mlm_error_errno(error, r, "machines of %zu rows", whole.count);
    }
    *ret_sides = sides;
    *ret_count = count;
    return 0;
}

char *mlm_row_name(const struct mlm_row *row, bool whole)
{
    const struct mlm_record *record = row->first;
    mlm_auto_free char *params =
        whole ? mlm_params_show(&record->params, record->threads) : strdup(row->params);
    struct mlm_text name;
    FILE *out = params ? mlm_text_begin(&name) : NULL;
    char size_text[MLM_SIZE_TEXT];
    if (!out)
        return NULL;
    fprintf(out, "%s%s%s at %s", record->workload, *params ? " " : "", params,
        mlm_size_spell(record->limits.cap_bytes, size_text));
    mlm_limits_write(out, record);
    if (record->dataset)
        fprintf(out, ", dataset %s", record->dataset);
    else if (whole)
        fprintf(out, ", data %s", mlm_size_show((double)record->data_bytes, size_text));
    return mlm_text_end_tame(&name);
}

char *mlm_side_row_name(const struct mlm_side *side, const struct mlm_row *row, bool whole)
{
    mlm_auto_free char *name = mlm_row_name(row, whole);
    const char *host = machine_text(row, "host");
    if (!name || !mlm_side_has_machines(side))
        return mlm_take_ptr(name);
    char *text = mlm_text_of("%s: %s", *host ? host : machine_text(row, "id"), name);
    if (text)
        mlm_utf8_tame(text);
    return text;
}
