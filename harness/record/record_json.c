/* The record as JSON. One table says for each key how its value is written and read, in the order of the keys
 * in a line. */
#include "record/record_json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

/* How one type of value is written and read. `field` points at the member inside a record. */
struct codec {
    json_t *(*put)(const void *field);
    /* Returns NULL, or what is wrong: "must be …". Never gets null. */
    const char *(*get)(const json_t *value, void *field);
    /* May be null, or may be missing; either leaves the value of mlm_record_init(). A missing limit does not
     * mean "no limit". */
    bool may_be_null, may_be_missing;
};

static const char out_of_memory[] = "does not fit in memory";

json_t *mlm_json_text(const char *text)
{
    json_t *json = json_string(text);
    if (json)
        return json;
    mlm_auto_free char *repaired = strdup(text);
    if (!repaired)
        return NULL;
    mlm_utf8_repair(repaired);
    return json_string(repaired);
}

static json_t *text_put(const void *field)
{
    const char *text = *(char *const *)field;
    return text ? mlm_json_text(text) : json_null();
}

static const char *text_get(const json_t *value, void *field)
{
    if (!json_is_string(value))
        return "must be a text";
    char *copy = strdup(json_string_value(value));
    if (!copy)
        return out_of_memory;
    *(char **)field = copy;
    return NULL;
}

static json_t *flag_put(const void *field)
{
    return json_boolean(*(const bool *)field);
}

static const char *flag_get(const json_t *value, void *field)
{
    if (!json_is_boolean(value))
        return "must be true or false";
    *(bool *)field = json_is_true(value);
    return NULL;
}

static const char whole_number[] = "must be a whole number from 0 to 2^63 - 1";

static json_t *count_put(const void *field)
{
    uint64_t count = *(const uint64_t *)field;
    return count <= INT64_MAX ? json_integer((json_int_t)count) : NULL;
}

static const char *count_get(const json_t *value, void *field)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return whole_number;
    *(uint64_t *)field = (uint64_t)json_integer_value(value);
    return NULL;
}

static json_t *limit_put(const void *field)
{
    return *(const uint64_t *)field == MLM_NO_LIMIT ? json_null() : count_put(field);
}

static json_t *reading_put(const void *field)
{
    int64_t value = *(const int64_t *)field;
    if (value == MLM_NULL)
        return json_null();
    return value >= 0 ? json_integer(value) : NULL;
}

static json_t *tolerance_put(const void *field)
{
    double tolerance = *(const double *)field;
    return tolerance >= 0 ? json_real(tolerance) : NULL;
}

static const char *tolerance_get(const json_t *value, void *field)
{
    if (!json_is_number(value) || json_number_value(value) < 0)
        return "must be a number from 0 on";
    *(double *)field = json_number_value(value);
    return NULL;
}

static json_t *progress_put(const void *field)
{
    double progress = *(const double *)field;
    if (isnan(progress))
        return json_null();
    return progress >= 0 && progress <= 1 ? json_real(progress) : NULL;
}

static const char *progress_get(const json_t *value, void *field)
{
    double progress = json_number_value(value);
    if (!json_is_number(value) || progress < 0 || progress > 1)
        return "must be a number from 0 to 1";
    *(double *)field = progress;
    return NULL;
}

static json_t *background_mode_put(const void *field)
{
    const char *mode = mlm_background_mode(field);
    return mode ? json_string(mode) : json_null();
}

static const char *background_mode_get(const json_t *value, void *field)
{
    const char *mode = json_string_value(value);
    bool active = mode && strcmp(mode, "active") == 0;
    if (!active && (!mode || strcmp(mode, "idle") != 0))
        return "must be idle or active";
    ((struct mlm_limits *)field)->background_active = active;
    return NULL;
}

static json_t *outcome_put(const void *field)
{
    return json_string(mlm_outcome_name(*(const enum mlm_outcome *)field));
}

static const char *outcome_get(const json_t *value, void *field)
{
    for (int i = 0; json_is_string(value) && i < MLM_OUTCOME_COUNT; i++)
        if (strcmp(json_string_value(value), mlm_outcome_name((enum mlm_outcome)i)) == 0) {
            *(enum mlm_outcome *)field = (enum mlm_outcome)i;
            return NULL;
        }
    return "must be one of ok, oom, timeout, killed, crash, wrong, refused, skipped";
}

static json_t *params_put(const void *field)
{
    const struct mlm_params *params = field;
    json_auto_t *object = json_object();
    for (size_t i = 0; i < params->count; i++) {
        mlm_auto_free char *name = strdup(params->items[i].name);
        if (!name)
            return NULL;
        mlm_utf8_repair(name);
        if (json_object_set_new(object, name, mlm_json_text(params->items[i].value)) < 0)
            return NULL;
    }
    return mlm_take_ptr(object);
}

/* Far more than any workload has; more would make comparisons slow. */
#define PARAMS_MAX 64

static const char *params_get(const json_t *value, void *field)
{
    static const char complaint[] = "must be an object of at most 64 texts";
    if (!json_is_object(value) || json_object_size(value) > PARAMS_MAX)
        return complaint;
    struct mlm_params *params = field;
    params->items = calloc(json_object_size(value) + 1, sizeof *params->items);
    const char *name;
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)value, name, item)
    {
        if (!json_is_string(item))
            return complaint;
        if (!params->items)
            return out_of_memory;
        struct mlm_param_value *param = &params->items[params->count++];
        param->name = strdup(name);
        param->value = strdup(json_string_value(item));
        if (!param->name || !param->value)
            return out_of_memory;
    }
    return NULL;
}

/* These three get the whole record, because they fill two members. */

static json_t *checksum_put(const void *field)
{
    const struct mlm_record *record = field;
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, record->data_checksum);
    return record->has_checksum ? json_string(text) : json_null();
}

static const char *checksum_get(const json_t *value, void *field)
{
    struct mlm_record *record = field;
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
        return "must be a text of 16 hexadecimal digits";
    record->data_checksum = strtoull(text, NULL, 16);
    record->has_checksum = true;
    return NULL;
}

static json_t *answer_put(const void *field)
{
    const struct mlm_record *record = field;
    json_auto_t *array = json_array();
    for (size_t i = 0; i < record->answer_count; i++) {
        double number = record->answer[i];
        if (json_array_append_new(array, isfinite(number) ? json_real(number) : json_null()) < 0)
            return NULL;
    }
    return mlm_take_ptr(array);
}

static const char *answer_get(const json_t *value, void *field)
{
    static const char complaint[] = "must be a list of at most 8 numbers";
    struct mlm_record *record = field;
    if (!json_is_array(value) || json_array_size(value) > MLM_RECORD_ANSWER_MAX)
        return complaint;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!json_is_number(item) && !json_is_null(item))
            return complaint;
        record->answer[i] = json_is_null(item) ? NAN : json_number_value(item);
    }
    record->answer_count = i;
    return NULL;
}

static json_t *marks_put(const void *field)
{
    mlm_mark_set marks = *(const mlm_mark_set *)field;
    json_auto_t *array = json_array();
    for (int i = 0; i < MLM_MARK_COUNT; i++)
        if (marks >> i & 1 && json_array_append_new(array, json_string(mlm_marks[i].key)) < 0)
            return NULL;
    return mlm_take_ptr(array);
}

static const char *texts_complaint(const json_t *value)
{
    size_t i;
    json_t *item;
    bool texts = json_is_array(value);
    json_array_foreach(value, i, item)
    {
        texts = texts && json_is_string(item);
    }
    return texts ? NULL : "must be a list of texts";
}

static const char *marks_get(const json_t *value, void *field)
{
    const char *complaint = texts_complaint(value);
    size_t i;
    json_t *item;
    if (complaint)
        return complaint;
    json_array_foreach(value, i, item)
    {
        for (int mark = 0; mark < MLM_MARK_COUNT; mark++)
            if (strcmp(json_string_value(item), mlm_marks[mark].key) == 0)
                *(mlm_mark_set *)field |= UINT32_C(1) << mark;
    }
    return NULL;
}

static json_t *words_put(const void *field)
{
    json_t *words = *(json_t *const *)field;
    return words ? json_incref(words) : json_null();
}

static const char *words_get(const json_t *value, void *field)
{
    const char *complaint = texts_complaint(value);
    if (!complaint)
        *(json_t **)field = json_incref((json_t *)value);
    return complaint;
}

/* Keeps a list of objects, each with a text and, where they are known, numbers of bytes (the list of keys
 * ends with NULL). Returns false for anything else. */
static bool sized_things_get(
    const json_t *value, const char *text_key, const char *const *bytes_keys, json_t **ret_list)
{
    if (!json_is_array(value))
        return false;
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!json_is_string(json_object_get(item, text_key)))
            return false;
        for (const char *const *key = bytes_keys; *key; key++) {
            const json_t *number = json_object_get(item, *key);
            if (number && !json_is_null(number) &&
                (!json_is_integer(number) || json_integer_value(number) < 0))
                return false;
        }
    }
    *ret_list = json_incref((json_t *)value);
    return true;
}

static const char *processes_get(const json_t *value, void *field)
{
    static const char *const bytes[] = {"rss_bytes", "pss_bytes", "peak_rss_bytes", "anon_bytes",
        "file_bytes", "shmem_bytes", "swap_bytes", NULL};
    return sized_things_get(value, "name", bytes, field)
               ? NULL
               : "must be a list of objects, each with a name and bytes";
}

static const char *files_get(const json_t *value, void *field)
{
    static const char *const bytes[] = {"bytes", "cached_bytes", NULL};
    return sized_things_get(value, "path", bytes, field)
               ? NULL
               : "must be a list of objects, each with a path and bytes";
}

static const struct codec text = {.put = text_put, .get = text_get};
static const struct codec text_or_null = {
    .put = text_put, .get = text_get, .may_be_null = true, .may_be_missing = true};
static const struct codec flag = {.put = flag_put, .get = flag_get};
static const struct codec count = {.put = count_put, .get = count_get};
static const struct codec newer_flag = {.put = flag_put, .get = flag_get, .may_be_missing = true};
static const struct codec newer_count = {.put = count_put, .get = count_get, .may_be_missing = true};
static const struct codec limit = {.put = limit_put, .get = count_get, .may_be_null = true};
static const struct codec background_mode = {
    .put = background_mode_put, .get = background_mode_get, .may_be_null = true, .may_be_missing = true};
/* Readings are signed only because of MLM_NULL. */
static const struct codec reading = {
    .put = reading_put, .get = count_get, .may_be_null = true, .may_be_missing = true};
static const struct codec tolerance = {.put = tolerance_put, .get = tolerance_get, .may_be_missing = true};
static const struct codec progress = {
    .put = progress_put, .get = progress_get, .may_be_null = true, .may_be_missing = true};
static const struct codec outcome = {.put = outcome_put, .get = outcome_get};
static const struct codec words = {
    .put = words_put, .get = words_get, .may_be_null = true, .may_be_missing = true};
static const struct codec processes = {
    .put = words_put, .get = processes_get, .may_be_null = true, .may_be_missing = true};
static const struct codec files = {
    .put = words_put, .get = files_get, .may_be_null = true, .may_be_missing = true};
static const struct codec params = {.put = params_put, .get = params_get};
static const struct codec checksum = {
    .put = checksum_put, .get = checksum_get, .may_be_null = true, .may_be_missing = true};
static const struct codec answer = {.put = answer_put, .get = answer_get};
static const struct codec marks = {.put = marks_put, .get = marks_get};

struct member {
    const char *key;
    const struct codec *codec;
    size_t offset;
};

#define MEMBER(key, codec)                                                                                   \
    {                                                                                                        \
#key, &(codec), offsetof(struct mlm_record, key)                                                     \
    }
#define LIMIT(key, codec)                                                                                    \
    {                                                                                                        \
#key, &(codec), offsetof(struct mlm_record, limits.key)                                              \
    }
#define METRIC(key, unit, help)                                                                              \
    {#key, &reading, offsetof(struct mlm_record, readings) + MLM_##key * sizeof(int64_t)},

static const struct member members[] = {
    MEMBER(run_id, text),
    MEMBER(time, text),
    MEMBER(suite, text),
    MEMBER(workload, text),
    MEMBER(params, params),
    MEMBER(equal_work, text_or_null),
    MEMBER(rate_of, text_or_null),
    MEMBER(answer_tolerance, tolerance),
    LIMIT(cap_bytes, limit),
    MEMBER(cap_binds, flag),
    MEMBER(reference, newer_flag),
    LIMIT(swap_limit_bytes, limit),
    LIMIT(background_bytes, count),
    {"background_mode", &background_mode, offsetof(struct mlm_record, limits)},
    LIMIT(laptop_bytes, newer_count),
    LIMIT(laptop_own, newer_flag),
    LIMIT(processors, newer_count),
    LIMIT(private_tmp, newer_flag),
    LIMIT(background_reclaim, newer_flag),
    LIMIT(inherited_cage, newer_flag),
    MEMBER(data_bytes, count),
    MEMBER(dataset, text_or_null),
    MEMBER(seed, count),
    MEMBER(threads, count),
    LIMIT(timeout_ns, count),
    MEMBER(repetition, count),
    MEMBER(outcome, outcome),
    MEMBER(reason, text_or_null),
    MEMBER(phase, text_or_null),
    MEMBER(progress, progress),
    MLM_METRICS(METRIC) /* each with a comma */
    {"data_checksum", &checksum, 0},
    {"answer", &answer, 0},
    MEMBER(processes, processes),
    MEMBER(peak_processes, processes),
    MEMBER(left_tmpfs, files),
    MEMBER(data_files, files),
    MEMBER(limits_above, files),
    MEMBER(marks, marks),
    MEMBER(command, words),
};

#define MEMBER_COUNT (sizeof members / sizeof *members)

int mlm_record_members_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error)
{
    json_auto_t *object = mlm_line_begin("trial");
    if (!object)
        return mlm_error_errno(error, -ENOMEM, "making a record's line");
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct member *member = &members[i];
        json_t *value = member->codec->put((const char *)record + member->offset);
        if (!value || (json_is_null(value) && !member->codec->may_be_null)) {
            json_decref(value);
            return mlm_error_set(error, -EINVAL, "a record's \"%s\" is missing or out of range", member->key);
        }
        if (json_object_set_new_nocheck(object, member->key, value) < 0)
            return mlm_error_errno(error, -ENOMEM, "making a record's line");
    }
    *ret_json = mlm_take_ptr(object);
    return 0;
}

int mlm_machine_check(const json_t *machine, struct mlm_error *error)
{
    if (!json_is_string(json_object_get(machine, "id")))
        return mlm_error_set(error, -EBADMSG, "\"machine\" must be an object with an \"id\"");
    return 0;
}

int mlm_record_to_json(const struct mlm_record *record, json_t **ret_json, struct mlm_error *error)
{
    json_auto_t *object = NULL;
    int r = mlm_record_members_to_json(record, &object, error);
    if (r < 0)
        return r;
    if (mlm_machine_check(record->machine, error) < 0)
        return error ? error->code = -EINVAL : -EINVAL;
    if (json_object_set(object, "machine", record->machine) < 0)
        return mlm_error_errno(error, -ENOMEM, "making a record's line");
    *ret_json = mlm_take_ptr(object);
    return 0;
}

/* Room for the parts that a specification does not have: readings, processes, a reason. */
#define READINGS_BYTES ((size_t)64 << 10)

int mlm_record_check(const struct mlm_record *record, struct mlm_error *error)
{
    json_auto_t *json = NULL;
    struct mlm_record back;
    int r = mlm_record_to_json(record, &json, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "it could not be recorded, so it is not run");
    size_t size = json_dumpb(json, NULL, 0, JSON_COMPACT);
    if (size > MLM_LINE_LIMIT_BYTES - READINGS_BYTES)
        return mlm_error_set(error, -E2BIG,
            "a record of it would have %zu bytes, most of them the command's words, and %zu is the most: "
            "put the words into a file, or the command into a script",
            size, MLM_LINE_LIMIT_BYTES - READINGS_BYTES);
    r = mlm_record_from_json(json, &back, error);
    if (r < 0)
        return mlm_error_wrap(error, -EINVAL, "it could not be recorded, so it is not run");
    mlm_record_release(&back);
    return 0;
}

/* Members usually have the same order in a line as in the table: then the next one is at *at, and no search
 * is needed. */
static const json_t *member_find(json_t *json, const char *key, void **at)
{
    if (!*at || strcmp(json_object_iter_key(*at), key) != 0)
        *at = json_object_iter_at(json, key);
    const json_t *value = *at ? json_object_iter_value(*at) : NULL;
    *at = json_object_iter_next(json, *at);
    return value;
}

static int member_read(
    const json_t *value, const struct member *member, struct mlm_record *record, struct mlm_error *error)
{
    const struct codec *codec = member->codec;
    if (!value)
        return codec->may_be_missing ? 0 : mlm_error_set(error, -EBADMSG, "\"%s\" is missing", member->key);
    if (json_is_null(value))
        return codec->may_be_null ? 0
                                  : mlm_error_set(error, -EBADMSG, "\"%s\" must not be null", member->key);
    const char *complaint = codec->get(value, (char *)record + member->offset);
    if (!complaint)
        return 0;
    return mlm_error_set(
        error, complaint == out_of_memory ? -ENOMEM : -EBADMSG, "\"%s\" %s", member->key, complaint);
}

int mlm_record_members_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error)
{
    int r = mlm_line_check(json, "trial", error);
    if (r < 0)
        return r;
    mlm_cleanup(mlm_record_release) struct mlm_record record;
    mlm_record_init(&record);
    json_t *object = (json_t *)(uintptr_t)json; /* iterators change nothing */
    void *at = NULL;
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        r = member_read(member_find(object, members[i].key, &at), &members[i], &record, error);
        if (r < 0)
            return r;
    }
    *ret_record = record;
    mlm_record_init(&record);
    return 0;
}

int mlm_record_from_json(const json_t *json, struct mlm_record *ret_record, struct mlm_error *error)
{
    struct mlm_record record;
    int r = mlm_record_members_from_json(json, &record, error);
    if (r < 0)
        return r;
    json_t *machine = json_object_get(json, "machine");
    r = mlm_machine_check(machine, error);
    if (r < 0) {
        mlm_record_release(&record);
        return r;
    }
    record.machine = json_incref(machine);
    *ret_record = record;
    return 0;
}
