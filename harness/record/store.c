/* The writing side of the store; store_read.c reads. */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "record/record_json.h"

struct mlm_store {
    int fd;
    char *path;
    json_t *machine; /* of the latest record; a reference, so that its address cannot come to mean another */
    char *machine_text; /* its JSON */
};

void mlm_store_close(struct mlm_store *store)
{
    if (!store)
        return;
    if (store->fd >= 0)
        (void)close(store->fd);
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

/* A file that is new must still be in its folder after a power cut. */
static int sync_folder(const char *path, struct mlm_error *error)
{
    mlm_auto_free char *copy = strdup(path);
    if (!copy)
        return mlm_error_errno(error, -ENOMEM, "%s", path);
    const char *folder = dirname(copy);
    mlm_auto_close int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder (EINVAL); the records do not depend on it. */
    if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
        return mlm_error_errno(error, -errno, "cannot sync folder %s", folder);
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

/* A line that was cut off is no JSON, for its last byte closes it; one that is whole lacks its newline alone
 * (an editor, a merge by hand) and is kept. */
static bool is_whole(int fd, off_t begin, off_t end)
{
    size_t size = (size_t)(end - begin);
    mlm_auto_free char *line = malloc(size);
    if (!line || pread(fd, line, size, begin) != (ssize_t)size)
        return false;
    json_t *json = json_loadb(line, size, 0, NULL);
    bool whole = json_is_object(json);
    json_decref(json);
    return whole;
}

static int mend_end(int fd, off_t size, const char *path, struct mlm_error *error)
{
    off_t begin = 0;
    int r = last_line_begin(fd, size, &begin);
    if (r < 0)
        return mlm_error_errno(error, r, "cannot read %s", path);
    if (begin == size)
        return 0;
    if (is_whole(fd, begin, size))
        r = mlm_write_all(fd, "\n", 1);
    else if (ftruncate(fd, begin) < 0)
        r = -errno;
    return r < 0 ? mlm_error_errno(error, r, "cannot mend the last line of %s", path) : 0;
}

int mlm_store_open(const char *path, struct mlm_store **ret_store, struct mlm_error *error)
{
    mlm_cleanup(store_close_p) struct mlm_store *store = calloc(1, sizeof *store);
    if (!store)
        return mlm_error_errno(error, -ENOMEM, "%s", path);
    store->fd = -1;
    store->path = strdup(path);
    if (!store->path)
        return mlm_error_errno(error, -ENOMEM, "%s", path);
    /* O_NONBLOCK: a FIFO is refused below rather than waited for. */
    store->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
    if (store->fd < 0)
        return mlm_error_errno(error, -errno, "cannot write results to %s", path);
    struct stat status;
    if (fstat(store->fd, &status) < 0)
        return mlm_error_errno(error, -errno, "cannot write results to %s", path);
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(error, -EINVAL, "cannot write results to %s: it is no regular file", path);
    if (flock(store->fd, LOCK_EX | LOCK_NB) < 0) {
        int code = -errno;
        return code == -EWOULDBLOCK
                   ? mlm_error_set(error, -EBUSY, "another run is writing its results to %s", path)
                   : mlm_error_errno(error, code, "cannot lock %s", path);
    }
    /* Anew: whoever held the lock may have written since. */
    if (fstat(store->fd, &status) < 0)
        return mlm_error_errno(error, -errno, "cannot write results to %s", path);
    int r = status.st_size ? mend_end(store->fd, status.st_size, path, error) : sync_folder(path, error);
    if (r < 0)
        return r;
    *ret_store = mlm_take_ptr(store);
    return 0;
}

/* The same machine stands in every line of a run and is most of it: its text is made once. */
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

/* Both lines, "machine" put in as the last member of the first. */
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
    /* A short write does not say why; writing the rest does, or makes it whole. */
    if (r == 0 && written < size)
        r = mlm_write_all(store->fd, lines + written, size - written);
    if (r == 0 && fdatasync(store->fd) < 0 && errno != EINVAL)
        r = -errno;
    if (r == 0)
        return 0;
    if (ftruncate(store->fd, old_size) < 0)
        return mlm_error_errno(
            error, r, "%s: cannot append %zu bytes, nor take back what is there of them", store->path, size);
    return mlm_error_errno(error, r,
        "%s: cannot append %zu bytes, %zu of them were written and taken back (every earlier trial is whole)",
        store->path, size, written);
}
