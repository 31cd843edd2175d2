/* Judges and names what a trial left in tmpfs. */
#include "record/left.h"

#include "base/size.h"
#include "record/files.h"
#include "record/record_json.h"

#define TOLERATED_BYTES (INT64_C(1) << 20)
#define TOLERATED_SHARE 0.01

bool mlm_left_much(const struct mlm_readings *readings)
{
    int64_t left_bytes = readings->values[MLM_left_tmpfs_bytes];
    int64_t needs_bytes = readings->values[MLM_needs_peak_bytes];
    return left_bytes > TOLERATED_BYTES && (double)left_bytes > TOLERATED_SHARE * (double)needs_bytes;
}

json_t *mlm_left_entry(const char *path, uint64_t bytes)
{
    return json_pack("{s:o, s:I}", "path", mlm_json_text(path), "bytes", (json_int_t)bytes);
}

void mlm_left_put(FILE *out, int64_t bytes, const json_t *entries)
{
    char text[MLM_SIZE_TEXT];
    fprintf(out, "%s in ", mlm_size_show((double)bytes, text));
    if (!json_array_size(entries))
        fputs("tmpfs, in files that cannot be seen from here", out);
    mlm_files_put(out, entries, MLM_FILES_FOLDERS | (json_array_size(entries) > 1 ? MLM_FILES_SIZES : 0));
}
