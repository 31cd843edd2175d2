/* Reads the earlier files of a folder and compares a run with them. */
#include "cli/history.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/load.h"
#include "cli/say.h"
#include "cli/style.h"
#include "cli/verbs.h"
#include "report/compare/show.h"
#include "report/table/heading.h"

/* A file of which some rows count. */
struct entry {
    struct mlm_loaded loaded;
    struct mlm_side side;
    const char *time;   /* of the latest trial among them; ISO 8601, so texts sort as times do */
    const char *run_id; /* its run */
};

static void entry_release(struct entry *entry)
{
    mlm_loaded_release(&entry->loaded);
    *entry = (struct entry){0};
}

struct archive {
    const struct mlm_history_request *request;
    struct entry *entries; /* sorted by time; room for request->last and one more */
    size_t count;
    struct left_out {
        size_t broken, elsewhere, same, later, older;
    } left_out;
};

static void archive_release(struct archive *archive)
{
    for (size_t i = 0; i < archive->count; i++)
        entry_release(&archive->entries[i]);
    free(archive->entries);
}

static void find_latest(struct entry *entry)
{
    entry->time = entry->run_id = "";
    for (size_t i = 0; i < entry->side.count; i++)
        for (size_t t = 0; t < entry->side.rows[i]->trial_count; t++) {
            const struct mlm_record *trial = entry->side.rows[i]->trials[t];
            if (strcmp(trial->time, entry->time) <= 0)
                continue;
            entry->time = trial->time;
            entry->run_id = trial->run_id;
        }
}

/* Makes a side of the machine's rows (NULL: of all rows). The side may have no rows. */
static struct mlm_side rows_of_machine(const struct mlm_table *table, const struct mlm_record *machine)
{
    struct mlm_side whole = mlm_side_of_table(table, "history"), side = whole;
    if (!machine)
        return whole;
    side.count = 0;
    for (size_t i = 0; i < whole.count; i++) {
        if (!mlm_same_machine(whole.rows[i]->first, machine))
            continue;
        if (!side.count)
            side.rows = &whole.rows[i];
        side.count++;
    }
    return side;
}

/* Inserts the entry by its time, and drops the oldest one where there are too many. Takes the entry. */
static void archive_insert(struct archive *archive, struct entry *entry)
{
    size_t at = archive->count++;
    for (; at && strcmp(archive->entries[at - 1].time, entry->time) > 0; at--)
        archive->entries[at] = archive->entries[at - 1];
    archive->entries[at] = *entry;
    if (archive->count <= archive->request->last)
        return;
    archive->left_out.older++;
    entry_release(&archive->entries[0]);
    archive->count--;
    memmove(archive->entries, archive->entries + 1, archive->count * sizeof *archive->entries);
}

/* Considers one file of the folder. A file that cannot be read is named and skipped. */
static void archive_consider(struct archive *archive, const char *path, const struct entry *new)
{
    struct mlm_error why = {0};
    struct entry entry = {0};
    if (mlm_load(&path, 1, &entry.loaded, &why) < 0) {
        mlm_say("mlmembench: passed over: %s", why.text);
        archive->left_out.broken++;
        return;
    }
    const struct mlm_record *machine = archive->request->any_machine ? NULL : new->side.rows[0]->first;
    entry.side = rows_of_machine(entry.loaded.table, machine);
    find_latest(&entry);
    if (!entry.side.count)
        archive->left_out.elsewhere++;
    else if (strcmp(entry.run_id, new->run_id) == 0)
        archive->left_out.same++;
    else if (strcmp(entry.time, new->time) > 0)
        archive->left_out.later++;
    else {
        archive_insert(archive, &entry);
        return;
    }
    entry_release(&entry);
}

static int is_store(const struct dirent *file)
{
    size_t length = strlen(file->d_name);
    return length > 6 && strcmp(file->d_name + length - 6, ".jsonl") == 0;
}

static int archive_read(
    struct archive *archive, const char *new_path, const struct entry *new, struct mlm_error *error)
{
    const char *folder = archive->request->folder;
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_store, alphasort), r = 0;
    if (count < 0)
        return mlm_error_errno(error, -errno, "--history: cannot read the folder %s", folder);
    for (int i = 0; i < count; i++) {
        mlm_auto_free char *path = NULL;
        if (asprintf(&path, "%s/%s", folder, files[i]->d_name) < 0) {
            path = NULL;
            r = -ENOMEM;
        }
        free(files[i]);
        if (r == 0 && !mlm_same_file(path, new_path))
            archive_consider(archive, path, new);
    }
    free(files);
    return r < 0 ? mlm_error_errno(error, r, "--history") : 0;
}

/* "left out: 2 of other machines, 1 later than NEW" */
static int put_left_out(const struct left_out *left_out, const struct mlm_text_style *style)
{
    const struct {
        size_t count;
        const char *what;
    } parts[] = {
        {left_out->older, "older"},
        {left_out->elsewhere, "of other machines (--any-machine takes them)"},
        {left_out->same, "of the same run"},
        {left_out->later, "later than it"},
        {left_out->broken, "that cannot be read"},
    };
    char text[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%zu %s", length ? ", " : "",
                parts[i].count, parts[i].what);
    return length ? mlm_put_note(stdout, style, "left out:", text) : 0;
}

static int put_head(const struct archive *archive, const char *path, const struct entry *new,
    const struct mlm_text_style *style)
{
    mlm_auto_free char *machine = mlm_machine_line(new->side.rows[0]->first);
    char *line = NULL;
    if (!machine || asprintf(&line, "new %s: %s", path, machine) < 0)
        return -ENOMEM;
    mlm_utf8_tame(line);
    int r = mlm_put_line(stdout, style, MLM_PAINT_PLAIN, line);
    if (r < 0)
        return r;
    const struct entry *entries = archive->entries;
    r = archive->count ? asprintf(&line, "history %s: %zu file%s, from %.10s to %.10s",
                             archive->request->folder, archive->count, archive->count == 1 ? "" : "s",
                             entries[0].time, entries[archive->count - 1].time)
                       : asprintf(&line, "history %s: no earlier file", archive->request->folder);
    if (r < 0)
        return -ENOMEM;
    mlm_utf8_tame(line);
    r = mlm_put_line(stdout, style, MLM_PAINT_PLAIN, line);
    return r < 0 ? r : put_left_out(&archive->left_out, style);
}

static void history_free_p(struct mlm_history **history)
{
    mlm_history_free(*history);
}

static int judge(
    const struct archive *archive, const char *path, const struct entry *new, struct mlm_error *error)
{
    const struct mlm_history_request *request = archive->request;
    mlm_cleanup(history_free_p) struct mlm_history *history = NULL;
    mlm_auto_free struct mlm_side *sides = calloc(archive->count + 1, sizeof *sides);
    struct mlm_text_style style = mlm_style_of(STDOUT_FILENO);
    if (!sides)
        return mlm_error_errno(error, -ENOMEM, "--history");
    for (size_t i = 0; i < archive->count; i++)
        sides[i] = archive->entries[i].side;
    int r = mlm_history_make(sides, archive->count, &new->side, request->floor, &history, error);
    if (r < 0)
        return r;
    /* A short history will grow; a history without any row of the run never will, so it is an error. */
    size_t there = archive->count + archive->left_out.elsewhere + archive->left_out.later;
    if (!history->known_count && there >= MLM_HISTORY_FILES_LEAST)
        return mlm_error_set(error, -ENODATA,
            "nothing to compare: none of the %zu files of %s has a row of %s, with the same workload, "
            "parameters, cap, swap and data%s",
            there, request->folder, path,
            archive->left_out.elsewhere ? "; some are of other machines: --any-machine takes them" : "");
    if (put_head(archive, path, new, &style) < 0)
        return mlm_error_errno(error, -ENOMEM, "printing a history");
    r = mlm_history_show(history, request->floor, request->figures, &style, stdout, error);
    bool trips = false;
    for (size_t i = 0; i < history->count; i++)
        trips |= mlm_history_row_trips(&history->rows[i], request->figures);
    return r < 0 ? r : trips ? MLM_EXIT_REGRESSION : MLM_EXIT_OK;
}

int mlm_compare_history(const char *path, const struct mlm_history_request *request, struct mlm_error *error)
{
    mlm_cleanup(entry_release) struct entry new = {0};
    mlm_cleanup(archive_release) struct archive archive = {.request = request};
    int r = mlm_load(&path, 1, &new.loaded, error);
    if (r < 0)
        return r;
    new.side = mlm_side_of_table(new.loaded.table, path);
    if (rows_of_machine(new.loaded.table, new.side.rows[0]->first).count < new.side.count)
        return mlm_error_set(
            error, -EINVAL, "%s holds the runs of several machines; --history needs one's", path);
    find_latest(&new);
    archive.entries = calloc(request->last + 1, sizeof *archive.entries);
    if (!archive.entries)
        return mlm_error_errno(error, -ENOMEM, "--last %zu", request->last);
    r = archive_read(&archive, path, &new, error);
    return r < 0 ? r : judge(&archive, path, &new, error);
}
