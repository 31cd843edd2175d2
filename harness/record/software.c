/* Reads, compares and writes versions. Records may come from any source, so a version may be of any type;
 * only texts count. */
#include "record/software.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

const json_t *mlm_record_software(const struct mlm_record *record)
{
    const json_t *software = json_object_get(record->machine, "software");
    return json_object_size(software) ? software : NULL;
}

/* The order of keys depends on who wrote the record, and means nothing. */
static int compare_objects(const json_t *a, const json_t *b)
{
    mlm_auto_free char *x = json_dumps(a, JSON_SORT_KEYS), *y = json_dumps(b, JSON_SORT_KEYS);
    return strcmp(x ? x : "", y ? y : "");
}

int mlm_record_compare_software(const struct mlm_record *a, const struct mlm_record *b)
{
    const json_t *x = a->machine == b->machine ? NULL : mlm_record_software(a);
    const json_t *y = a->machine == b->machine ? NULL : mlm_record_software(b);
    if (!x || !y)
        return (x != NULL) - (y != NULL);
    return json_equal(x, y) ? 0 : compare_objects(x, y);
}

json_t *mlm_software_of_text(const char *text)
{
    json_auto_t *software = json_object();
    for (size_t length; software && *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        mlm_auto_free char *name = strndup(text, length);
        char *space = name ? strchr(name, ' ') : NULL;
        if (!name)
            return NULL;
        if (!space)
            continue;
        *space = 0;
        mlm_utf8_repair(name);
        mlm_utf8_repair(space + 1);
        if (json_object_set_new(software, name, json_string(space + 1)) < 0)
            return NULL;
    }
    return mlm_take_ptr(software);
}

static bool has(const json_t *software, const char *name, const json_t *version)
{
    const json_t *other = json_object_get(software, name);
    return other && json_equal(other, version);
}

void mlm_software_keep_common(json_t *common, const struct mlm_record *record)
{
    const json_t *software = mlm_record_software(record);
    const char *name;
    json_t *version;
    void *next;
    json_object_foreach_safe(common, next, name, version)
    {
        if (!has(software, name, version))
            (void)json_object_del(common, name);
    }
}

void mlm_software_write(FILE *out, const struct mlm_record *record, const json_t *common,
    const char *separator, const char *space)
{
    const char *name;
    json_t *version;
    json_object_foreach((json_t *)(uintptr_t)mlm_record_software(record), name, version)
    {
        if (json_is_string(version) && !has(common, name, version))
            fprintf(out, "%s%.64s%s%.64s", separator, name, space, json_string_value(version));
    }
}
