/* Reads schedstat files: "CPU_NS RUN_QUEUE_NS TIMESLICES". */
#include "base/schedstat.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

bool mlm_schedstat_read(const char *path, struct mlm_schedstat *ret_stat)
{
    char text[128];
    struct mlm_schedstat stat;
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0 ||
        sscanf(text, "%" SCNu64 " %" SCNu64, &stat.cpu_ns, &stat.run_queue_ns) != 2)
        return false;
    *ret_stat = stat;
    return true;
}

bool mlm_schedstat_threads(const char *process,
    void (*see)(void *context, int thread, const struct mlm_schedstat *stat), void *context)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%.16s/task", process);
    mlm_auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* opendir() would take 32 KiB of the heap of a measured process. */
    _Alignas(struct dirent64) char entries[2048];
    for (ssize_t size; (size = getdents64(fd, entries, sizeof entries)) > 0;)
        for (ssize_t at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
            at += entry->d_reclen;
            struct mlm_schedstat stat;
            int thread = atoi(entry->d_name);
            snprintf(path, sizeof path, "/proc/%.16s/task/%d/schedstat", process, thread);
            if (thread > 0 && mlm_schedstat_read(path, &stat))
                see(context, thread, &stat);
        }
    return true;
}

struct mlm_schedstat mlm_thread_times_look(
    struct mlm_thread_times *times, const struct mlm_schedstat *told, bool runnable, uint64_t passed_ns)
{
    struct mlm_schedstat grown = {
        told->cpu_ns - times->told.cpu_ns, told->run_queue_ns - times->told.run_queue_ns};
    if (!times->runnable && grown.run_queue_ns > passed_ns)
        grown.run_queue_ns = passed_ns;
    times->real.cpu_ns += grown.cpu_ns;
    times->real.run_queue_ns += grown.run_queue_ns;
    times->told = *told;
    times->runnable = runnable;
    return grown;
}

bool mlm_thread_is_runnable(const char *process, int thread)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.16s/task/%d/stat", process, thread);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    /* "PID (NAME) STATE …", and a name may hold anything. */
    const char *name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' && name_end[2] == 'R';
}

struct sum {
    struct mlm_schedstat stat;
    size_t count;
};

static void thread_add(void *context, int thread, const struct mlm_schedstat *stat)
{
    (void)thread;
    struct sum *sum = context;
    sum->stat.cpu_ns += stat->cpu_ns;
    sum->stat.run_queue_ns += stat->run_queue_ns;
    sum->count++;
}

bool mlm_schedstat_sum(const char *process, struct mlm_schedstat *ret_stat)
{
    struct sum sum = {.count = 0};
    if (!mlm_schedstat_threads(process, thread_add, &sum) || !sum.count)
        return false;
    *ret_stat = sum.stat;
    return true;
}
