/* Compares CPU time and I/O of all processes over windows of half a second. */
#include "trial/idle.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/schedstat.h"

#define WINDOW_NS UINT64_C(500000000)
/* Waiting in a loop takes a little time, too. */
#define BUSY_SHARE 0.01

struct sum {
    pid_t background;
    uint64_t cpu_ns, io_bytes;
};

static void process_add(void *context, pid_t pid)
{
    struct sum *sum = context;
    struct mlm_schedstat stat;
    char path[64], text[512];
    uint64_t read_bytes, written_bytes;
    if (pid == sum->background)
        return;
    snprintf(path, sizeof path, "%d", (int)pid);
    if (mlm_schedstat_sum(path, &stat))
        sum->cpu_ns += stat.cpu_ns;
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) > 0 &&
        mlm_keyed_number(text, "rchar", &read_bytes) == 0 &&
        mlm_keyed_number(text, "wchar", &written_bytes) == 0)
        sum->io_bytes += read_bytes + written_bytes;
}

uint64_t mlm_idle_look(struct mlm_idle *idle, const struct mlm_cage *cage, pid_t background, uint64_t now_ns)
{
    if (idle->window_ns && now_ns - idle->window_ns < WINDOW_NS)
        return now_ns - idle->since_ns;
    struct sum sum = {.background = background};
    mlm_cage_processes(cage, process_add, &sum);
    /* A process that ended takes its sums along: that was something, too. */
    double cpu_ns = (double)sum.cpu_ns - (double)idle->cpu_ns;
    double busy_ns = BUSY_SHARE * (double)(now_ns - idle->window_ns);
    if (!idle->window_ns || cpu_ns > busy_ns || cpu_ns < 0 || sum.io_bytes != idle->io_bytes)
        idle->since_ns = now_ns;
    idle->cpu_ns = sum.cpu_ns;
    idle->io_bytes = sum.io_bytes;
    idle->window_ns = now_ns;
    return now_ns - idle->since_ns;
}
