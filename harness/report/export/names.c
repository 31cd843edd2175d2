/* Makes stable, unique names for rows. */
#include "report/export/names.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/keymap.h"
#include "record/software.h"

#define USUAL_SEED 1

/* Bencher takes names of up to 1024 characters. */
#define NAME_BYTES_MOST 1000

static void put_size(FILE *out, const char *what, uint64_t bytes)
{
    char text[MLM_SIZE_TEXT];
    fprintf(out, "/%s:%s", what, mlm_size_spell(bytes, text));
}

static void put_surroundings(FILE *out, const struct mlm_record *record)
{
    if (record->limits.swap_limit_bytes != MLM_NO_LIMIT)
        put_size(out, "swap", record->limits.swap_limit_bytes);
    if (record->limits.background_bytes) {
        put_size(out, "background", record->limits.background_bytes);
        fprintf(out, ":%s", mlm_background_mode(&record->limits));
    }
    if (record->limits.laptop_own)
        fputs("/laptop:own", out);
    else if (record->limits.laptop_bytes)
        put_size(out, "laptop", record->limits.laptop_bytes);
    if (record->limits.processors)
        fprintf(out, "/cpus:%" PRIu64, record->limits.processors);
    if (record->limits.private_tmp)
        fputs("/private-tmp", out);
    if (record->limits.background_reclaim)
        fputs("/background-reclaim", out);
    if (record->limits.inherited_cage)
        fputs("/inherited-cage", out);
    if (record->threads != 1)
        fprintf(out, "/threads:%" PRIu64, record->threads);
    if (record->seed != USUAL_SEED)
        fprintf(out, "/seed:%" PRIu64, record->seed);
}

/* NULL: out of memory. */
static char *name_make(const struct mlm_table *table, const struct mlm_row *row, bool with_machine)
{
    struct mlm_text name;
    FILE *out = mlm_text_begin(&name);
    char limit[MLM_SIZE_TEXT];
    if (!out)
        return NULL;
    const struct mlm_record *record = row->first;
    fputs(record->workload, out);
    for (size_t i = 0; i < record->params.count; i++)
        fprintf(out, "/%s:%s", record->params.items[i].name, record->params.items[i].value);
    if (record->dataset)
        fprintf(out, "/dataset:%s", record->dataset);
    else
        put_size(out, "data", record->data_bytes);
    put_surroundings(out, record);
    if (table->software_differs)
        mlm_software_write(out, record, table->software_common, "/", ":");
    if (table->time_limits_differ)
        fprintf(out, "/timeout:%s", mlm_duration_show((double)record->limits.timeout_ns, limit));
    put_size(out, "cap", record->limits.cap_bytes);
    if (with_machine)
        fprintf(out, "/machine:%s", json_string_value(json_object_get(record->machine, "id")));
    char *text = mlm_text_end_tame(&name);
    if (text && strlen(text) > NAME_BYTES_MOST) {
        text[NAME_BYTES_MOST] = 0;
        mlm_utf8_repair(text); /* a character may have been cut in two */
    }
    return text;
}

/* Cut or cleaned texts may have become equal: "NAME#2" makes them unique. */
static int name_add(struct mlm_keymap *taken, char *name, char **ret_name)
{
    for (unsigned next = 1;; next++) {
        char *wanted = name ? mlm_text_of(next == 1 ? "%s" : "%s#%u", name, next) : NULL;
        size_t before = taken->count, number;
        int r = mlm_keymap_add(taken, wanted, &number);
        if (r < 0)
            return r;
        if (number < before)
            continue;
        *ret_name = taken->entries[number].key;
        return 0;
    }
}

static bool several_machines(const struct mlm_table *table)
{
    for (size_t i = 1; i < table->row_count; i++)
        if (!mlm_same_machine(table->rows[i].first, table->rows[0].first))
            return true;
    return false;
}

static int names_fill(struct mlm_row_names *names, const struct mlm_table *table)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap taken = {0};
    bool with_machine = several_machines(table);
    names->items = calloc(table->row_count + 1, sizeof *names->items);
    if (!names->items)
        return -ENOMEM;
    names->count = table->row_count;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct mlm_row *row = table->order[i];
        mlm_auto_free char *name = name_make(table, row, with_machine);
        char *taken_name = NULL;
        int r = name_add(&taken, name, &taken_name);
        if (r < 0)
            return r;
        char **place = &names->items[row - table->rows];
        *place = strdup(taken_name);
        if (!*place)
            return -ENOMEM;
    }
    return 0;
}

int mlm_row_names_make(
    const struct mlm_table *table, struct mlm_row_names *ret_names, struct mlm_error *error)
{
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = names_fill(&names, table);
    if (r < 0)
        return mlm_error_errno(error, r, "names of rows");
    *ret_names = names;
    names = (struct mlm_row_names){0};
    return 0;
}

void mlm_row_names_release(struct mlm_row_names *names)
{
    for (size_t i = 0; i < names->count && names->items; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct mlm_row_names){0};
}

const char *mlm_row_name_of(
    const struct mlm_row_names *names, const struct mlm_table *table, const struct mlm_row *row)
{
    return names->items[row - table->rows];
}
