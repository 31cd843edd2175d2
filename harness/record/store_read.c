/* The reading side of the store. Stores can be large, so the parts that all lines of a run share are parsed
 * once. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/utf8.h"
#include "record/record_json.h"
#include "record/source.h"
#include "record/store.h"

/* Runs whose lines may alternate, as in files that were merged by time, before any must be parsed whole. */
#define TAILS_MAX 16

/* The end of a line, ,"command":[…],"machine":{…}}: it is most of a line, and all lines of a run share it. */
struct tail {
    char *text;
    size_t size;
    json_t *command, *machine; /* command: NULL where there is none */
};

struct reader {
    const char *path;
    struct mlm_store_lines lines;
    bool is_file;     /* not a pipe: a reader can return to an offset */
    bool after_trial; /* the line before was a valid trial's */
    struct mlm_record_list *list;
    mlm_store_complaint *complain;
    void *context;
    struct tail tails[TAILS_MAX]; /* the latest first */
    size_t tail_count;
};

static void tail_release(struct tail *tail)
{
    free(tail->text);
    json_decref(tail->command);
    json_decref(tail->machine);
}

static void reader_release(struct reader *reader)
{
    mlm_store_lines_release(&reader->lines);
    for (size_t i = 0; i < reader->tail_count; i++)
        tail_release(&reader->tails[i]);
}

static void complain(const struct reader *reader, const char *why)
{
    if (!reader->complain)
        return;
    /* The text may quote parts of the line. */
    char text[MLM_ERROR_TEXT_SIZE + 512];
    snprintf(text, sizeof text, "%.500s:%zu: %s", mlm_source_name(reader->path), reader->lines.number, why);
    mlm_utf8_tame(text);
    reader->complain(reader->context, text);
}

static int list_add(struct mlm_record_list *list, struct mlm_record *record)
{
    int r = mlm_grow(&list->items, list->count, &list->capacity, sizeof *list->items);
    if (r == 0)
        list->items[list->count++] = *record;
    return r;
}

int mlm_record_list_add(struct mlm_record_list *list, struct mlm_record *record, struct mlm_error *error)
{
    if (list_add(list, record) < 0)
        return mlm_error_errno(error, -ENOMEM, "list of %zu records", list->count);
    mlm_record_init(record);
    return 0;
}

/* A line with two members of the same name is no record, because one of them would be lost. */
#define PARSE_FLAGS JSON_REJECT_DUPLICATES

static json_t *parse(const char *line, size_t size, struct mlm_error *error)
{
    json_error_t why;
    json_t *json = json_loadb(line, size, PARSE_FLAGS, &why);
    if (!json)
        mlm_error_set(error, -EBADMSG, "no JSON: column %d: %s", why.column, why.text);
    return json;
}

/* Finds the known tail that ends the line, and makes it the latest one; NULL: none. */
static const struct tail *tail_find(struct reader *reader, const char *line, size_t size)
{
    struct tail *tails = reader->tails;
    size_t i = 0;
    while (i < reader->tail_count &&
           (size <= tails[i].size || memcmp(line + size - tails[i].size, tails[i].text, tails[i].size) != 0))
        i++;
    if (i == reader->tail_count)
        return NULL;
    struct tail found = tails[i];
    memmove(tails + 1, tails, i * sizeof *tails);
    tails[0] = found;
    return tails;
}

/* Finds the part of the line that may be a tail; NULL: none. Inside a text these quotes would be escaped. */
static const char *tail_begin(const char *line, size_t size)
{
    static const char command[] = ",\"command\":", machine[] = ",\"machine\":";
    const char *begin = memmem(line, size, command, sizeof command - 1);
    return begin ? begin : memmem(line, size, machine, sizeof machine - 1);
}

/* Returns true if these bytes are the record's command and machine, and nothing else. */
static bool is_tail(const char *text, size_t size, const struct mlm_record *record)
{
    mlm_auto_free char *object = malloc(size);
    if (!object)
        return false;
    memcpy(object, text, size);
    object[0] = '{'; /* for the comma */
    json_t *json = json_loadb(object, size, PARSE_FLAGS, NULL);
    json_t *command = json_object_get(json, "command"), *machine = json_object_get(json, "machine");
    bool is = json_object_size(json) == (command ? 2 : 1) && json_equal(machine, record->machine) &&
              (record->command ? json_equal(command, record->command) : !command || json_is_null(command));
    json_decref(json);
    return is;
}

/* Remembers the tail of a record's line, if the line ends with command and machine. */
static int tail_learn(struct reader *reader, const char *line, size_t size, const struct mlm_record *record)
{
    const char *begin = tail_begin(line, size);
    size_t tail_size = begin ? size - (size_t)(begin - line) : 0;
    if (!begin || !is_tail(begin, tail_size, record))
        return 0;
    char *text = malloc(tail_size);
    if (!text)
        return -ENOMEM;
    memcpy(text, begin, tail_size);
    if (reader->tail_count == TAILS_MAX)
        tail_release(&reader->tails[--reader->tail_count]);
    memmove(reader->tails + 1, reader->tails, reader->tail_count++ * sizeof *reader->tails);
    reader->tails[0] =
        (struct tail){text, tail_size, json_incref(record->command), json_incref(record->machine)};
    return 0;
}

/* Parses a line with a known tail, without the tail. Returns NULL where the part before the tail is not a
 * complete object, or has one of the tail's members itself. */
static json_t *parse_without_tail(const struct tail *tail, char *line, size_t size)
{
    char *comma = line + size - tail->size;
    *comma = '}';
    json_t *json = json_loadb(line, size - tail->size + 1, PARSE_FLAGS, NULL);
    *comma = ',';
    if (json_object_get(json, "machine") || json_object_get(json, "command")) {
        json_decref(json);
        return NULL;
    }
    return json;
}

/* Replaces a value by an equal one that is held already, to save memory. */
static void share(json_t **value, json_t *held)
{
    if (*value == held || !json_equal(*value, held))
        return;
    json_decref(*value);
    *value = json_incref(held);
}

/* Makes a record from a line that is parsed as a whole. */
static int read_whole(struct reader *reader, const json_t *json, const char *line, size_t size,
    struct mlm_record *ret_record, struct mlm_error *why)
{
    int r = mlm_record_from_json(json, ret_record, why);
    if (r < 0)
        return r;
    if (reader->list->count) {
        const struct mlm_record *previous = &reader->list->items[reader->list->count - 1];
        share(&ret_record->machine, previous->machine);
        share(&ret_record->command, previous->command);
    }
    r = tail_learn(reader, line, size, ret_record);
    if (r < 0)
        mlm_record_release(ret_record);
    return r;
}

/* Makes a record from a line. Returns 0, -ENOMEM, or an error about the line. */
static int read_record(struct reader *reader, char *line, size_t size, struct mlm_record *ret_record,
    bool *ret_is_trial, struct mlm_error *why)
{
    const struct tail *tail = tail_find(reader, line, size);
    json_t *json = tail ? parse_without_tail(tail, line, size) : NULL;
    if (!json) {
        tail = NULL;
        json = parse(line, size, why);
    }
    if (!json)
        return why->code;
    const char *kind = json_string_value(json_object_get(json, "kind"));
    int r = 0;
    *ret_is_trial = !kind || strcmp(kind, "timeline") != 0; /* a timeline that another program rewrote */
    if (*ret_is_trial && tail)
        r = mlm_record_members_from_json(json, ret_record, why);
    else if (*ret_is_trial)
        r = read_whole(reader, json, line, size, ret_record, why);
    if (r == 0 && *ret_is_trial && tail) {
        ret_record->machine = json_incref(tail->machine);
        ret_record->command = json_incref(tail->command);
    }
    json_decref(json);
    return r;
}

/* Notes the place of a timeline. It belongs to the trial right before it. */
static void note_timeline(struct reader *reader, bool after_trial)
{
    struct mlm_record_list *list = reader->list;
    if (after_trial && reader->is_file)
        list->items[list->count - 1].timeline =
            (struct mlm_timeline_place){list->path_count - 1, reader->lines.offset_bytes};
}

/* Reads one line. Returns 0 also for an invalid line, which is reported. */
static int read_line(struct reader *reader, char *line, size_t size)
{
    static const char timeline[] = MLM_TIMELINE_BEGIN;
    bool after_trial = reader->after_trial;
    reader->after_trial = false;
    if (!size)
        return 0;
    if (size >= sizeof timeline && memcmp(line, timeline, sizeof timeline - 1) == 0) {
        note_timeline(reader, after_trial);
        return 0;
    }
    struct mlm_error why = {0};
    struct mlm_record record;
    bool is_trial = false;
    int r = read_record(reader, line, size, &record, &is_trial, &why);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        complain(reader, why.text);
    if (r == 0 && !is_trial)
        note_timeline(reader, after_trial);
    if (r < 0 || !is_trial)
        return 0;
    r = list_add(reader->list, &record);
    if (r < 0)
        mlm_record_release(&record);
    reader->after_trial = r == 0;
    return r;
}

static int path_add(struct mlm_record_list *list, const char *path)
{
    if (mlm_grow(&list->paths, list->path_count, &list->path_capacity, sizeof *list->paths) < 0)
        return -ENOMEM;
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    list->paths[list->path_count++] = copy;
    return 0;
}

int mlm_store_read(const char *path, struct mlm_record_list *list, mlm_store_complaint *complaint,
    void *context, struct mlm_error *error)
{
    mlm_cleanup(reader_release) struct reader reader = {
        .path = path, .list = list, .complain = complaint, .context = context};
    mlm_auto_close int fd = -1;
    int r = mlm_source_open(path, &fd, &reader.is_file, error);
    if (r < 0)
        return r;
    r = mlm_store_lines_begin(fd, &reader.lines) < 0 ? -ENOMEM : path_add(list, path);
    while (r >= 0) {
        char *line = NULL;
        size_t size = 0;
        r = mlm_store_lines_next(&reader.lines, &line, &size);
        if (r == 0)
            break;
        if (r > 0) {
            r = read_line(&reader, line, size);
        } else if (r == -EFBIG) {
            complain(&reader, "longer than any record");
            reader.after_trial = false;
            r = 0;
        }
    }
    return r < 0 ? mlm_error_errno(error, r, "cannot read %s", mlm_source_name(path)) : 0;
}

void mlm_record_list_release(struct mlm_record_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        mlm_record_release(&list->items[i]);
    free(list->items);
    for (size_t i = 0; i < list->path_count; i++)
        free(list->paths[i]);
    free(list->paths);
    *list = (struct mlm_record_list){0};
}
