/* Looks at the cage after its last process has ended: what it still holds as shared memory lies in tmpfs, or
 * in System V segments. The kernel knows how much, and only the files' names say where. */
#include "trial/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "record/left.h"

/* Time for memory that goes by itself: the kernel removes a mount namespace, with its tmpfs, after its last
 * process; and it brings the counters of a cage up to date every two seconds. */
#define GOING_NS (UINT64_C(2500) * 1000 * 1000)
#define NAP_FIRST_NS 1000000
#define NAP_LONGEST_NS 100000000 /* names are sought when it took so long to go */
/* The kernel's counters are behind by less than this. */
#define ROOM_BYTES (UINT64_C(1) << 20)
/* Our own files have lower descriptors. */
#define OWN_FDS 256

void mlm_leftovers_release(struct mlm_leftovers *leftovers)
{
    mlm_tmpfs_files_release(&leftovers->files);
    leftovers->bytes = 0;
}

/* Bytes of shared memory, in memory or in swap, that are still charged to the cage; MLM_NULL: not known. */
static int64_t charged_bytes(struct mlm_sampler *sampler)
{
    struct mlm_sample sample;
    mlm_sampler_take(sampler, &sample);
    if (sample.shmem_bytes == MLM_NULL)
        return MLM_NULL;
    int64_t bytes = sample.shmem_bytes;
    if (sample.memory_bytes != MLM_NULL && sample.memory_bytes < bytes)
        bytes = sample.memory_bytes; /* this figure is always up to date */
    /* Without processes, only shared memory is in swap. */
    return sample.swap_bytes == MLM_NULL ? bytes : bytes + sample.swap_bytes;
}

/* Returns true for a file that we have open ourselves: the output of the command goes there, and each trial
 * pays for its own part of it. */
static bool is_open_here(const struct mlm_tmpfs_file *file)
{
    struct stat status;
    for (int fd = 0; fd < OWN_FDS; fd++)
        if (fstat(fd, &status) == 0 && status.st_dev == file->device && status.st_ino == file->inode)
            return true;
    return false;
}

/* Takes our own files out of the list and returns their bytes. */
static uint64_t own_files_drop(struct mlm_tmpfs_files *files)
{
    uint64_t bytes = 0;
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (files->items[i].device && is_open_here(&files->items[i])) {
            bytes += files->items[i].bytes;
            free(files->items[i].path);
        } else {
            files->items[kept++] = files->items[i];
        }
    }
    files->count = kept;
    return bytes;
}

static uint64_t named_bytes(const struct mlm_tmpfs_files *files)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < files->count; i++)
        bytes += files->items[i].bytes;
    return bytes;
}

/* Other programs write into tmpfs, too, the system's journal for example. While files that the charge has
 * room for explain most of it, the others are not the job's. A file that earlier trials began, too, has no
 * room. */
static void others_drop(struct mlm_tmpfs_files *files, int64_t charged)
{
    uint64_t room = (uint64_t)charged + ROOM_BYTES, explained = 0;
    bool fits[MLM_TMPFS_FILES_MAX] = {false};
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        fits[i] = files->items[i].bytes <= room - explained;
        explained += fits[i] ? files->items[i].bytes : 0;
    }
    if (explained < (uint64_t)charged / 2)
        return;
    for (size_t i = 0; i < files->count; i++) {
        if (fits[i])
            files->items[kept++] = files->items[i];
        else
            free(files->items[i].path);
    }
    files->count = kept;
}

/* Names the files, and returns how many of the charged bytes are not those of our own files. */
static int64_t files_find(int64_t charged, const struct timespec *begin, struct mlm_tmpfs_files *ret_files)
{
    mlm_tmpfs_changed_since(AT_FDCWD, begin, ret_files);
    int64_t own = (int64_t)own_files_drop(ret_files), named = (int64_t)named_bytes(ret_files);
    int64_t rest = charged > own ? charged - own : 0;
    others_drop(ret_files, rest);
    /* Of an output that began before this trial, earlier trials paid a part. */
    return own && named > rest ? (named < charged ? named : charged) : rest;
}

/* NULL: there are none, or memory is short. */
static json_t *entries_make(const struct mlm_tmpfs_files *files)
{
    json_t *list = files->count ? json_array() : NULL;
    for (size_t i = 0; list && i < files->count; i++)
        (void)json_array_append_new(list, mlm_left_entry(files->items[i].path, files->items[i].bytes));
    return list;
}

void mlm_leftovers_find(struct mlm_sampler *sampler, const struct timespec *begin, struct mlm_record *record,
    struct mlm_leftovers *ret_leftovers)
{
    struct mlm_tmpfs_files files = {0};
    int64_t *left_bytes = &record->readings.values[MLM_left_tmpfs_bytes];
    uint64_t end_ns = mlm_now_ns() + GOING_NS;
    long nap_ns = NAP_FIRST_NS;
    *ret_leftovers = (struct mlm_leftovers){0};
    bool explained = false;
    while (!explained) {
        *left_bytes = charged_bytes(sampler);
        if (!mlm_left_much(&record->readings)) {
            mlm_tmpfs_files_release(&files);
            return;
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = nap_ns}, NULL);
        nap_ns *= 2;
        if (nap_ns <= NAP_LONGEST_NS)
            continue;
        nap_ns = NAP_LONGEST_NS;
        int64_t charged = *left_bytes;
        mlm_tmpfs_files_release(&files);
        *left_bytes = files_find(charged, begin, &files);
        explained =
            *left_bytes < charged || named_bytes(&files) >= (uint64_t)charged / 2 || mlm_now_ns() > end_ns;
    }
    ret_leftovers->needs_bytes = record->readings.values[MLM_needs_peak_bytes];
    if (!mlm_left_much(&record->readings)) {
        mlm_tmpfs_files_release(&files);
        return;
    }
    record->left_tmpfs = entries_make(&files);
    ret_leftovers->files = files;
    ret_leftovers->bytes = (uint64_t)*left_bytes;
}

int mlm_leftovers_check(const struct mlm_leftovers *leftovers, bool prepared, const char *remedy,
    struct mlm_record *next, struct mlm_error *error)
{
    const uint64_t named = named_bytes(&leftovers->files);
    const uint64_t unnamed = leftovers->bytes > named ? leftovers->bytes - named : 0;
    struct mlm_readings readings;
    mlm_readings_init(&readings);
    readings.values[MLM_needs_peak_bytes] = leftovers->needs_bytes;
    json_auto_t *entries = json_array();
    uint64_t still = prepared ? 0 : unnamed;
    bool only_segments = leftovers->files.count && !still;
    for (size_t i = 0; i < leftovers->files.count; i++) {
        const struct mlm_tmpfs_file *file = &leftovers->files.items[i];
        uint64_t bytes = mlm_tmpfs_file_bytes_now(AT_FDCWD, file);
        still += bytes;
        only_segments &= !bytes || !file->device;
        if (bytes)
            (void)json_array_append_new(entries, mlm_left_entry(file->path, bytes));
    }
    readings.values[MLM_left_tmpfs_bytes] = (int64_t)unnamed;
    if (prepared && mlm_left_much(&readings))
        next->marks |= MLM_MARK_BIT(tmpfs_not_cleared);
    readings.values[MLM_left_tmpfs_bytes] = (int64_t)still;
    if (!mlm_left_much(&readings))
        return 0;
    struct mlm_text text;
    FILE *out = mlm_text_begin(&text);
    if (!out)
        return mlm_error_errno(error, -ENOMEM, "leftovers");
    mlm_left_put(out, (int64_t)still, entries);
    mlm_auto_free char *what = mlm_text_end_tame(&text);
    if (!what)
        return mlm_error_errno(error, -ENOMEM, "leftovers");
    return mlm_error_set(error, -EEXIST,
        "the last trial left %.420s; the next one would use it without being charged for it. %s", what,
        only_segments ? "Remove it with ipcrm" : remedy);
}
