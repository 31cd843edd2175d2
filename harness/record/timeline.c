/* Timelines as JSON, and reading one from a store. */
#include "record/timeline.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/record_json.h"
#include "record/source.h"
#include "record/store.h"

/* Each column is an array as long as the timeline: shorter than a list of objects, and the form that plots
 * need. */
static const struct column {
    const char *key;
    size_t offset; /* offset in a point */
    bool may_be_null;
} columns[] = {
    {"at_ns", offsetof(struct mlm_timeline_point, at_ns), false},
    {"memory_bytes", offsetof(struct mlm_timeline_point, memory_bytes), true},
    {"swap_bytes", offsetof(struct mlm_timeline_point, swap_bytes), true},
    {"stall_full_ns", offsetof(struct mlm_timeline_point, stall_full_ns), true},
};

#define COLUMN_COUNT (sizeof columns / sizeof *columns)

static int column_set(json_t *object, const struct column *column, const struct mlm_timeline *timeline)
{
    json_auto_t *array = json_array();
    for (size_t i = 0; i < timeline->count; i++) {
        int64_t value = *(const int64_t *)((const char *)&timeline->points[i] + column->offset);
        if (json_array_append_new(array, value >= 0 ? json_integer(value) : json_null()) < 0)
            return -ENOMEM;
    }
    return json_object_set(object, column->key, array) < 0 ? -ENOMEM : 0;
}

int mlm_timeline_to_json(const struct mlm_record *record, const struct mlm_timeline *timeline,
    json_t **ret_json, struct mlm_error *error)
{
    json_auto_t *object = mlm_line_begin("timeline");
    bool failed =
        !object || json_object_set_new(object, "run_id", mlm_json_text(record->run_id)) < 0 ||
        json_object_set_new(object, "time", mlm_json_text(record->time)) < 0 ||
        json_object_set_new(object, "workload", mlm_json_text(record->workload)) < 0 ||
        json_object_set_new(object, "repetition", json_integer((json_int_t)record->repetition)) < 0 ||
        json_object_set_new(object, "interval_ns", json_integer((json_int_t)timeline->interval_ns)) < 0;
    for (size_t i = 0; !failed && i < COLUMN_COUNT; i++)
        failed = column_set(object, &columns[i], timeline) < 0;
    if (failed)
        return mlm_error_errno(error, -ENOMEM, "making a timeline's line");
    *ret_json = mlm_take_ptr(object);
    return 0;
}

static int column_get(
    const json_t *json, const struct column *column, struct mlm_timeline *timeline, struct mlm_error *error)
{
    const json_t *array = json_object_get(json, column->key);
    size_t count = json_array_size(array);
    if (!json_is_array(array) || count > MLM_TIMELINE_MAX || (column != columns && count != timeline->count))
        return mlm_error_set(error, -EBADMSG, "\"%s\" must be a list of at most %d, as many as \"at_ns\" has",
            column->key, MLM_TIMELINE_MAX);
    timeline->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        bool null = json_is_null(item) && column->may_be_null;
        if (!null && (!json_is_integer(item) || json_integer_value(item) < 0))
            return mlm_error_set(error, -EBADMSG, "\"%s\" must hold whole numbers from 0 to 2^63 - 1%s",
                column->key, column->may_be_null ? " or null" : "");
        *(int64_t *)((char *)&timeline->points[i] + column->offset) =
            null ? MLM_NULL : json_integer_value(item);
    }
    return 0;
}

static bool is_text(const json_t *json, const char *key, const char *text)
{
    const char *value = json_string_value(json_object_get(json, key));
    return value && strcmp(value, text) == 0;
}

int mlm_timeline_from_json(const json_t *json, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error)
{
    int r = mlm_line_check(json, "timeline", error);
    if (r < 0)
        return r;
    json_t *repetition = json_object_get(json, "repetition"),
           *interval = json_object_get(json, "interval_ns");
    if (!is_text(json, "run_id", record->run_id) || !is_text(json, "time", record->time) ||
        !is_text(json, "workload", record->workload) || !json_is_integer(repetition) ||
        json_integer_value(repetition) != (json_int_t)record->repetition)
        return mlm_error_set(error, -EBADMSG, "the timeline of another trial");
    if (!json_is_integer(interval) || json_integer_value(interval) < 0)
        return mlm_error_set(error, -EBADMSG, "\"interval_ns\" must be a whole number from 0 to 2^63 - 1");
    struct mlm_timeline timeline = {.interval_ns = (uint64_t)json_integer_value(interval)};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        r = column_get(json, &columns[i], &timeline, error);
        if (r < 0)
            return r;
    }
    *ret_timeline = timeline;
    return 0;
}

int mlm_timeline_read(const struct mlm_record_list *list, const struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error)
{
    const struct mlm_timeline_place *place = &record->timeline;
    if (!place->offset_bytes)
        return mlm_error_set(error, -ENODATA, "no timeline is recorded");
    const char *path = mlm_source_name(list->paths[place->file]);
    mlm_auto_close int fd = -1;
    bool returns;
    int r = mlm_source_open(list->paths[place->file], &fd, &returns, error);
    if (r < 0)
        return r;
    mlm_cleanup(mlm_store_line_release) struct mlm_store_line line = {0};
    r = mlm_store_line_read(fd, (off_t)place->offset_bytes, &line);
    if (r == -EFBIG)
        return mlm_error_set(error, -EBADMSG, "%s: a timeline: longer than any", path);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot read %s", path);
    json_error_t why;
    json_auto_t *json = json_loadb(line.text, line.size, 0, &why);
    if (!json)
        return mlm_error_set(
            error, -EBADMSG, "%s: a timeline: no JSON: column %d: %s", path, why.column, why.text);
    r = mlm_timeline_from_json(json, record, ret_timeline, error);
    return r < 0 ? mlm_error_wrap(error, r, "%s: a timeline", path) : 0;
}
