/* Builds dataset files, checks that they are what they should be, and evicts them from the page cache.
 * Several runs may do this at once in the same folder. */
#include "trial/dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"
#include "base/page_cache.h"
#include "record/keymap.h"
#include "trial/dataset_folder.h"
#include "trial/worker.h"

/* A file with a larger share of its pages in memory counts as warm. */
#define WARM_SHARE 0.01

void mlm_file_state_take(const char *path, struct mlm_file_state *ret_state)
{
    struct stat status;
    *ret_state = (struct mlm_file_state){0};
    if (stat(path, &status) == 0)
        *ret_state = (struct mlm_file_state){.device = status.st_dev,
            .inode = status.st_ino,
            .size_bytes = (uint64_t)status.st_size,
            .changed_ns = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec};
}

bool mlm_file_state_same(const struct mlm_file_state *a, const struct mlm_file_state *b)
{
    return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
           a->changed_ns == b->changed_ns;
}

int mlm_dataset_look(const struct mlm_catalogue *catalogue, const char *path, const struct mlm_await *await,
    struct mlm_dataset_shape *ret_shape, struct mlm_error *error)
{
    const char *const arguments[] = {"inspect", path, NULL};
    struct mlm_worker_order order = {.program = catalogue->worker, .arguments = arguments, .pass_fd = -1};
    struct mlm_scoreboard left;
    struct mlm_file_state before, after;
    mlm_file_state_take(path, &before);
    int r = mlm_worker_do(&order, await, &left, error);
    if (r < 0)
        return r == -EINTR ? r : -EINVAL;
    mlm_file_state_take(path, &after);
    if (!mlm_file_state_same(&before, &after))
        return mlm_error_set(error, -EINVAL, "%s changed while it was inspected; run again", path);
    *ret_shape = (struct mlm_dataset_shape){.rows = (uint64_t)left.answer[0],
        .columns = (uint64_t)left.answer[1],
        .nonzeros = (uint64_t)left.answer[2],
        .widest_row = (uint64_t)left.answer[3],
        .file = before};
    return 0;
}

int mlm_dataset_path(const char *folder, const struct mlm_plan_row *row,
    const struct mlm_plan_options *options, char path[static 4096], struct mlm_error *error)
{
    const struct mlm_workload *workload = row->workload;
    path[0] = 0;
    if (row->refused)
        return 0;
    int n = 0;
    if (options->dataset && workload->flags & MLM_USER_DATA) {
        n = snprintf(path, 4096, "%s", options->dataset);
    } else if (workload->dataset) {
        char name[128];
        workload->dataset->name(row->config, name);
        if (!mlm_dataset_name_is_ours(name))
            return mlm_error_set(error, -EINVAL,
                "suite %s calls a dataset '%s', which `clean` would not know", row->suite->name, name);
        n = snprintf(path, 4096, "%s/%s", folder, name);
    }
    return n < 4096 ? 0 : mlm_error_set(error, -ENAMETOOLONG, "path of a dataset is too long");
}

static bool is_wanted(const struct mlm_plan *plan, const struct mlm_plan_row *row)
{
    return row->wanted && row->workload->dataset && !plan->options.dataset;
}

bool mlm_dataset_is_wanted(const struct mlm_plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++)
        if (is_wanted(plan, &plan->rows[i]))
            return true;
    return false;
}

/* Finds the generated file that the row reads. Returns 1 where no earlier row reads it; 0: an earlier one
 * does, or the row reads no generated file. */
static int next_file(const char *folder, const struct mlm_plan *plan, size_t row, struct mlm_keymap *seen,
    char path[static 4096], struct mlm_error *error)
{
    path[0] = 0;
    if (!is_wanted(plan, &plan->rows[row]))
        return 0;
    int r = mlm_dataset_path(folder, &plan->rows[row], &plan->options, path, error);
    if (r < 0 || !path[0])
        return r;
    size_t number, before = seen->count;
    if (mlm_keymap_add(seen, strdup(path), &number) < 0)
        return mlm_error_errno(error, -ENOMEM, "datasets");
    return seen->count > before;
}

int mlm_dataset_missing_bytes(
    const char *folder, const struct mlm_plan *plan, uint64_t *ret_bytes, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap seen = {0};
    uint64_t bytes = 0;
    for (size_t i = 0; i < plan->row_count; i++) {
        char path[4096];
        int r = next_file(folder, plan, i, &seen, path, error);
        if (r < 0)
            return r;
        if (r > 0 && access(path, R_OK) != 0)
            bytes += plan->rows[i].workload->dataset->size_bytes(plan->rows[i].config);
    }
    *ret_bytes = bytes;
    return 0;
}

/* Makes a name beside the dataset's that no other run uses. */
static int unique_name(const char *path, char name[static 4200], struct mlm_error *error)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return mlm_error_errno(error, -errno, "cannot get a random number");
    snprintf(name, 4200, "%s.%016llx.partial", path, (unsigned long long)number);
    return 0;
}

/* Messages need only the file's name: mlm_dataset_build() adds the folder. */
static const char *name_in(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* Opens a file without a name, so that nothing half-written remains. Where the file system cannot do that, a
 * unique name, because another run may be building the same dataset. */
static int open_unnamed(
    const char *folder, const char *path, char temporary[static 4200], struct mlm_error *error)
{
    temporary[0] = 0;
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        int r = unique_name(path, temporary, error);
        if (r < 0)
            return r;
        fd = open(temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0644);
    }
    return fd < 0 ? mlm_error_errno(error, -errno, "cannot write %s", name_in(path)) : fd;
}

/* Under sudo, files belong to the user who called it. */
static void give(int fd, const char *folder)
{
    mlm_auto_close int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd >= 0)
        mlm_entry_give(fd, folder_fd);
}

/* The file that a new one replaces; inode 0: there was none. */
struct found {
    dev_t device;
    ino_t inode;
};

/* Returns 1 where the path is now our file; 0 where another run has put a file there meanwhile. That file
 * stays, because trials of that run may be reading it. */
static int take_place(
    const char *temporary, const char *path, const struct found *found, struct mlm_error *error)
{
    struct stat status;
    int r = 0;
    if (!found->inode && renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 1;
    if (!found->inode && errno == EEXIST)
        return 0;
    if (!found->inode && errno != EINVAL) /* EINVAL: the file system lacks this flag of renameat2() */
        return mlm_error_errno(error, -errno, "cannot name %s", name_in(path));
    bool there = lstat(path, &status) == 0;
    if (there && (status.st_ino != found->inode || status.st_dev != found->device))
        return 0;
    r = rename(temporary, path);
    return r < 0 ? mlm_error_errno(error, -errno, "cannot name %s", name_in(path)) : 1;
}

/* Gives the file its name; returns as take_place(). */
static int give_name(
    int fd, char temporary[static 4200], const char *path, const struct found *found, struct mlm_error *error)
{
    char own[64];
    if (!temporary[0]) {
        int r = unique_name(path, temporary, error);
        if (r < 0)
            return r;
        snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
        if (linkat(AT_FDCWD, own, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) < 0) {
            r = mlm_error_errno(error, -errno, "cannot name %s", name_in(temporary));
            temporary[0] = 0;
            return r;
        }
    }
    int r = take_place(temporary, path, found, error);
    if (r > 0)
        temporary[0] = 0;
    return r;
}

/* Makes the worker build the row's dataset into the descriptor, or check its content. */
static int worker_do(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *verb,
    int fd, struct mlm_error *error)
{
    char full_name[160], data[48], seed[48], fd_text[16], settings[32][128];
    const char *arguments[40] = {verb, full_name, data, seed};
    size_t count = 4;
    snprintf(full_name, sizeof full_name, "%s/%s", row->suite->name, row->workload->name);
    snprintf(data, sizeof data, "data=%llu", (unsigned long long)order->plan->options.data_bytes);
    snprintf(seed, sizeof seed, "seed=%llu", (unsigned long long)order->plan->options.seed);
    for (size_t i = 0; i < row->params.count && i < 32; i++) {
        snprintf(
            settings[i], sizeof settings[i], "%s=%s", row->params.items[i].name, row->params.items[i].value);
        arguments[count++] = settings[i];
    }
    snprintf(fd_text, sizeof fd_text, "%d", fd);
    arguments[count++] = fd_text;
    struct mlm_worker_order work = {
        .program = order->catalogue->worker,
        .arguments = arguments,
        .python = order->python,
        .pass_fd = fd,
    };
    return mlm_worker_do(&work, &order->await, NULL, error);
}

/* Returns 1 where the dataset exists now; 0 where another run has just put one there, which must be
 * checked. */
static int build_one(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path,
    const struct found *found, struct mlm_error *error)
{
    char temporary[4200];
    mlm_auto_close int fd = open_unnamed(order->folder, path, temporary, error);
    if (fd < 0)
        return fd;
    give(fd, order->folder);
    int r = worker_do(order, row, "build", fd, error);
    if (r == 0)
        r = give_name(fd, temporary, path, found, error);
    else if (r != -EINTR)
        mlm_error_wrap(error, r, "building dataset %s", name_in(path));
    if (temporary[0])
        (void)unlink(temporary);
    return r;
}

/* Returns 1 if the file at the path can be used, else 0 with `why`, which is empty where there is no file. A
 * file that was truncated or written to must not be read as if it were the job's. */
static int is_sound(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path,
    struct found *ret_found, struct mlm_error *why)
{
    struct stat status;
    why->text[0] = 0;
    *ret_found = (struct found){0};
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0 : mlm_error_errno(why, -errno, "cannot look at %s", name_in(path));
    *ret_found = (struct found){.device = status.st_dev, .inode = status.st_ino};
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(why, -EINVAL, "it is no regular file"), 0;
    mlm_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return mlm_error_errno(why, -errno, "it cannot be read"), 0;
    int r = worker_do(order, row, "check", fd, why);
    return r == -EINTR ? r : r == 0;
}

static void tell(
    const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path, const char *why)
{
    char size[MLM_SIZE_TEXT];
    char text[MLM_ERROR_TEXT_SIZE + 512];
    if (!order->tell)
        return;
    snprintf(text, sizeof text, "building dataset %.255s%s (at most %s)%s%s", name_in(path),
        why[0] ? " again" : "", mlm_size_show((double)row->workload->dataset->size_bytes(row->config), size),
        why[0] ? ": " : "", why);
    order->tell(order->context, text);
}

static int make_sound(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path,
    struct mlm_error *error)
{
    /* Try again while other runs replace the file. */
    for (int i = 0; i < 3; i++) {
        struct mlm_error why = {0};
        struct found found;
        int r = is_sound(order, row, path, &found, &why);
        if (r < 0 && error)
            *error = why;
        if (r != 0)
            return r < 0 ? r : 0;
        tell(order, row, path, why.text);
        r = build_one(order, row, path, &found, error);
        if (r != 0)
            return r < 0 ? r : 0;
    }
    return mlm_error_set(
        error, -EBUSY, "something changes %s again and again; end it, and run again", name_in(path));
}

static int build_missing(const struct mlm_dataset_order *order, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap seen = {0};
    for (size_t i = 0; i < order->plan->row_count; i++) {
        char path[4096];
        int r = next_file(order->folder, order->plan, i, &seen, path, error);
        if (r > 0)
            r = make_sound(order, &order->plan->rows[i], path, error);
        if (r < 0 && (r != -ENOTSUP || order->plan->rows[i].workload->dataset->build))
            return r;
    }
    return 0;
}

/* The folder is used through its descriptor: when root works in a user's cache, nobody can exchange it
 * meanwhile. */
int mlm_dataset_build(const struct mlm_dataset_order *order, struct mlm_error *error)
{
    char folder[32];
    struct mlm_dataset_order inside = *order;
    if (!mlm_dataset_is_wanted(order->plan))
        return 0;
    char none[4096]; /* or the reason why there is no folder */
    if (!order->folder[0])
        return mlm_dataset_folder(none, error);
    int r = mlm_dataset_hold(order->folder, order->held_fd, error);
    if (r < 0)
        return r;
    mlm_auto_close int folder_fd = mlm_dataset_folder_open(order->folder, error);
    if (folder_fd < 0)
        return mlm_error_wrap(error, folder_fd, "cannot open %s", order->folder);
    snprintf(folder, sizeof folder, "/proc/self/fd/%d", folder_fd);
    inside.folder = folder;
    r = build_missing(&inside, error);
    return r < 0 && r != -EINTR ? mlm_error_wrap(error, r, "datasets in %s", order->folder) : r;
}

int mlm_dataset_evict(const char *path, bool *ret_evicted, struct mlm_error *error)
{
    mlm_auto_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return mlm_error_errno(error, -errno, "cannot open %s", path);
    if (!S_ISREG(status.st_mode))
        return mlm_error_set(error, -ENOTSUP, "%s is no file that a page cache could hold", path);
    if (status.st_size == 0) {
        *ret_evicted = true;
        return 0;
    }
    (void)fdatasync(fd); /* dirty pages cannot be evicted */
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    uint64_t cached_bytes;
    int r = mlm_page_cache_bytes(fd, (uint64_t)status.st_size, &cached_bytes);
    if (r < 0 && r != -EPERM)
        return mlm_error_errno(error, r, "looking at the page cache of %s", path);
    *ret_evicted = r == 0 && (double)cached_bytes <= WARM_SHARE * (double)status.st_size;
    return 0;
}
