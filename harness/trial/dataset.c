/* Builds dataset files, checks that they are what they should be, and evicts them from the page cache.
 * Several runs may do this at once in the same folder. */
#include "trial/dataset.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/entry.h"
#include "base/file.h"
#include "base/page_cache.h"
#include "base/size.h"
#include "record/keymap.h"
#include "trial/dataset_folder.h"
#include "trial/worker.h"

/* A file with a larger share of its pages in memory counts as warm. */
#define WARM_SHARE 0.01

/* Increase this when the plain copy of the same file is to hold other bytes. */
#define COPY_VERSION 1

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

/* How a user's file is read, as the worker's words. */
struct reading_words {
    char separator[32], missing[32];
};

static void reading_spell(const struct mlm_reading *reading, struct reading_words *words)
{
    snprintf(
        words->separator, sizeof words->separator, "separator=%s", mlm_separator_words[reading->separator]);
    snprintf(words->missing, sizeof words->missing, "missing=%s", mlm_missing_words[reading->missing]);
}

/* Reads all of a memory file. *ret_text NULL: it is empty. */
static int notes_read(int fd, char **ret_text, struct mlm_error *error)
{
    off_t size = lseek(fd, 0, SEEK_END);
    *ret_text = NULL;
    if (size <= 0)
        return 0;
    mlm_auto_free char *text = calloc(1, (size_t)size + 1);
    if (!text || pread(fd, text, (size_t)size, 0) != size)
        return mlm_error_errno(error, text ? -EIO : -ENOMEM, "notes");
    *ret_text = mlm_take_ptr(text);
    return 0;
}

int mlm_dataset_look(const struct mlm_dataset_question *question, struct mlm_dataset_shape *ret_shape,
    char **ret_notes, struct mlm_error *error)
{
    const char *path = question->path;
    struct reading_words words;
    char fd_text[16];
    mlm_auto_close int notes_fd = memfd_create("mlmembench-notes", MFD_CLOEXEC);
    if (notes_fd < 0)
        return mlm_error_errno(error, -errno, "cannot make a memory file");
    reading_spell(&question->reading, &words);
    snprintf(fd_text, sizeof fd_text, "%d", notes_fd);
    const char *const arguments[] = {"inspect", path, words.separator, words.missing, fd_text, NULL};
    struct mlm_worker_order order = {
        .program = question->catalogue->worker, .arguments = arguments, .pass_fd = notes_fd};
    struct mlm_scoreboard left;
    struct mlm_file_state before, after;
    mlm_file_state_take(path, &before);
    int r = mlm_worker_do(&order, question->await, &left, error);
    if (r < 0)
        return r == -EINTR ? r : -EINVAL;
    mlm_file_state_take(path, &after);
    if (!mlm_file_state_same(&before, &after))
        return mlm_error_set(error, -EINVAL, "%s changed while it was inspected; run again", path);
    r = ret_notes ? notes_read(notes_fd, ret_notes, error) : 0;
    if (r < 0)
        return r;
    *ret_shape = (struct mlm_dataset_shape){.rows = (uint64_t)left.answer[0],
        .columns = (uint64_t)left.answer[1],
        .nonzeros = (uint64_t)left.answer[2],
        .widest_row = (uint64_t)left.answer[3],
        .plain_bytes = (uint64_t)left.answer[4],
        .file = before};
    return 0;
}

/* Names the plain copy of a user's file: another file, the same one changed, or read in another way, has
 * another copy. The ending is the file's own, because it says the format. */
static void copy_name(const struct mlm_plan_options *options, char name[static 128])
{
    const struct mlm_file_state *file = &options->dataset_shape.file;
    const char *path = options->dataset;
    size_t length = strlen(path), dot;
    if (length > 3 && strcasecmp(path + length - 3, ".gz") == 0)
        length -= 3;
    for (dot = length; dot > 0 && path[dot - 1] != '.';)
        dot--;
    int n = snprintf(name, 128, "user-plain-v%d-d%llu-i%llu-b%llu-t%llu-s%u.%.*s", COPY_VERSION,
        (unsigned long long)file->device, (unsigned long long)file->inode,
        (unsigned long long)file->size_bytes, (unsigned long long)file->changed_ns,
        options->dataset_reading.separator, (int)(length - dot), path + dot);
    for (int i = 0; i < n && i < 128; i++)
        name[i] = (char)tolower((unsigned char)name[i]);
}

int mlm_dataset_path(const char *folder, const struct mlm_plan_row *row,
    const struct mlm_plan_options *options, char path[static 4096], struct mlm_error *error)
{
    const struct mlm_workload *workload = row->workload;
    path[0] = 0;
    if (row->refused)
        return 0;
    char name[128];
    const bool user = options->dataset && workload->flags & MLM_USER_DATA;
    int n = 0;
    if (user && !options->dataset_shape.plain_bytes) {
        n = snprintf(path, 4096, "%s", options->dataset);
    } else if (user || workload->dataset) {
        if (user)
            copy_name(options, name);
        else
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
    if (!plan->options.dataset)
        return row->wanted && row->workload->dataset;
    return row->wanted && !row->refused && plan->options.dataset_shape.plain_bytes;
}

static uint64_t file_bytes(const struct mlm_plan *plan, const struct mlm_plan_row *row)
{
    return plan->options.dataset ? plan->options.dataset_shape.plain_bytes
                                 : row->workload->dataset->size_bytes(row->config);
}

bool mlm_dataset_is_wanted(const struct mlm_plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++)
        if (is_wanted(plan, &plan->rows[i]))
            return true;
    return false;
}

/* Finds the file of the cache that the row reads. Returns 1 where no earlier row reads it; 0: an earlier one
 * does, or the row reads none. */
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
            bytes += file_bytes(plan, &plan->rows[i]);
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

/* How a worker makes a file of the cache: by a workload, or from the user's file. */
struct recipe {
    const char *build, *check; /* the worker's verbs */
    const char *words[40];     /* that follow the verb; the descriptor comes last */
    size_t count;
    char text[35][160]; /* words that are made here */
    struct reading_words reading;
    uint64_t most_bytes;
    const struct mlm_plan_options *user; /* the file that it is made from; NULL: of a seed */
};

static void recipe_of_user(const struct mlm_plan_options *options, struct recipe *recipe)
{
    recipe->build = "copy";
    recipe->check = "compare";
    reading_spell(&options->dataset_reading, &recipe->reading);
    recipe->words[0] = options->dataset;
    recipe->words[1] = recipe->reading.separator;
    recipe->words[2] = recipe->reading.missing;
    recipe->count = 3;
    recipe->user = options;
}

static void recipe_of_row(
    const struct mlm_plan_options *options, const struct mlm_plan_row *row, struct recipe *recipe)
{
    size_t width = sizeof recipe->text[0];
    recipe->build = "build";
    recipe->check = "check";
    snprintf(recipe->text[0], width, "%s/%s", row->suite->name, row->workload->name);
    snprintf(recipe->text[1], width, "data=%llu", (unsigned long long)options->data_bytes);
    snprintf(recipe->text[2], width, "seed=%llu", (unsigned long long)options->seed);
    recipe->count = 3;
    for (size_t i = 0; i < row->params.count && i < 32; i++)
        snprintf(recipe->text[recipe->count++], width, "%s=%s", row->params.items[i].name,
            row->params.items[i].value);
    for (size_t i = 0; i < recipe->count; i++)
        recipe->words[i] = recipe->text[i];
}

static void recipe_make(const struct mlm_plan *plan, const struct mlm_plan_row *row, struct recipe *recipe)
{
    *recipe = (struct recipe){.most_bytes = file_bytes(plan, row)};
    if (plan->options.dataset)
        recipe_of_user(&plan->options, recipe);
    else
        recipe_of_row(&plan->options, row, recipe);
}

/* Makes the worker build the file into the descriptor, or check its content. */
static int worker_do(const struct mlm_dataset_order *order, const struct recipe *recipe, const char *verb,
    int fd, struct mlm_error *error)
{
    char fd_text[16];
    const char *arguments[44] = {verb};
    memcpy(arguments + 1, recipe->words, recipe->count * sizeof *recipe->words);
    snprintf(fd_text, sizeof fd_text, "%d", fd);
    arguments[recipe->count + 1] = fd_text;
    struct mlm_worker_order work = {
        .program = order->catalogue->worker,
        .arguments = arguments,
        .python = order->python,
        .pass_fd = fd,
    };
    return mlm_worker_do(&work, &order->await, NULL, error);
}

/* Nobody may read the copy who may not read the file. */
static int user_protect(const struct recipe *recipe, int fd, struct mlm_error *error)
{
    struct stat status;
    if (!recipe->user)
        return 0;
    if (stat(recipe->user->dataset, &status) < 0 || fchmod(fd, 0600 | (status.st_mode & 0044)) < 0)
        return mlm_error_errno(error, -errno, "cannot take over the mode of %s", recipe->user->dataset);
    return 0;
}

/* What was copied must be the file that was inspected. */
static int user_check(const struct recipe *recipe, struct mlm_error *error)
{
    struct mlm_file_state now;
    if (!recipe->user)
        return 0;
    mlm_file_state_take(recipe->user->dataset, &now);
    if (mlm_file_state_same(&now, &recipe->user->dataset_shape.file))
        return 0;
    return mlm_error_set(error, -EINVAL, "%s changed while it was copied; run again", recipe->user->dataset);
}

/* Returns 1 where the dataset exists now; 0 where another run has just put one there, which must be
 * checked. */
static int build_one(const struct mlm_dataset_order *order, const struct recipe *recipe, const char *path,
    const struct found *found, struct mlm_error *error)
{
    char temporary[4200];
    mlm_auto_close int fd = open_unnamed(order->folder, path, temporary, error);
    if (fd < 0)
        return fd;
    give(fd, order->folder);
    int r = user_protect(recipe, fd, error);
    if (r == 0)
        r = worker_do(order, recipe, recipe->build, fd, error);
    if (r == 0)
        r = user_check(recipe, error);
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
static int is_sound(const struct mlm_dataset_order *order, const struct recipe *recipe, const char *path,
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
    int r = worker_do(order, recipe, recipe->check, fd, why);
    return r == -EINTR ? r : r == 0;
}

static void tell(
    const struct mlm_dataset_order *order, const struct recipe *recipe, const char *path, const char *why)
{
    char size[MLM_SIZE_TEXT];
    char text[MLM_ERROR_TEXT_SIZE + 512];
    if (!order->tell)
        return;
    snprintf(text, sizeof text, "building dataset %.255s%s (at most %s)%s%s", name_in(path),
        why[0] ? " again" : "", mlm_size_show((double)recipe->most_bytes, size), why[0] ? ": " : "", why);
    order->tell(order->context, text);
}

static int make_sound(const struct mlm_dataset_order *order, const struct mlm_plan_row *row, const char *path,
    struct mlm_error *error)
{
    struct recipe recipe;
    recipe_make(order->plan, row, &recipe);
    /* Try again while other runs replace the file. */
    for (int i = 0; i < 3; i++) {
        struct mlm_error why = {0};
        struct found found;
        int r = is_sound(order, &recipe, path, &found, &why);
        if (r < 0 && error)
            *error = why;
        if (r != 0)
            return r < 0 ? r : 0;
        tell(order, &recipe, path, why.text);
        r = build_one(order, &recipe, path, &found, error);
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
