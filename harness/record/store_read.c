/* The reading side of the store. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "record/record_json.h"
#include "record/store.h"
#include "record/utf8.h"

/* A trial's line has about 4 KiB, a timeline's up to 20: what is longer is no record. */
#define LINE_LIMIT_BYTES ((size_t)8 << 20)
#define BLOCK_BYTES ((size_t)256 << 10)

struct reader {
    const char *path;
    int fd;
    char *buffer;
    size_t size, begin, end; /* what is read and not yet given out: [begin, end) */
    bool at_end;
    size_t line;            /* number of the latest line, from 1 */
    uint64_t offset_bytes;  /* of the buffer's begin in the file */
    uint64_t line_at_bytes; /* of the latest line */
    bool after_trial;       /* the line before was a trial's, and good */
    struct mlm_record_list *list;
    mlm_store_complaint *complain;
    void *context;
    json_t *machine;   /* of the latest good line */
    json_t *command;   /* the same */
    char *machine_end; /* with what that line ended: ,"machine":{…}} */
    size_t machine_end_size;
};

static void reader_release(struct reader *reader)
{
    if (reader->fd >= 0)
        (void)close(reader->fd);
    free(reader->buffer);
    json_decref(reader->machine);
    json_decref(reader->command);
    free(reader->machine_end);
}

static void complain(const struct reader *reader, const char *why)
{
    if (!reader->complain)
        return;
    /* Parts of the line may be quoted in it. */
    char text[MLM_ERROR_TEXT_SIZE + 512];
    (void)snprintf(text, sizeof text, "%.500s:%zu: %s", reader->path, reader->line, why);
    mlm_utf8_tame(text);
    reader->complain(reader->context, text);
}

/* More bytes behind those that are there; 0 at the end of the file. */
static ssize_t fill(struct reader *reader)
{
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->offset_bytes += reader->begin;
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->end == reader->size) {
        char *larger = realloc(reader->buffer, 2 * reader->size);
        if (!larger)
            return -ENOMEM;
        reader->buffer = larger;
        reader->size *= 2;
    }
    ssize_t n;
    do
        n = read(reader->fd, reader->buffer + reader->end, reader->size - reader->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    reader->end += (size_t)n;
    reader->at_end = n == 0;
    return n;
}

/* The next line without its end; 1, 0 at the end of the file, or a negative errno. A line beyond the limit is
 * passed over with a complaint. */
static int next_line(struct reader *reader, char **ret_line, size_t *ret_size)
{
    size_t searched = 0;
    bool too_long = false;
    for (;;) {
        char *begin = reader->buffer + reader->begin;
        size_t size = reader->end - reader->begin;
        char *newline = memchr(begin + searched, '\n', size - searched);
        if (newline || (reader->at_end && (size || too_long))) {
            size_t length = newline ? (size_t)(newline - begin) : size;
            reader->line_at_bytes = reader->offset_bytes + reader->begin;
            reader->begin += length + (newline ? 1 : 0);
            reader->line++;
            if (too_long) {
                complain(reader, "longer than any record");
                reader->after_trial = false;
                too_long = false;
                searched = 0;
                continue;
            }
            *ret_line = begin;
            *ret_size = length && begin[length - 1] == '\r' ? length - 1 : length;
            return 1;
        }
        if (reader->at_end)
            return 0;
        searched = size;
        if (size > LINE_LIMIT_BYTES) {
            too_long = true;
            reader->begin = reader->end;
            searched = 0;
        }
        ssize_t n = fill(reader);
        if (n < 0)
            return (int)n;
    }
}

static int list_add(struct mlm_record_list *list, struct mlm_record *record)
{
    if (list->count >= list->capacity) {
        size_t capacity = list->count < 32 ? 64 : 2 * list->count;
        struct mlm_record *items = reallocarray(list->items, capacity, sizeof *items);
        if (!items)
            return -ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *record;
    return 0;
}

int mlm_record_list_add(struct mlm_record_list *list, struct mlm_record *record, struct mlm_error *error)
{
    if (list_add(list, record) < 0)
        return mlm_error_errno(error, -ENOMEM, "list of %zu records", list->count);
    mlm_record_init(record);
    return 0;
}

/* Remembers how the line ended, if its machine stood there. */
static int remember_machine_end(struct reader *reader, const char *line, size_t size)
{
    free(reader->machine_end);
    reader->machine_end = NULL;
    mlm_auto_free char *text = json_dumps(reader->machine, JSON_COMPACT);
    char *end = NULL;
    if (!text || asprintf(&end, ",\"machine\":%s}", text) < 0)
        return -ENOMEM;
    size_t end_size = strlen(end);
    if (size <= end_size || memcmp(line + size - end_size, end, end_size) != 0) {
        free(end);
        return 0;
    }
    reader->machine_end = end;
    reader->machine_end_size = end_size;
    return 0;
}

static json_t *parse(char *line, size_t size, struct mlm_error *error)
{
    json_error_t why;
    json_t *json = json_loadb(line, size, 0, &why);
    if (!json)
        (void)mlm_error_set(error, -EBADMSG, "no JSON: column %d: %s", why.column, why.text);
    return json;
}

/* A line that ends as the one before did has the same machine: if what stands before that end makes a whole
 * object, it is the last member of it, and need not be parsed and held once more. Most of every line is that.
 */
static json_t *parse_without_machine(const struct reader *reader, char *line, size_t size)
{
    size_t end_size = reader->machine_end_size;
    if (!reader->machine_end || size <= end_size ||
        memcmp(line + size - end_size, reader->machine_end, end_size) != 0)
        return NULL;
    char *comma = line + size - end_size;
    *comma = '}';
    json_t *json = json_loadb(line, size - end_size + 1, 0, NULL);
    *comma = ',';
    return json;
}

/* Holds what all records of a run have alike once: *ret_value becomes a reference of what was seen before, if
 * that is the same. */
static void share(json_t **seen, json_t **ret_value)
{
    if (*seen != *ret_value && json_equal(*seen, *ret_value)) {
        json_decref(*ret_value);
        *ret_value = json_incref(*seen);
    } else if (*seen != *ret_value) {
        json_decref(*seen);
        *seen = json_incref(*ret_value);
    }
}

/* A record out of a line; 0, -ENOMEM, or what is wrong with the line. */
static int read_record(struct reader *reader, char *line, size_t size, struct mlm_record *ret_record,
    bool *ret_is_trial, struct mlm_error *why)
{
    json_t *json = parse_without_machine(reader, line, size);
    bool known = json;
    if (!json)
        json = parse(line, size, why);
    if (!json)
        return why->code;
    const char *kind = json_string_value(json_object_get(json, "kind"));
    int r = 0;
    *ret_is_trial = !kind || strcmp(kind, "timeline") != 0; /* one that another program wrote anew */
    if (*ret_is_trial)
        r = known ? mlm_record_members_from_json(json, ret_record, why)
                  : mlm_record_from_json(json, ret_record, why);
    json_decref(json);
    if (r < 0 || !*ret_is_trial)
        return r;
    share(&reader->command, &ret_record->command);
    if (known) {
        ret_record->machine = json_incref(reader->machine);
        return 0;
    }
    share(&reader->machine, &ret_record->machine);
    r = remember_machine_end(reader, line, size);
    if (r < 0)
        mlm_record_release(ret_record);
    return r;
}

/* A timeline is that of the trial right before it. */
static void note_timeline(struct reader *reader, bool after_trial)
{
    struct mlm_record_list *list = reader->list;
    if (after_trial)
        list->items[list->count - 1].timeline =
            (struct mlm_timeline_place){list->path_count - 1, reader->line_at_bytes};
}

/* 0, also for a line that is no good. */
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
    char *copy = strdup(path);
    char **paths = reallocarray(list->paths, list->path_count + 1, sizeof *paths);
    if (paths)
        list->paths = paths;
    if (!paths || !copy) {
        free(copy);
        return -ENOMEM;
    }
    paths[list->path_count++] = copy;
    return 0;
}

int mlm_store_read(const char *path, struct mlm_record_list *list, mlm_store_complaint *complaint,
    void *context, struct mlm_error *error)
{
    mlm_cleanup(reader_release) struct reader reader = {
        .path = path,
        .fd = open(path, O_RDONLY | O_CLOEXEC),
        .size = BLOCK_BYTES,
        .list = list,
        .complain = complaint,
        .context = context,
    };
    if (reader.fd < 0)
        return mlm_error_errno(error, -errno, "cannot open %s", path);
    reader.buffer = malloc(reader.size);
    int r = reader.buffer && path_add(list, path) == 0 ? 1 : -ENOMEM;
    while (r > 0) {
        char *line = NULL;
        size_t size = 0;
        r = next_line(&reader, &line, &size);
        int read = r > 0 ? read_line(&reader, line, size) : 0;
        if (read < 0)
            r = read;
    }
    return r < 0 ? mlm_error_errno(error, r, "cannot read %s", path) : 0;
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
