/* Limits of cgroups above a trial, as words. */
#include "record/above.h"

#include "base/size.h"
#include "base/utf8.h"

void mlm_above_text(const char *file, const char *path, uint64_t bytes, char text[static MLM_ABOVE_TEXT])
{
    char size[MLM_SIZE_TEXT];
    snprintf(text, MLM_ABOVE_TEXT, "%.64s of %.400s is %s", file, path, mlm_size_spell(bytes, size));
    mlm_utf8_tame(text);
}

/* A record may come from anywhere. */
static const char *text_of(const json_t *item, const char *key)
{
    const char *text = json_string_value(json_object_get(item, key));
    return text ? text : "?";
}

bool mlm_above_put(FILE *out, const struct mlm_record *record)
{
    size_t i;
    const json_t *item;
    json_array_foreach(record->limits_above, i, item)
    {
        char text[MLM_ABOVE_TEXT];
        const json_int_t bytes = json_integer_value(json_object_get(item, "bytes"));
        mlm_above_text(text_of(item, "file"), text_of(item, "path"), bytes > 0 ? (uint64_t)bytes : 0, text);
        fprintf(out, "%s%s", i ? ", " : "", text);
    }
    return json_array_size(record->limits_above) != 0;
}
