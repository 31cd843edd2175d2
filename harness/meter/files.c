/* Files of the job's own that it maps or reads: how large they are, how much of them was in the page cache
 * before, and whether they are read more than once. Their pages are no need, but a job that uses them again
 * is slow without them. Looks find a file while it is mapped or open; one that is open for a shorter time
 * than a tick may be missed.
 *
 * A file is read again if it says so itself (a position in it went back, or it was closed and is open anew)
 * and the bytes that its readers read at that time are more than it has. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/page_cache.h"
#include "machine/disk.h"
#include "meter/meter.h"
#include "record/record_json.h"

#define FILES_MAX 64
#define READERS_MAX 64
#define POSITIONS_MAX 256
/* Smaller files change no answer. */
#define WORTH_BYTES (UINT64_C(1) << 20)
/* A program that reads this many times the size of its files reads parts of them again. */
#define AGAIN_TIMES 1.5

struct file {
    ino_t inode;
    char path[PATH_MAX];
    uint64_t size_bytes, mapped_bytes;
    bool again;           /* it is read more than once, as far as its positions say */
    uint64_t open_at;     /* number of the latest look at which it was open for reading; 0: never */
    int64_t cached_bytes; /* in the page cache before the job used it; MLM_NULL: not known */
};

/* A process that reads. */
struct reader {
    pid_t pid;
    uint64_t total_bytes; /* by read() and its kind, at the latest look */
    uint64_t read_bytes;  /* the part of it in which it had a file of the job's open */
    bool open;            /* it had one at the latest look */
};

/* Where a descriptor was in a file. */
struct position {
    pid_t pid;
    int fd;
    ino_t inode;
    uint64_t bytes;
};

struct files_state {
    struct file files[FILES_MAX];
    struct reader readers[READERS_MAX];
    struct position positions[POSITIONS_MAX];
    size_t file_count, reader_count, position_count;
    uint64_t looks;
};

struct look {
    struct files_state *state;
    const struct mlm_trial_view *view;
};

/* Recognizes libfoo.so and libfoo.so.1: while a library is being loaded, none of it can be executed yet. */
static bool is_library(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *ending = strstr(slash ? slash : path, ".so");
    return ending && (!ending[3] || (ending[3] == '.' && ending[4] >= '0' && ending[4] <= '9'));
}

/* Programs and libraries are the machine's, also those of a virtual environment. Files in memory are needs
 * already. */
static bool is_of_the_job(const char *path)
{
    static const char *const others[] = {"/usr/lib", "/usr/bin/", "/usr/sbin/", "/lib/", "/lib32/", "/lib64/",
        "/bin/", "/sbin/", "/etc/", "/dev/", "/proc/", "/sys/", "/memfd:"};
    static const char gone[] = " (deleted)";
    const size_t length = strlen(path);
    if (path[0] != '/' || (length >= sizeof gone && strcmp(path + length - (sizeof gone - 1), gone) == 0) ||
        is_library(path))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(path, others[i], strlen(others[i])) == 0)
            return false;
    return true;
}

static struct file *file_find(struct files_state *state, ino_t inode, const char *path)
{
    for (size_t i = 0; i < state->file_count; i++)
        if (state->files[i].inode == inode && strcmp(state->files[i].path, path) == 0)
            return &state->files[i];
    return NULL;
}

/* What of a new file was in the page cache before. The job itself may have read or written it in the
 * meantime; it paid for that. So all that the cage was charged for, and that is not in the files that are
 * known already, may be in this one. */
static int64_t cached_before(const struct look *look, int fd, uint64_t size_bytes)
{
    struct mlm_sample sample;
    uint64_t bytes, known_bytes;
    if (mlm_page_cache_bytes(fd, size_bytes, &bytes) < 0)
        return MLM_NULL;
    if (look->view->sampler->sums_processes)
        return MLM_NULL; /* processes do not tell what they read into the page cache */
    mlm_sampler_take(
        look->view->sampler, &sample); /* after the count: what is read now must not seem older */
    int64_t paid_bytes = mlm_sample_cache_bytes(&sample);
    if (paid_bytes == MLM_NULL)
        return MLM_NULL;
    for (size_t i = 0; i < look->state->file_count; i++) {
        const struct file *file = &look->state->files[i];
        mlm_auto_close int known_fd = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (file->cached_bytes != MLM_NULL && known_fd >= 0 &&
            mlm_page_cache_bytes(known_fd, file->size_bytes, &known_bytes) == 0)
            paid_bytes -= (int64_t)known_bytes - file->cached_bytes;
    }
    int64_t before_bytes = (int64_t)bytes - (paid_bytes > 0 ? paid_bytes : 0);
    return before_bytes > 0 ? before_bytes : 0;
}

/* Returns the file's entry; `opened` is a path by which it can be opened. NULL: it is not worth one. */
static struct file *file_note(const struct look *look, ino_t inode, const char *path, const char *opened)
{
    struct files_state *state = look->state;
    struct file *file = file_find(state, inode, path);
    struct stat status;
    bool in_memory;
    if (file || state->file_count == FILES_MAX)
        return file;
    mlm_auto_close int fd = open(opened, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_ino != inode ||
        (uint64_t)status.st_size < WORTH_BYTES)
        return NULL;
    if (mlm_disk_is_memory(path, &in_memory, NULL) < 0 || in_memory)
        return NULL;
    int64_t cached_bytes = cached_before(look, fd, (uint64_t)status.st_size);
    file = &state->files[state->file_count++];
    *file =
        (struct file){.inode = inode, .size_bytes = (uint64_t)status.st_size, .cached_bytes = cached_bytes};
    snprintf(file->path, sizeof file->path, "%s", path);
    return file;
}

/* Consecutive mappings of one file. */
struct span {
    ino_t inode;
    uint64_t bytes;
    bool code; /* a part of it can be executed: a program or a library */
    char path[PATH_MAX];
};

static void span_end(const struct look *look, const struct span *span)
{
    if (!span->inode || span->code || span->bytes < WORTH_BYTES || !is_of_the_job(span->path))
        return;
    struct file *file = file_note(look, span->inode, span->path, span->path);
    if (file && span->bytes > file->mapped_bytes)
        file->mapped_bytes = span->bytes < file->size_bytes ? span->bytes : file->size_bytes;
}

static void maps_look(const struct look *look, pid_t pid)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/%d/maps", (int)pid);
    mlm_auto_fclose FILE *maps = fopen(name, "re");
    struct span span = {0};
    mlm_auto_free char *line = NULL;
    size_t size = 0;
    for (ssize_t length; maps && (length = getline(&line, &size, maps)) > 0;) {
        unsigned long long begin, end, inode;
        char access[5];
        int path_at = 0;
        line[length - 1] = 0;
        if (sscanf(line, "%llx-%llx %4s %*x %*x:%*x %llu %n", &begin, &end, access, &inode, &path_at) < 4)
            continue;
        if (inode != span.inode) {
            span_end(look, &span);
            span = (struct span){.inode = inode};
            snprintf(span.path, sizeof span.path, "%s", line + path_at);
        }
        span.bytes += end - begin;
        span.code |= access[2] == 'x';
    }
    span_end(look, &span);
}

/* Looks where the descriptor is in its file. */
static void position_note(struct files_state *state, struct file *file, pid_t pid, const char *fd)
{
    char path[64], text[512];
    uint64_t bytes;
    struct position *position = NULL;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%.16s", (int)pid, fd);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0 ||
        mlm_keyed_number(text, "pos", &bytes) < 0)
        return;
    /* It was closed, and is open anew. */
    if (file->open_at && file->open_at + 1 < state->looks)
        file->again = true;
    file->open_at = state->looks;
    for (size_t i = 0; i < state->position_count && !position; i++)
        if (state->positions[i].pid == pid && state->positions[i].fd == atoi(fd))
            position = &state->positions[i];
    if (position && position->inode == file->inode && bytes + WORTH_BYTES < position->bytes)
        file->again = true;
    if (!position && state->position_count < POSITIONS_MAX)
        position = &state->positions[state->position_count++];
    if (position)
        *position = (struct position){.pid = pid, .fd = atoi(fd), .inode = file->inode, .bytes = bytes};
}

/* Returns true if the process has a file of the job's open for reading. */
static bool descriptors_look(const struct look *look, pid_t pid)
{
    char name[64], path[PATH_MAX];
    struct stat link, status;
    bool found = false;
    snprintf(name, sizeof name, "/proc/%d/fd", (int)pid);
    mlm_auto_closedir DIR *folder = opendir(name);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, path, sizeof path - 1);
        if (length <= 0)
            continue;
        path[length] = 0;
        /* The mode of the link says how the file was opened. */
        if (!is_of_the_job(path) || fstatat(dirfd(folder), entry->d_name, &link, AT_SYMLINK_NOFOLLOW) < 0 ||
            !(link.st_mode & S_IRUSR) || fstatat(dirfd(folder), entry->d_name, &status, 0) < 0 ||
            !S_ISREG(status.st_mode) || (uint64_t)status.st_size < WORTH_BYTES)
            continue;
        char opened[64 + sizeof entry->d_name];
        snprintf(opened, sizeof opened, "%s/%s", name, entry->d_name);
        struct file *file = file_note(look, status.st_ino, path, opened);
        if (!file)
            continue;
        found = true;
        position_note(look->state, file, pid, entry->d_name);
        /* A file may grow. */
        if ((uint64_t)status.st_size > file->size_bytes)
            file->size_bytes = (uint64_t)status.st_size;
    }
    return found;
}

static void reader_note(struct files_state *state, pid_t pid, bool open)
{
    char path[64], text[512];
    uint64_t total_bytes;
    struct reader *reader = NULL;
    for (size_t i = 0; i < state->reader_count && !reader; i++)
        if (state->readers[i].pid == pid)
            reader = &state->readers[i];
    if (!reader && !open)
        return;
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0 ||
        mlm_keyed_number(text, "rchar", &total_bytes) < 0)
        return;
    if (!reader && state->reader_count < READERS_MAX) {
        reader = &state->readers[state->reader_count++];
        *reader = (struct reader){.pid = pid};
    } else if (reader && (reader->open || open) && total_bytes > reader->total_bytes) {
        reader->read_bytes += total_bytes - reader->total_bytes;
    }
    if (!reader)
        return;
    reader->total_bytes = total_bytes;
    reader->open = open;
}

static void process_see(void *context, pid_t pid)
{
    const struct look *look = context;
    if (pid == look->view->background)
        return;
    reader_note(look->state, pid, descriptors_look(look, pid));
    maps_look(look, pid);
}

static void files_tick(void *p, const struct mlm_trial_view *view)
{
    struct files_state *state = p;
    state->looks++;
    struct look look = {.state = state, .view = view};
    mlm_cage_processes(view->cage, process_see, &look);
}

/* A process that has ended keeps this figure until it is reaped, with that of its children. */
static void files_ended(void *p, const struct mlm_trial_view *view)
{
    struct files_state *state = p;
    for (size_t i = 0; i < state->reader_count; i++)
        if (state->readers[i].pid == view->worker) {
            reader_note(state, view->worker, false);
            return;
        }
}

static bool is_reread(const struct file *file)
{
    return file->again && !file->mapped_bytes;
}

/* Bytes of files that were read more than once; reading as such is counted for whole processes only. */
static int64_t again_bytes(const struct files_state *state)
{
    uint64_t size_bytes = 0, read_bytes = 0;
    for (size_t i = 0; i < state->file_count; i++)
        size_bytes += is_reread(&state->files[i]) ? state->files[i].size_bytes : 0;
    for (size_t i = 0; i < state->reader_count; i++)
        read_bytes += state->readers[i].read_bytes;
    if ((double)read_bytes < AGAIN_TIMES * (double)size_bytes)
        return 0;
    return (int64_t)(read_bytes - size_bytes < size_bytes ? read_bytes - size_bytes : size_bytes);
}

static int larger_first(const void *a, const void *b)
{
    const struct file *left = a, *right = b;
    return (left->size_bytes < right->size_bytes) - (left->size_bytes > right->size_bytes);
}

static json_t *list_make(const struct files_state *state, bool again)
{
    json_t *list = state->file_count ? json_array() : NULL;
    for (size_t i = 0; list && i < state->file_count; i++) {
        const struct file *file = &state->files[i];
        json_t *cached = file->cached_bytes == MLM_NULL ? json_null() : json_integer(file->cached_bytes);
        json_t *item = json_pack("{s:o, s:I, s:b, s:b, s:o}", "path", mlm_json_text(file->path), "bytes",
            (json_int_t)file->size_bytes, "mapped", file->mapped_bytes != 0, "reread",
            again && is_reread(file), "cached_bytes", cached);
        if (!item || json_array_append_new(list, item) < 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

/* The part of a file that the job may have used through mappings without a cap, when nothing takes pages
 * away: those that it never touched are not in the page cache. Looks at the job while it runs would miss what
 * it touched last. */
static uint64_t touched_bytes(const struct file *file)
{
    uint64_t bytes;
    struct stat status;
    mlm_auto_close int fd = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != file->inode ||
        mlm_page_cache_bytes(fd, file->size_bytes, &bytes) < 0 || bytes > file->mapped_bytes)
        return file->mapped_bytes;
    return bytes;
}

static void files_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    struct files_state *state = p;
    qsort(state->files, state->file_count, sizeof *state->files, larger_first);
    int64_t *values = result->readings->values, mapped_bytes = 0, used_bytes = 0;
    const bool uncapped = mlm_cage_limits(view->cage)->cap_bytes == MLM_NO_LIMIT;
    const int64_t reread_bytes = again_bytes(state);
    *result->data_files = list_make(state, reread_bytes > 0);
    for (size_t i = 0; i < state->file_count; i++) {
        const struct file *file = &state->files[i];
        mapped_bytes += (int64_t)file->mapped_bytes;
        used_bytes += (int64_t)(uncapped && file->mapped_bytes ? touched_bytes(file) : file->mapped_bytes);
        if (file->cached_bytes != MLM_NULL)
            values[MLM_cached_before_bytes] =
                file->cached_bytes +
                (values[MLM_cached_before_bytes] == MLM_NULL ? 0 : values[MLM_cached_before_bytes]);
    }
    if (!state->file_count)
        return;
    values[MLM_mapped_bytes] = mapped_bytes;
    values[MLM_reread_bytes] = reread_bytes;
    int64_t files_bytes = used_bytes + reread_bytes;
    if (values[MLM_needs_peak_bytes] != MLM_NULL && files_bytes > 0)
        values[MLM_at_speed_bytes] = values[MLM_needs_peak_bytes] + files_bytes;
}

const struct mlm_meter mlm_meter_files = {
    .name = "files",
    .state_size = sizeof(struct files_state),
    .tick = files_tick,
    .tick_share = 0.01,
    .ended = files_ended,
    .finish = files_finish,
};
