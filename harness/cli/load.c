/* Reads stores, reports invalid lines, judges and makes the table. */
#include "cli/load.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/say.h"
#include "record/judge.h"
#include "record/source.h"

/* Only the first invalid lines are shown: a file that is not a store would fill the screen. */
#define COMPLAINTS_SHOWN 3

struct complaints {
    char shown[COMPLAINTS_SHOWN][MLM_ERROR_TEXT_SIZE];
    size_t count;
};

static void complain(void *context, const char *text)
{
    struct complaints *complaints = context;
    if (complaints->count < COMPLAINTS_SHOWN)
        snprintf(complaints->shown[complaints->count], MLM_ERROR_TEXT_SIZE, "%s", text);
    complaints->count++;
}

static void complaints_print(const struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count && i < COMPLAINTS_SHOWN; i++)
        mlm_say("mlmembench: %s", complaints->shown[i]);
    if (complaints->count > COMPLAINTS_SHOWN)
        mlm_say("mlmembench: %zu more lines are no records", complaints->count - COMPLAINTS_SHOWN);
}

static int read_all(
    const char *const *paths, size_t path_count, struct mlm_record_list *list, struct mlm_error *error)
{
    struct complaints complaints = {0};
    mlm_auto_free bool *is_empty = calloc(path_count, sizeof *is_empty);
    if (!is_empty)
        return mlm_error_errno(error, -ENOMEM, "%zu files", path_count);
    for (size_t i = 0; i < path_count; i++) {
        size_t before = list->count;
        int r = mlm_store_read(paths[i], list, complain, &complaints, error);
        if (r < 0)
            return r;
        is_empty[i] = list->count == before;
    }
    if (!list->count)
        return mlm_error_set(error, -ENODATA, "no trial is recorded in %s%s%.400s%s",
            mlm_source_name(paths[0]), complaints.count ? " (" : "", complaints.shown[0],
            complaints.count ? ")" : "");
    complaints_print(&complaints);
    for (size_t i = 0; i < path_count; i++)
        if (is_empty[i])
            mlm_say("mlmembench: no trial is recorded in %s", mlm_source_name(paths[i]));
    return 0;
}

/* Removes the records of all runs but one. */
static void keep_run(struct mlm_record_list *list, const char *run_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct mlm_record *record = &list->items[i];
        if (!record->run_id || strcmp(record->run_id, run_id) != 0) {
            mlm_record_release(record);
            continue;
        }
        struct mlm_record moved = *record;
        mlm_record_init(record);
        list->items[kept++] = moved;
    }
    list->count = kept;
}

static int load(const char *const *paths, size_t path_count, const char *run_id, struct mlm_loaded *loaded,
    struct mlm_error *error)
{
    int r = read_all(paths, path_count, &loaded->list, error);
    if (r < 0)
        return r;
    if (run_id)
        keep_run(&loaded->list, run_id);
    r = mlm_judge(&loaded->list, error);
    if (r < 0)
        return r;
    loaded->wrong = (size_t)r;
    return mlm_table_make(&loaded->list, &loaded->table, error);
}

static int load_into(const char *const *paths, size_t path_count, const char *run_id,
    struct mlm_loaded *ret_loaded, struct mlm_error *error)
{
    struct mlm_loaded loaded = {0};
    int r = load(paths, path_count, run_id, &loaded, error);
    if (r < 0)
        mlm_loaded_release(&loaded);
    else
        *ret_loaded = loaded;
    return r;
}

int mlm_load(
    const char *const *paths, size_t path_count, struct mlm_loaded *ret_loaded, struct mlm_error *error)
{
    return load_into(paths, path_count, NULL, ret_loaded, error);
}

int mlm_load_run(const char *path, const char *run_id, struct mlm_loaded *ret_loaded, struct mlm_error *error)
{
    return load_into(&path, 1, run_id, ret_loaded, error);
}

void mlm_loaded_release(struct mlm_loaded *loaded)
{
    mlm_table_free(loaded->table);
    mlm_record_list_release(&loaded->list);
    *loaded = (struct mlm_loaded){0};
}
