/* Tests the store: appended records can be read again, whatever happened to the file in between. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "record/record_json.h"
#include "record/store.h"
#include "record_sample.h"

struct fixture {
    char folder[SAMPLE_PATH], path[SAMPLE_PATH + 16];
    struct mlm_record_list list;
    char complaints[8192];
    size_t complaint_count;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    sample_folder(fixture->folder);
    snprintf(fixture->path, sizeof fixture->path, "%s/run.jsonl", fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mlm_record_list_release(&fixture->list);
    (void)unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

static void complain(void *context, const char *text)
{
    struct fixture *fixture = context;
    size_t length = strlen(fixture->complaints);
    snprintf(fixture->complaints + length, sizeof fixture->complaints - length, "%s\n", text);
    fixture->complaint_count++;
}

static void read_back(struct fixture *fixture)
{
    struct mlm_error error = {0};
    mlm_record_list_release(&fixture->list);
    fixture->complaints[0] = 0;
    fixture->complaint_count = 0;
    if (mlm_store_read(fixture->path, &fixture->list, complain, fixture, &error) < 0)
        fail_msg("%s", error.text);
}

static struct mlm_store *open_store(const struct fixture *fixture)
{
    struct mlm_store *store = NULL;
    struct mlm_error error = {0};
    if (mlm_store_open(fixture->path, &store, &error) < 0)
        fail_msg("%s", error.text);
    return store;
}

static void append(struct mlm_store *store, const char *name, const struct mlm_timeline *timeline)
{
    struct mlm_record record = sample_record(name);
    struct mlm_error error = {0};
    if (mlm_store_append(store, &record, timeline, &error) < 0)
        fail_msg("%s", error.text);
    mlm_record_release(&record);
}

static void append_some(const struct fixture *fixture, const char *const *names)
{
    struct mlm_store *store = open_store(fixture);
    for (; *names; names++)
        append(store, *names, NULL);
    mlm_store_close(store);
}

static void assert_workloads(const struct fixture *fixture, const char *const *names)
{
    size_t count = 0;
    for (; names[count]; count++) {
        assert_true(count < fixture->list.count);
        assert_string_equal(fixture->list.items[count].workload + strlen("storage/"), names[count]);
    }
    assert_int_equal(fixture->list.count, count);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_append_and_read(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_timeline timeline = {.interval_ns = 5, .count = 2};
    timeline.points[1] = (struct mlm_timeline_point){5, 4096, MLM_NULL, 1};
    struct mlm_store *store = open_store(fixture);
    assert_string_equal(mlm_store_path(store), fixture->path);
    append(store, "a", &timeline);
    append(store, "b", NULL);
    append(store, "c", &timeline);
    mlm_store_close(store);

    char *text = sample_read(fixture->path), *rest = text;
    static const char *const begins[] = {"{\"kind\":\"trial\",\"schema\":1,",
        "{\"kind\":\"timeline\",\"schema\":1,", "{\"kind\":\"trial\"", "{\"kind\":\"trial\"",
        "{\"kind\":\"timeline\""};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        char *line = strsep(&rest, "\n");
        assert_non_null(line);
        assert_memory_equal(line, begins[i], strlen(begins[i]));
        json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        if (i == 1) {
            const json_t *swap = json_object_get(json, "swap_bytes");
            assert_int_equal(json_array_size(swap), 2);
            assert_true(json_is_null(json_array_get(swap, 1)));
            assert_int_equal(
                json_integer_value(json_array_get(json_object_get(json, "memory_bytes"), 1)), 4096);
        }
        json_decref(json);
    }
    assert_string_equal(rest, "");
    free(text);

    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b", "c"));
    assert_int_equal(fixture->complaint_count, 0);
    const struct mlm_record *record = &fixture->list.items[2];
    assert_string_equal(record->params.items[0].value, "0.01");
    assert_int_equal(record->readings.values[MLM_run_ns], 1000 + MLM_run_ns);
    assert_string_equal(json_string_value(json_object_get(record->machine, "host")), "a \"host\"");
    /* Shared by all records: held once, however many there are. */
    assert_ptr_equal(record->machine, fixture->list.items[0].machine);
    assert_ptr_equal(record->command, fixture->list.items[0].command);
}

static void assert_timeline(const struct fixture *fixture, size_t index, int64_t memory_bytes)
{
    struct mlm_timeline timeline;
    struct mlm_error error = {0};
    if (mlm_timeline_read(&fixture->list, &fixture->list.items[index], &timeline, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(timeline.interval_ns, 5);
    assert_int_equal(timeline.count, 2);
    assert_int_equal(timeline.points[1].memory_bytes, memory_bytes);
    assert_int_equal(timeline.points[1].swap_bytes, MLM_NULL);
}

static void test_timelines(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_timeline timeline = {.interval_ns = 5, .count = 2};
    timeline.points[1] = (struct mlm_timeline_point){5, 4096, MLM_NULL, 1};
    struct mlm_store *store = open_store(fixture);
    append(store, "a", &timeline);
    append(store, "b", NULL);
    timeline.points[1].memory_bytes = 8192;
    append(store, "c", &timeline);
    mlm_store_close(store);
    /* Remove lines, so that the timeline of "c" now follows "b". */
    char *text = sample_read(fixture->path);
    char *c = strstr(text, "\"storage/c\"");
    assert_non_null(c);
    char *line = c;
    while (line > text && line[-1] != '\n')
        line--;
    FILE *file = fopen(fixture->path, "a");
    assert_non_null(file);
    char *b = strchr(strchr(text, '\n') + 1, '\n') + 1;
    fprintf(file, "%.*s%s", (int)(line - b), b, strchr(line, '\n') + 1);
    assert_int_equal(fclose(file), 0);
    free(text);

    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b", "c", "b"));
    assert_timeline(fixture, 0, 4096);
    assert_timeline(fixture, 2, 8192);
    struct mlm_error error = {0};
    assert_int_equal(mlm_timeline_read(&fixture->list, &fixture->list.items[1], &timeline, &error), -ENODATA);
    assert_int_equal(mlm_timeline_read(&fixture->list, &fixture->list.items[3], &timeline, &error), -EBADMSG);
    assert_non_null(strstr(error.text, fixture->path));
}

/* The file may have changed before a timeline is read. */
static void test_timeline_changed(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_timeline timeline = {.interval_ns = 5, .count = 2};
    struct mlm_store *store = open_store(fixture);
    append(store, "a", &timeline);
    mlm_store_close(store);
    read_back(fixture);
    FILE *file = fopen(fixture->path, "r+");
    assert_non_null(file);
    assert_int_equal(fseeko(file, (off_t)fixture->list.items[0].timeline.offset_bytes, SEEK_SET), 0);
    fprintf(file, "%s\n,\"x\":[", MLM_TIMELINE_BEGIN);
    for (int i = 0; i < 1 << 20; i++)
        fputs("0,", file);
    assert_int_equal(fclose(file), 0);
    struct mlm_error error = {0};
    const struct mlm_record *record = &fixture->list.items[0];
    assert_int_equal(mlm_timeline_read(&fixture->list, record, &timeline, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "run.jsonl: a timeline: no JSON"));
    fixture->list.items[0].timeline.offset_bytes += 32;
    assert_int_equal(mlm_timeline_read(&fixture->list, record, &timeline, &error), -EBADMSG);
    assert_non_null(strstr(error.text, "longer than any"));
    assert_int_equal(truncate(fixture->path, 10), 0);
    assert_int_equal(mlm_timeline_read(&fixture->list, record, &timeline, &error), -EBADMSG);
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(mlm_timeline_read(&fixture->list, record, &timeline, &error), -ENOENT);
}

static void test_machines_differ(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = open_store(fixture);
    static const char *const ids[] = {"m1", "m2", "m1", "m1"};
    for (size_t i = 0; i < 4; i++) {
        struct mlm_record record = sample_record("a");
        json_decref(record.machine);
        record.machine = sample_machine(ids[i]);
        assert_int_equal(mlm_store_append(store, &record, NULL, NULL), 0);
        mlm_record_release(&record);
    }
    mlm_store_close(store);
    read_back(fixture);
    assert_int_equal(fixture->list.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(json_string_value(json_object_get(fixture->list.items[i].machine, "id")), ids[i]);
}

/* Lines of several runs may be mixed, and there may be more runs than the reader remembers. */
static void test_runs_alternate(void **state)
{
    struct fixture *fixture = *state;
    enum { ROUNDS = 3, MACHINES = 20 };
    struct mlm_store *store = open_store(fixture);
    for (int i = 0; i < ROUNDS * MACHINES; i++) {
        char id[16];
        snprintf(id, sizeof id, "m%d", i % MACHINES % (i < MACHINES ? 3 : MACHINES));
        struct mlm_record record = sample_record("a");
        json_decref(record.machine);
        record.machine = sample_machine(id);
        json_decref(record.command);
        record.command = i % 3 ? json_pack("[s]", id) : NULL;
        assert_int_equal(mlm_store_append(store, &record, NULL, NULL), 0);
        mlm_record_release(&record);
    }
    mlm_store_close(store);
    read_back(fixture);
    assert_int_equal(fixture->list.count, ROUNDS * MACHINES);
    for (int i = 0; i < ROUNDS * MACHINES; i++) {
        char id[16];
        snprintf(id, sizeof id, "m%d", i % MACHINES % (i < MACHINES ? 3 : MACHINES));
        const struct mlm_record *record = &fixture->list.items[i];
        assert_string_equal(json_string_value(json_object_get(record->machine, "id")), id);
        assert_int_equal(record->command != NULL, i % 3 != 0);
        if (record->command)
            assert_string_equal(json_string_value(json_array_get(record->command, 0)), id);
        if (i >= 3 && i < MACHINES)
            assert_ptr_equal(record->machine, fixture->list.items[i - 3].machine);
    }
}

/* Another program that rewrites the lines has its own order and spaces. */
static void test_written_anew(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_timeline timeline = {.interval_ns = 5, .count = 2};
    timeline.points[1] = (struct mlm_timeline_point){5, 4096, MLM_NULL, 1};
    struct mlm_store *store = open_store(fixture);
    append(store, "a", &timeline);
    append(store, "b", NULL);
    mlm_store_close(store);
    for (size_t flags = 0; flags < 3; flags++) {
        char *text = sample_read(fixture->path), *rest = text, *anew = NULL;
        size_t size;
        FILE *out = open_memstream(&anew, &size);
        for (char *line; (line = strsep(&rest, "\n")) && *line;) {
            json_t *json = json_loads(line, 0, NULL);
            assert_int_equal(json_dumpf(json, out,
                                 flags == 1   ? JSON_SORT_KEYS
                                 : flags == 2 ? JSON_COMPACT
                                              : 0),
                0);
            fputc('\n', out);
            json_decref(json);
        }
        assert_int_equal(fclose(out), 0);
        sample_write(fixture->path, anew, size);
        free(anew);
        free(text);
        read_back(fixture);
        assert_int_equal(fixture->complaint_count, 0);
        assert_workloads(fixture, NAMES("a", "b"));
        assert_timeline(fixture, 0, 4096);
        assert_ptr_equal(fixture->list.items[0].machine, fixture->list.items[1].machine);
        assert_ptr_equal(fixture->list.items[0].command, fixture->list.items[1].command);
    }
}

/* A line with two members of the same name is refused, because either could be meant. */
static void test_members_twice(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a"));
    char *good = sample_read(fixture->path);
    int size = (int)strcspn(good, "\n");
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    static const char *const before[] = {"\"outcome\":\"oom\",", "\"machine\":{\"id\":\"m2\"},",
        "\"command\":[\"x\"],", "\"unknown\":1,\"unknown\":1,"};
    fprintf(file, "%.*s\n", size, good);
    for (size_t i = 0; i < 4; i++)
        fprintf(file, "{%s%.*s\n", before[i], size - 1, good + 1);
    fprintf(file, "%.*s,\"seed\":1}\n", size - 1, good);
    fprintf(file, "{\"unknown\":1,%.*s\n", size - 1, good + 1);
    assert_int_equal(fclose(file), 0);
    free(good);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "a"));
    assert_int_equal(fixture->complaint_count, 5);
    assert_non_null(strstr(fixture->complaints, ":2: no JSON: column "));
    assert_non_null(strstr(fixture->complaints, "duplicate object key"));
}

/* A line that ends like the machine of the line before, but has another structure. */
static void test_machine_inside_another(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a"));
    char *good = sample_read(fixture->path), *both;
    const char *machine = strstr(good, ",\"machine\":");
    /* {…,"odd":{"x":1,"machine":{…}}} has no machine of its own. */
    int size = asprintf(&both, "%s%.*s,\"odd\":{\"x\":1%.*s}\n", good, (int)(machine - good), good,
        (int)strcspn(machine, "\n"), machine);
    assert_true(size > 0);
    sample_write(fixture->path, both, (size_t)size);
    free(both);
    free(good);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a"));
    assert_non_null(strstr(fixture->complaints, ":2: \"machine\" must be"));
}

static void truncate_by(const char *path, off_t bytes)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(truncate(path, status.st_size - bytes), 0);
}

static void test_cut_off(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a", "b", "c"));
    truncate_by(fixture->path, 40);
    read_back(fixture); /* the file is unchanged: two records are good */
    assert_workloads(fixture, NAMES("a", "b"));
    assert_int_equal(fixture->complaint_count, 1);
    assert_non_null(strstr(fixture->complaints, "run.jsonl:3: "));
    append_some(fixture, NAMES("d")); /* appending continues after them */
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b", "d"));
    assert_int_equal(fixture->complaint_count, 0);
}

static void test_last_newline_missing(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a", "b"));
    truncate_by(fixture->path, 1);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b"));
    append_some(fixture, NAMES("c"));
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b", "c"));
}

static void test_nothing_but_a_torn_line(void **state)
{
    struct fixture *fixture = *state;
    char zeros[10000] = "{\"kind\":";
    sample_write(fixture->path, zeros, sizeof zeros);
    append_some(fixture, NAMES("a"));
    read_back(fixture);
    assert_workloads(fixture, NAMES("a"));
    assert_int_equal(fixture->complaint_count, 0);
}

/* The file may be truncated at any byte. */
static void test_cut_off_anywhere(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a"));
    char *text = sample_read(fixture->path);
    size_t size = strlen(text);
    for (size_t length = 0; length < size; length += length < 40 ? 1 : 97) {
        sample_write(fixture->path, text, length);
        append_some(fixture, NAMES("b"));
        read_back(fixture);
        assert_workloads(fixture, NAMES("b"));
        assert_int_equal(fixture->complaint_count, 0);
    }
    free(text);
}

static void assert_refused(const struct fixture *fixture, const char *text, size_t size, const char *why)
{
    struct mlm_store *store = NULL;
    struct mlm_error error = {0};
    sample_write(fixture->path, text, size);
    assert_int_equal(mlm_store_open(fixture->path, &store, &error), -EINVAL);
    assert_non_null(strstr(error.text, why));
    assert_non_null(strstr(error.text, fixture->path));
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_size, size);
}

/* A file that is not a store belongs to the user: nothing is removed, and nothing is added. */
static void test_not_a_store(void **state)
{
    struct fixture *fixture = *state;
    static const char *const texts[] = {"notes of mine", "notes\nof mine\n", "{\n  \"a\": 1\n}\n", "{}\n",
        "[1]\n", "{\"kind\":\"Pod\"}\n", "{\"kind\": 1}\nand more", "\n\nnotes", "{\"kin\n",
        "{\"kind\":\"trialogue", " ", "\xef\xbb\xbfnotes"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(fixture, texts[i], strlen(texts[i]), "holds something other than records");
    static const char binary[100] = "\0\1\2", zeros[100], mixed[100] = "{\"kind\":\0\1";
    assert_refused(fixture, binary, sizeof binary, "holds something other than records");
    assert_refused(fixture, zeros, sizeof zeros, "holds something other than records");
    assert_refused(fixture, mixed, sizeof mixed, "holds something other than records");
    char *large = malloc(3 << 20);
    memset(large, 'x', 3 << 20);
    large[(3 << 20) - 1] = 0;
    assert_refused(fixture, large, (3 << 20) - 1, "holds something other than records");
    free(large);
}

/* A last line that was not begun as a record is not removed either. */
static void test_notes_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    char *both = NULL;
    append_some(fixture, NAMES("a", "b"));
    char *text = sample_read(fixture->path);
    assert_true(asprintf(&both, "%s# the second one was on battery", text) > 0);
    assert_refused(fixture, both, strlen(both), "the last line of ");
    sample_write(fixture->path, both, strlen(both));
    free(both);
    free(text);
    FILE *file = fopen(fixture->path, "a");
    assert_non_null(file);
    fputs("\n", file);
    assert_int_equal(fclose(file), 0);
    append_some(fixture, NAMES("c"));
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b", "c"));
    assert_int_equal(fixture->complaint_count, 1);
}

/* A file with blank lines, or rewritten by another program, is still a store. */
static void test_still_a_store(void **state)
{
    struct fixture *fixture = *state;
    static const char *const texts[] = {"", "\n\r\n", "\n{\"kind\":\"trial\"}\n",
        "{ \"a\": 1, \"kind\": \"trial\" }\n", "{\"kind\":\"timeline\",\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sample_write(fixture->path, texts[i], strlen(texts[i]));
        append_some(fixture, NAMES("a"));
        read_back(fixture);
        assert_workloads(fixture, NAMES("a"));
    }
}

/* As root, records do not follow another user's link. */
static void test_link_of_another(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = NULL;
    struct mlm_error error = {0};
    char other[SAMPLE_PATH + 32];
    if (geteuid() != 0)
        skip();
    snprintf(other, sizeof other, "%s/other.jsonl", fixture->folder);
    assert_int_equal(symlink("other.jsonl", fixture->path), 0);
    append_some(fixture, NAMES("a")); /* one's own link is followed */
    assert_int_equal(unlink(other), 0);
    assert_int_equal(chown(fixture->folder, 12345, 12345), 0);
    assert_int_equal(mlm_store_open(fixture->path, &store, &error), -ELOOP);
    assert_non_null(strstr(error.text, "it is a link that somebody else can have made"));
    assert_int_equal(access(other, F_OK), -1);
}

static void test_one_writer(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = open_store(fixture), *other = NULL;
    struct mlm_error error;
    assert_int_equal(mlm_store_open(fixture->path, &other, &error), -EBUSY);
    assert_non_null(strstr(error.text, fixture->path));
    assert_null(other);
    mlm_store_close(store);
    mlm_store_close(open_store(fixture));
    mlm_store_close(NULL);
}

static void test_no_place(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = NULL;
    struct mlm_error error;
    char path[SAMPLE_PATH + 32];
    snprintf(path, sizeof path, "%s/none/run.jsonl", fixture->folder);
    assert_int_equal(mlm_store_open(path, &store, &error), -ENOENT);
    assert_int_equal(mlm_store_open(fixture->folder, &store, &error), -EISDIR);
    snprintf(path, sizeof path, "%s/pipe", fixture->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(mlm_store_open(path, &store, &error), -EINVAL);
    /* The pipe has no writer: reading must not wait. */
    assert_int_equal(mlm_store_read(path, &fixture->list, complain, fixture, &error), 0);
    assert_int_equal(fixture->list.count, 0);
    assert_int_equal(unlink(path), 0);
    /* /dev/zero has no end. */
    assert_int_equal(mlm_store_read("/dev/zero", &fixture->list, complain, fixture, &error), -ENOTSUP);
    assert_non_null(strstr(error.text, "/dev/zero"));
    assert_int_equal(mlm_store_read(path, &fixture->list, complain, fixture, &error), -ENOENT);
    assert_int_equal(mlm_store_read(fixture->folder, &fixture->list, complain, fixture, &error), -EISDIR);
}

/* A pipe can be read to its end, but its timelines cannot be read later. */
static void test_pipe(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_timeline timeline = {.interval_ns = 5, .count = 2};
    struct mlm_store *store = open_store(fixture);
    append(store, "a", &timeline);
    append(store, "b", &timeline);
    mlm_store_close(store);
    char *text = sample_read(fixture->path), path[32];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(mlm_write_all(ends[1], text, strlen(text)), 0);
    free(text);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(mlm_store_read(path, &fixture->list, complain, fixture, NULL), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_workloads(fixture, NAMES("a", "b"));
    struct mlm_error error;
    assert_int_equal(mlm_timeline_read(&fixture->list, &fixture->list.items[0], &timeline, &error), -ENODATA);
}

/* Runs in a child, because a lowered limit of the file size cannot be raised again by every user. A write
 * that crosses it is cut short, as on a full disk. */
static void test_full(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a", "b"));
    struct stat before, after;
    assert_int_equal(stat(fixture->path, &before), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {(rlim_t)before.st_size + 100, (rlim_t)before.st_size + 100};
        struct mlm_store *store = NULL;
        struct mlm_record record = sample_record("c");
        struct mlm_error error = {0};
        if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
            mlm_store_open(fixture->path, &store, &error) < 0)
            _exit(2);
        int r = mlm_store_append(store, &record, NULL, &error);
        bool said = r == -EFBIG && strstr(error.text, fixture->path) && strstr(error.text, "100 of them") &&
                    strstr(error.text, "every earlier trial is whole");
        /* Leaks do not matter here, but sanitizers report them. */
        mlm_record_release(&record);
        mlm_store_close(store);
        _exit(said ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(stat(fixture->path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "b"));
    assert_int_equal(fixture->complaint_count, 0);
}

/* A record that cannot be written leaves nothing in the file. */
static void test_bad_record(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = open_store(fixture);
    struct mlm_record record = sample_record("a");
    struct mlm_error error;
    record.seed = UINT64_MAX;
    assert_int_equal(mlm_store_append(store, &record, NULL, &error), -EINVAL);
    assert_non_null(strstr(error.text, "seed"));
    mlm_record_release(&record);
    append(store, "b", NULL);
    mlm_store_close(store);
    read_back(fixture);
    assert_workloads(fixture, NAMES("b"));
}

static void test_broken_lines(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a"));
    char *good = sample_read(fixture->path);
    size_t good_size = strlen(good);
    FILE *file = fopen(fixture->path, "wb");
    assert_non_null(file);
    fprintf(file, "not json \033[31m\a\n");                     /* 1 */
    fprintf(file, "\n\r\n");                                    /* 2, 3 */
    fprintf(file, "%.*s\r\n", (int)good_size - 1, good);        /* 4 */
    fprintf(file, "{\"kind\":\"trial\",\"schema\":9}\n");       /* 5 */
    fwrite("{\"a\":\0}\n", 1, 8, file);                         /* 6 */
    fprintf(file, "[1,2]\n");                                   /* 7 */
    fprintf(file, "{\"kind\": \"timeline\", \"schema\": 1}\n"); /* 8: written anew by another program */
    fprintf(file, "%.*s%s", (int)good_size - 1, good, good);    /* 9: two on one line */
    fputs(good, file);                                          /* 10 */
    fprintf(file, "{\"schema\":1,\"kind\":\"trial\",\"run_id\":\"\\ud800\"}\n"); /* 11 */
    fprintf(file, "{\"x\":\"\xff\"}\n");                                         /* 12 */
    fprintf(file, "{\"x\":1e999}\n");                                            /* 13 */
    assert_int_equal(fclose(file), 0);
    free(good);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "a"));
    static const char *const said[] = {"run.jsonl:1: no JSON", ":5: schema 9 is newer",
        ":6: ", ":7: not an object", ":9: ", ":11: ", ":12: ", ":13: "};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!strstr(fixture->complaints, said[i]))
            fail_msg("no \"%s\" in\n%s", said[i], fixture->complaints);
    assert_int_equal(fixture->complaint_count, sizeof said / sizeof *said);
    for (const char *c = fixture->complaints; *c; c++)
        assert_true(*c == '\n' || (unsigned char)*c >= ' '); /* no control characters */
}

/* Very deep and very long lines are invalid lines, not errors. */
static void test_huge_lines(void **state)
{
    struct fixture *fixture = *state;
    append_some(fixture, NAMES("a"));
    char *good = sample_read(fixture->path);
    FILE *file = fopen(fixture->path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 20 << 20; i++)
        (void)putc_unlocked('x', file);
    fprintf(file, "\n%s", good);
    for (int i = 0; i < 1000000; i++)
        (void)putc_unlocked('[', file);
    fprintf(file, "\n%s{\"kind\":\"trial\",\"schema\":1,\"run_id\":\"", good);
    for (int i = 0; i < 1000000; i++)
        (void)putc_unlocked('y', file);
    fprintf(file, "\"}\n%s", good);
    for (int i = 0; i < 9 << 20; i++) /* without a newline at the end */
        (void)putc_unlocked('z', file);
    assert_int_equal(fclose(file), 0);
    free(good);
    read_back(fixture);
    assert_workloads(fixture, NAMES("a", "a", "a"));
    assert_non_null(strstr(fixture->complaints, ":1: longer than any record"));
    assert_non_null(strstr(fixture->complaints, ":3: no JSON"));
    assert_non_null(strstr(fixture->complaints, ":5: \"time\" is missing"));
    assert_non_null(strstr(fixture->complaints, ":7: longer than any record"));
    assert_int_equal(fixture->complaint_count, 4);
}

/* Files are merged by concatenation, and lists by reading both files. */
static void test_many(void **state)
{
    struct fixture *fixture = *state;
    struct mlm_store *store = open_store(fixture);
    for (int i = 0; i < 200; i++)
        append(store, "a", NULL);
    mlm_store_close(store);
    read_back(fixture);
    assert_int_equal(fixture->list.count, 200);
    assert_int_equal(mlm_store_read(fixture->path, &fixture->list, complain, fixture, NULL), 0);
    assert_int_equal(fixture->list.count, 400);
    struct mlm_record record = sample_record("moved");
    assert_int_equal(mlm_record_list_add(&fixture->list, &record, NULL), 0);
    assert_null(record.workload);
    assert_string_equal(fixture->list.items[400].workload, "storage/moved");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_append_and_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timelines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeline_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_machines_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_runs_alternate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_written_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_members_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_machine_inside_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_last_newline_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_but_a_torn_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_off_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_a_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_notes_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_still_a_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_link_of_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_writer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pipe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broken_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_huge_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
