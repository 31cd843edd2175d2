/* Compares CPU time and I/O of all processes over windows of half a second, and looks at what their threads
 * wait for. */
#include "trial/idle.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/schedstat.h"

#define WINDOW_NS UINT64_C(500000000)
/* Waiting in a loop takes a little time, too. */
#define BUSY_SHARE 0.01

struct sum {
    pid_t background;
    uint64_t cpu_ns, io_bytes;
    bool wants; /* a thread waits for a processor or for a disk */
};

struct thread_sum {
    struct sum *sum;
    pid_t pid;
};

/* On a busy machine, a thread that would compute may get no processor for seconds; and pages of a mapped file
 * are read without a call. */
static bool wants(pid_t pid, int thread)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, thread);
    if (mlm_file_read_into(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    const char *name_end = strrchr(text, ')'); /* the state follows the name, which may hold anything */
    return name_end && name_end[1] == ' ' && (name_end[2] == 'R' || name_end[2] == 'D');
}

static void thread_add(void *context, int thread, const struct mlm_schedstat *stat)
{
    const struct thread_sum *of = context;
    of->sum->cpu_ns += stat->cpu_ns;
    of->sum->wants = of->sum->wants || wants(of->pid, thread);
}

static void process_add(void *context, pid_t pid)
{
    struct sum *sum = context;
    struct thread_sum of = {.sum = sum, .pid = pid};
    char path[64], text[512];
    uint64_t read_bytes, written_bytes;
    if (pid == sum->background)
        return;
    snprintf(path, sizeof path, "%d", (int)pid);
    (void)mlm_schedstat_threads(path, thread_add, &of);
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
    if (!idle->window_ns || cpu_ns > busy_ns || cpu_ns < 0 || sum.wants || sum.io_bytes != idle->io_bytes)
        idle->since_ns = now_ns;
    idle->cpu_ns = sum.cpu_ns;
    idle->io_bytes = sum.io_bytes;
    idle->window_ns = now_ns;
    return now_ns - idle->since_ns;
}
