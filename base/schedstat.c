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
