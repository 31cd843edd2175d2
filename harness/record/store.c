/* The writing side of the store. An existing file is checked before anything is appended, because it may be
 * another program's; store_read.c reads. */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"
#include "record/record_json.h"

struct mlm_store {
    int fd;
    int out_fd; /* gets each record, too; -1: none */
    char *path;
    json_t *machine;    /* machine of the latest record; the reference keeps its address from being used for
                           another one */
    char *machine_text; /* its JSON */
};

void mlm_store_close(struct mlm_store *store)
{
    if (!store)
        return;
    mlm_close_p(&store->fd);
    mlm_close_p(&store->out_fd);
    json_decref(store->machine);
    free(store->machine_text);
    free(store->path);
    free(store);
}

static void store_close_p(struct mlm_store **store)
{
    mlm_store_close(*store);
}

const char *mlm_store_path(const struct mlm_store *store)
{
    return store->path;
}

/* Syncs the folder, so that a new file is still in it after a power cut. */
static int sync_folder(const struct mlm_entry *entry, const char *path, struct mlm_error *error)
{
    mlm_auto_close int fd = openat(entry->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder (EINVAL); the records do not depend on it. */
    if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
        return mlm_error_errno(error, -errno, "cannot sync the folder of %s", path);
    return 0;
}

/* The offset behind the last newline. */
static int last_line_begin(int fd, off_t size, off_t *ret_begin)
{
    char block[4096];
    for (off_t end = size; end > 0;) {
        off_t begin = end > (off_t)sizeof block ? end - (off_t)sizeof block : 0;
        ssize_t n = pread(fd, block, (size_t)(end - begin), begin);
        if (n != end - begin)
            return n < 0 ? -errno : -EIO;
        const char *newline = memrchr(block, '\n', (size_t)n);
        if (newline) {
            *ret_begin = begin + (newline - block) + 1;
            return 0;
        }
        end = begin;
    }
    *ret_begin = 0;
    return 0;
}

/* Offset of the first line that is not blank; `size` where there is none. */
static off_t first_line_begin(int fd, off_t size)
{
    char block[4096];
    for (off_t at = 0; at < size;) {
        ssize_t n = pread(fd, block, sizeof block, at);
        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            if (block[i] != '\n' && block[i] != '\r')
                return at + i;
        at += n;
    }
    return size;
}

/* Returns true if the line begins as this program begins a line. A line that was cut off may be shorter than
 * that begin, and may end with zeros, because blocks that a crash left unwritten read as zeros. */
static bool begins_as_ours(const struct mlm_store_line *line)
{
    static const char *const begins[] = {MLM_TRIAL_BEGIN, MLM_TIMELINE_BEGIN};
    size_t size = line->size;
    while (!line->ended && size > 0 && line->text[size - 1] == 0)
        size--;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t length = strlen(begins[i]);
        bool there = size >= length || !line->ended;
        if (there && memcmp(line->text, begins[i], length < size ? length : size) == 0)
            return true;
    }
    return false;
}

/* Returns true for a record whose members may have another order, because another program has rewritten the
 * line. */
static bool is_record(const struct mlm_store_line *line)
{
    json_t *json = json_loadb(line->text, line->size, 0, NULL);
    const char *kind = json_string_value(json_object_get(json, "kind"));
    bool is = kind && (strcmp(kind, "trial") == 0 || strcmp(kind, "timeline") == 0);
    json_decref(json);
    return is;
}

/* Checks that the file is a store: its first line is one of ours. Any other file must not be changed in any
 * way. */
static int check_begin(int fd, off_t size, const char *path, struct mlm_error *error)
{
    off_t begin = first_line_begin(fd, size);
    mlm_cleanup(mlm_store_line_release) struct mlm_store_line line = {0};
    if (begin == size)
        return 0;
    int r = mlm_store_line_read(fd, begin, &line);
    if (r < 0 && r != -EFBIG)
        return mlm_error_errno(error, r, "cannot read %s", path);
    /* Zeros alone do not identify a store. */
    if (line.text && line.text[0] != 0 && (begins_as_ours(&line) || is_record(&line)))
        return 0;
    return mlm_error_set(
        error, -EINVAL, "%s holds something other than records; name another file for them", path);
}

/* Repairs a last line without newline. A line that was cut off is not valid JSON, because its last byte
 * closes it: it is removed. A complete line (from an editor, or a merge by hand) gets its newline. */
static int mend_end(int fd, off_t size, const char *path, struct mlm_error *error)
{
    off_t begin = 0;
    mlm_cleanup(mlm_store_line_release) struct mlm_store_line line = {0};
    int r = last_line_begin(fd, size, &begin);
    if (r == 0 && begin == size)
        return 0;
    if (r == 0)
        r = mlm_store_line_read(fd, begin, &line);
    if (r < 0 && r != -EFBIG)
        return mlm_error_errno(error, r, "cannot read %s", path);
    if (line.text && is_record(&line))
        r = mlm_write_all(fd, "\n", 1);
    else if (!line.text || !begins_as_ours(&line))
        return mlm_error_set(error, -EINVAL,
            "the last line of %s is no record that was cut off; end it with a newline, or remove it", path);
    else if (ftruncate(fd, begin) < 0)
        r = -errno;
    return r < 0 ? mlm_error_errno(error, r, "cannot mend the last line of %s", path) : 0;
}

/* Locks the store, so that no other run writes to it, and then takes its status again, because the
 * file may have changed before the lock. */
static int store_lock(int fd, const char *path, struct stat *ret_status, struct mlm_error *error)
{
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int code = -errno;
        return code == -EWOULDBLOCK
                   ? mlm_error_set(error, -EBUSY, "another run is writing its results to %s", path)
                   : mlm_error_errno(error, code, "cannot lock %s", path);
    }
    return fstat(fd, ret_status) < 0 ? mlm_error_errno(error, -errno, "cannot write results to %s", path) : 0;
}

static int store_open(const char *path, int *ret_fd, struct mlm_error *error)
{
    mlm_cleanup(mlm_entry_release) struct mlm_entry entry = {0};
    int r = mlm_entry_find(path, &entry, error);
    /* O_NONBLOCK: a FIFO is refused below rather than waited for. */
    mlm_auto_close int fd = r < 0 ? r : mlm_entry_open(&entry, O_RDWR | O_APPEND | O_NONBLOCK, error);
    if (fd < 0)
        return mlm_error_wrap(error, fd, "cannot write results to %s", path);
    struct stat status;
    if (fstat(fd, &status) < 0)
        return mlm_error_errno(error, -errno, "cannot write results to %s", path);
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(error, -EINVAL, "cannot write results to %s: it is no regular file", path);
    r = store_lock(fd, path, &status, error);
    if (r == 0 && !status.st_size)
        r = sync_folder(&entry, path, error);
    if (r == 0)
        r = check_begin(fd, status.st_size, path, error);
    if (r == 0)
        r = mend_end(fd, status.st_size, path, error);
    if (r == 0)
        *ret_fd = mlm_take_fd(&fd);
    return r;
}

/* A store that has no file yet; NULL: no memory. */
static struct mlm_store *store_new(void)
{
    struct mlm_store *store = calloc(1, sizeof *store);
    if (store)
        store->fd = store->out_fd = -1;
    return store;
}

int mlm_store_open(const char *path, struct mlm_store **ret_store, struct mlm_error *error)
{
    mlm_cleanup(store_close_p) struct mlm_store *store = store_new();
    if (!store || !(store->path = strdup(path)))
        return mlm_error_errno(error, -ENOMEM, "%s", path);
    int r = store_open(path, &store->fd, error);
    if (r == 0)
        *ret_store = mlm_take_ptr(store);
    return r;
}

int mlm_store_stream(int out_fd, struct mlm_store **ret_store, struct mlm_error *error)
{
    mlm_auto_close int out = out_fd;
    mlm_cleanup(store_close_p) struct mlm_store *store = store_new();
    if (store)
        store->fd = memfd_create("records", MFD_CLOEXEC);
    if (!store || store->fd < 0 || asprintf(&store->path, "/proc/self/fd/%d", store->fd) < 0)
        return mlm_error_errno(error, -errno, "records to standard output");
    store->out_fd = mlm_take_fd(&out);
    *ret_store = mlm_take_ptr(store);
    return 0;
}

/* Makes the machine's text, once for all lines of a run: it is the same in all of them, and most of each. */
static int machine_text(struct mlm_store *store, json_t *machine, struct mlm_error *error)
{
    if (store->machine && store->machine == machine)
        return 0;
    if (mlm_machine_check(machine, error) < 0)
        return -EINVAL;
    char *text = json_dumps(machine, JSON_COMPACT);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "making a record's line");
    free(store->machine_text);
    json_decref(store->machine);
    store->machine_text = text;
    store->machine = json_incref(machine);
    return 0;
}

static int text_of(json_t *json, char **ret_text, struct mlm_error *error)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!text)
        return mlm_error_errno(error, -ENOMEM, "making a record's line");
    *ret_text = text;
    return 0;
}

/* Makes both lines, with "machine" as the last member of the first one. */
static int lines_make(struct mlm_store *store, const struct mlm_record *record,
    const struct mlm_timeline *timeline, char **ret_lines, size_t *ret_size, struct mlm_error *error)
{
    mlm_auto_free char *members = NULL;
    mlm_auto_free char *course = NULL;
    json_t *json = NULL;
    int r = machine_text(store, record->machine, error);
    if (r >= 0)
        r = mlm_record_members_to_json(record, &json, error);
    if (r >= 0)
        r = text_of(json, &members, error);
    json = NULL;
    if (r >= 0 && timeline)
        r = mlm_timeline_to_json(record, timeline, &json, error);
    if (r >= 0 && timeline)
        r = text_of(json, &course, error);
    if (r < 0)
        return r;
    int size = asprintf(ret_lines, "%.*s,\"machine\":%s}\n%s%s", (int)strlen(members) - 1, members,
        store->machine_text, course ? course : "", course ? "\n" : "");
    if (size < 0)
        return mlm_error_errno(error, -ENOMEM, "making a record's line");
    *ret_size = (size_t)size;
    return 0;
}

static int pass_on(const struct mlm_store *store, const char *lines, size_t size, struct mlm_error *error)
{
    int r = mlm_write_all(store->out_fd, lines, size);
    return r < 0 ? mlm_error_errno(error, r, "cannot write a record to standard output") : 0;
}

int mlm_store_append(struct mlm_store *store, const struct mlm_record *record,
    const struct mlm_timeline *timeline, struct mlm_error *error)
{
    mlm_auto_free char *lines = NULL;
    size_t size = 0;
    int r = lines_make(store, record, timeline, &lines, &size, error);
    if (r < 0)
        return mlm_error_wrap(error, r, "%s", store->path);
    off_t old_size = lseek(store->fd, 0, SEEK_END);
    if (old_size < 0)
        return mlm_error_errno(error, -errno, "%s", store->path);
    ssize_t n;
    do
        n = write(store->fd, lines, size);
    while (n < 0 && errno == EINTR);
    size_t written = n > 0 ? (size_t)n : 0;
    r = n < 0 ? -errno : 0;
    /* A short write does not report its cause. Writing the rest either reports it or completes the line. */
    if (r == 0 && written < size)
        r = mlm_write_all(store->fd, lines + written, size - written);
    if (r == 0 && fdatasync(store->fd) < 0 && errno != EINVAL)
        r = -errno;
    if (r == 0)
        return store->out_fd < 0 ? 0 : pass_on(store, lines, size, error);
    if (ftruncate(store->fd, old_size) < 0)
        return mlm_error_errno(
            error, r, "%s: cannot append %zu bytes, nor take back what is there of them", store->path, size);
    return mlm_error_errno(error, r,
        "%s: cannot append %zu bytes, %zu of them were written and taken back (every earlier trial is whole)",
        store->path, size, written);
}
