#include "trial/dataset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"
#include "base/page.h"
#include "record/keymap.h"
#include "trial/dataset_folder.h"
#include "trial/worker.h"

/* More of a file than this still in memory counts as warm. */
#define WARM_SHARE 0.01

int mlm_dataset_look(const struct mlm_catalogue *catalogue, const char *path, int interrupt_fd,
    struct mlm_dataset_shape *ret_shape, struct mlm_error *error)
{
    const char *const arguments[] = {"inspect", path, NULL};
    struct mlm_worker_order order = {.program = catalogue->worker, .arguments = arguments, .pass_fd = -1};
    struct mlm_scoreboard left;
    int r = mlm_worker_do(&order, interrupt_fd, &left, error);
    if (r < 0)
        return r == -EINTR ? r : -EINVAL;
    *ret_shape = (struct mlm_dataset_shape){.rows = (uint64_t)left.answer[0],
        .columns = (uint64_t)left.answer[1],
        .nonzeros = (uint64_t)left.answer[2],
        .widest_row = (uint64_t)left.answer[3]};
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

/* The row's own file, where it will be read and is not there yet. */
static int missing(const char *folder, const struct mlm_plan *plan, const struct mlm_plan_row *row,
    char path[static 4096], struct mlm_error *error)
{
    if (!is_wanted(plan, row))
        return 0;
    int r = mlm_dataset_path(folder, row, &plan->options, path, error);
    if (r < 0)
        return r;
    return path[0] && access(path, R_OK) != 0;
}

int mlm_dataset_missing_bytes(
    const char *folder, const struct mlm_plan *plan, uint64_t *ret_bytes, struct mlm_error *error)
{
    mlm_cleanup(mlm_keymap_release) struct mlm_keymap counted = {0}; /* rows share files */
    uint64_t bytes = 0;
    for (size_t i = 0; i < plan->row_count; i++) {
        char path[4096];
        size_t number, before = counted.count;
        int r = missing(folder, plan, &plan->rows[i], path, error);
        if (r > 0 && mlm_keymap_add(&counted, strdup(path), &number) < 0)
            r = mlm_error_errno(error, -ENOMEM, "datasets");
        if (r < 0)
            return r;
        if (counted.count > before)
            bytes += plan->rows[i].workload->dataset->size_bytes(plan->rows[i].config);
    }
    *ret_bytes = bytes;
    return 0;
}

/* Where it lies is said once, in mlm_dataset_build(). */
static const char *name_in(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* A file without a name until it is whole, so that nothing half-written is ever left; where the file system
 * cannot do that, a temporary name. */
static int open_unnamed(
    const char *folder, const char *path, char temporary[static 4200], struct mlm_error *error)
{
    temporary[0] = 0;
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        (void)snprintf(temporary, 4200, "%s.partial", path);
        fd = open(temporary, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644);
    }
    return fd < 0 ? mlm_error_errno(error, -errno, "cannot write %s", name_in(path)) : fd;
}

/* What sudo made is the caller's. */
static void give(int fd, const char *folder)
{
    mlm_auto_close int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd >= 0)
        mlm_entry_give(fd, folder_fd);
}

static int give_name(int fd, const char *temporary, const char *path, struct mlm_error *error)
{
    char own[64];
    /* Dirty pages cannot be evicted. */
    if (fsync(fd) < 0)
        return mlm_error_errno(error, -errno, "cannot write %s", name_in(path));
    (void)snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    int r = temporary[0] ? rename(temporary, path) : linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
    /* Another run was faster: its file is the same. */
    if (r < 0 && errno != EEXIST)
        return mlm_error_errno(error, -errno, "cannot name %s", name_in(path));
    return 0;
}

static int build_one(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path,
    struct mlm_error *error)
{
    char temporary[4200], full_name[160], data[48], seed[48], fd_text[16];
    mlm_auto_close int fd = open_unnamed(order->folder, path, temporary, error);
    if (fd < 0)
        return fd;
    give(fd, order->folder);
    const char *arguments[40] = {"build", full_name, data, seed};
    size_t count = 4;
    char settings[32][128];
    (void)snprintf(full_name, sizeof full_name, "%s/%s", row->suite->name, row->workload->name);
    (void)snprintf(data, sizeof data, "data=%llu", (unsigned long long)order->plan->options.data_bytes);
    (void)snprintf(seed, sizeof seed, "seed=%llu", (unsigned long long)order->plan->options.seed);
    for (size_t i = 0; i < row->params.count && i < 32; i++) {
        (void)snprintf(
            settings[i], sizeof settings[i], "%s=%s", row->params.items[i].name, row->params.items[i].value);
        arguments[count++] = settings[i];
    }
    (void)snprintf(fd_text, sizeof fd_text, "%d", fd);
    arguments[count++] = fd_text;
    struct mlm_worker_order work = {
        .program = order->catalogue->worker,
        .arguments = arguments,
        .pass_fd = fd,
    };
    int r = mlm_worker_do(&work, order->interrupt_fd, NULL, error);
    if (r == 0)
        r = give_name(fd, temporary, path, error);
    else if (r != -EINTR)
        (void)mlm_error_wrap(error, r, "building dataset %s", name_in(path));
    if (r < 0 && temporary[0])
        (void)unlink(temporary);
    return r;
}

/* Does any row read one that we keep? */
static bool any_is_read(const struct mlm_plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++)
        if (plan->rows[i].wanted && plan->rows[i].workload->dataset && !plan->options.dataset)
            return true;
    return false;
}

static int build_missing(const struct mlm_dataset_order *order, struct mlm_error *error)
{
    for (size_t i = 0; i < order->plan->row_count; i++) {
        const struct mlm_plan_row *row = &order->plan->rows[i];
        char path[4096];
        int r = missing(order->folder, order->plan, row, path, error);
        if (r > 0) {
            r = 0;
            if (order->tell)
                order->tell(order->context, name_in(path), row->workload->dataset->size_bytes(row->config));
            if (r == 0)
                r = build_one(order, row, path, error);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* The folder is gone through by its descriptor: as root in a user's cache, nobody exchanges it meanwhile. */
int mlm_dataset_build(const struct mlm_dataset_order *order, struct mlm_error *error)
{
    char folder[32];
    struct mlm_dataset_order inside = *order;
    if (!any_is_read(order->plan))
        return 0;
    char none[4096]; /* or why there is none */
    if (!order->folder[0])
        return mlm_dataset_folder(none, error);
    int r = mlm_dataset_hold(order->folder, order->held_fd, error);
    if (r < 0)
        return r;
    mlm_auto_close int folder_fd = mlm_dataset_folder_open(order->folder, error);
    if (folder_fd < 0)
        return mlm_error_wrap(error, folder_fd, "cannot open %s", order->folder);
    (void)snprintf(folder, sizeof folder, "/proc/self/fd/%d", folder_fd);
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
    size_t page = mlm_page_bytes(), size = (size_t)status.st_size, pages = (size + page - 1) / page,
           resident = 0;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    mlm_auto_free unsigned char *map = malloc(pages);
    void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (!map || data == MAP_FAILED) {
        if (data != MAP_FAILED)
            (void)munmap(data, size);
        return mlm_error_errno(error, -ENOMEM, "looking at the page cache of %s", path);
    }
    int r = mincore(data, size, map);
    (void)munmap(data, size);
    for (size_t i = 0; r == 0 && i < pages; i++)
        resident += map[i] & 1;
    *ret_evicted = r == 0 && (double)resident <= WARM_SHARE * (double)pages;
    return 0;
}
