/* Sums up and names the files of a record. */
#include "record/files.h"

#include <string.h>

#include "base/size.h"

/* More files than this are counted rather than named. */
#define NAMED_MAX 3
/* A smaller share of the files in the page cache makes no warm start. */
#define WARM_SHARE 0.1

int64_t mlm_files_cached(const struct mlm_record *record, int64_t *ret_bytes)
{
    size_t i;
    const json_t *file;
    *ret_bytes = 0;
    json_array_foreach(record->data_files, i, file) *ret_bytes +=
        json_integer_value(json_object_get(file, "bytes"));
    return record->readings.values[MLM_cached_before_bytes];
}

enum mlm_start mlm_files_start(const struct mlm_record *record)
{
    int64_t bytes, cached_bytes = mlm_files_cached(record, &bytes);
    bool unknown = false;
    size_t i;
    const json_t *file;
    if (!json_array_size(record->data_files))
        return MLM_START_NONE;
    if (cached_bytes != MLM_NULL && (double)cached_bytes > WARM_SHARE * (double)bytes)
        return MLM_START_WARM;
    json_array_foreach(record->data_files, i, file) unknown |=
        !json_is_integer(json_object_get(file, "cached_bytes"));
    return unknown ? MLM_START_UNKNOWN : MLM_START_COLD;
}

void mlm_files_put(FILE *out, const json_t *files, enum mlm_files_words words)
{
    char size[MLM_SIZE_TEXT];
    const size_t count = json_array_size(files), named = count <= NAMED_MAX ? count : NAMED_MAX;
    for (size_t i = 0; i < named; i++) {
        const json_t *file = json_array_get(files, i);
        const char *path = json_string_value(json_object_get(file, "path")), *slash = strrchr(path, '/');
        fputs(!i ? "" : i + 1 == count ? " and " : ", ", out);
        fputs(slash && slash[1] && !(words & MLM_FILES_FOLDERS) ? slash + 1 : path, out);
        if (words & MLM_FILES_SIZES)
            fprintf(out, " (%s)", mlm_size_show(json_number_value(json_object_get(file, "bytes")), size));
    }
    if (count > named)
        fprintf(out, " and %zu more", count - named);
}
