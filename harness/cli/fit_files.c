/* Collects files by path. */
#include "cli/fit_files.h"

#include <errno.h>
#include <string.h>

#include "record/files.h"

static bool is_known(const struct mlm_fit_files *files, const char *path)
{
    for (size_t i = 0; i < files->paths.count; i++)
        if (strcmp(files->paths.items[i], path) == 0)
            return true;
    return false;
}

int64_t mlm_fit_files_learn(struct mlm_fit_files *files, const struct mlm_record *record)
{
    int64_t cached_bytes = 0;
    size_t i;
    json_t *entry;
    if (!files->entries && !(files->entries = json_array()))
        return -ENOMEM;
    json_array_foreach(record->data_files, i, entry)
    {
        const char *path = json_string_value(json_object_get(entry, "path"));
        if (files->paths.count == MLM_TEXTS_MAX || is_known(files, path))
            continue;
        if (json_array_append(files->entries, entry) < 0)
            return -ENOMEM;
        files->paths.items[files->paths.count++] = path;
        cached_bytes += json_integer_value(json_object_get(entry, "cached_bytes"));
    }
    return cached_bytes;
}

void mlm_fit_files_release(struct mlm_fit_files *files)
{
    json_decref(files->entries);
    *files = (struct mlm_fit_files){0};
}

void mlm_fit_files_say(FILE *out, const struct mlm_fit_files *files)
{
    if (!files->paths.count)
        return;
    mlm_files_put(out, files->entries, MLM_FILES_SIZES);
    fputs(files->paths.count == 1 ? " was " : " were ", out);
    fputs(files->stayed ? "not always dropped from the page cache: trials may have begun with parts of it.\n"
                        : "dropped from the page cache before each trial.\n",
        out);
}
