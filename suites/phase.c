/* Takes readings before and after a phase. The clock is read innermost, so that the time for reading /proc
 * belongs to no phase. The clock and the wait for a processor are read as one: a wait that falls between the
 * two would be missing in the time, and subtracted from it all the same. */
#include "phase.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/delays.h"
#include "base/file.h"
#include "base/pressure.h"
#include "base/schedstat.h"

/* The kernel counts CPU time of threads and of processes at different moments. */
#define CPU_SLACK_NS UINT64_C(2000000)
#define CPU_SLACK_SHARE 100
/* On a machine where every one fails, the last one has to do. */
#define MOMENT_TRIES 10

static uint64_t keyed(const char *text, const char *key)
{
    uint64_t value;
    return mlm_keyed_number(text, key, &value) == 0 ? value : 0;
}

/* Resets VmHWM to the current RSS. Where the kernel refuses (no CONFIG_PROC_PAGE_MONITOR), later phases
 * repeat the larger peak of an earlier one, which is still true of the process. */
static void peak_reset(void)
{
    (void)mlm_file_write(AT_FDCWD, "/proc/self/clear_refs", "5", NULL);
}

static uint64_t timeval_ns(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

/* Delay accounting knows this process alone; the pressure files know all of its cage. */
static void waits_take(const struct mlm_pressure_fds *pressure, struct mlm_usage *usage)
{
    struct mlm_delays delays;
    if (mlm_delays_read(getpid(), &delays)) {
        usage->memory_wait_ns = delays.memory_ns;
        usage->storage_wait_ns = delays.storage_ns;
    } else {
        usage->memory_wait_ns = mlm_pressure_read_some_ns(pressure->memory);
        usage->storage_wait_ns = mlm_pressure_read_some_ns(pressure->storage);
    }
}

static struct mlm_usage usage_take(const struct mlm_pressure_fds *pressure)
{
    struct rusage usage, children;
    char io[512];
    struct mlm_usage taken = {
        .thread_cpu_ns = MLM_WAIT_UNKNOWN,
        .run_queue_ns = MLM_WAIT_UNKNOWN,
    };
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrusage(RUSAGE_CHILDREN, &children);
    taken.user_ns = timeval_ns(usage.ru_utime) + timeval_ns(children.ru_utime);
    taken.system_ns = timeval_ns(usage.ru_stime) + timeval_ns(children.ru_stime);
    waits_take(pressure, &taken);
    taken.io_known = mlm_file_read_into(AT_FDCWD, "/proc/self/io", io, sizeof io) > 0;
    if (taken.io_known) {
        taken.read_bytes = keyed(io, "read_bytes");
        taken.written_bytes = keyed(io, "write_bytes");
    }
    return taken;
}

/* How often this thread lost its processor. */
static long preemptions(void)
{
    struct rusage usage = {.ru_nivcsw = 0};
    (void)getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

static void queue_take(struct mlm_usage *usage)
{
    struct mlm_schedstat threads;
    struct rusage all;
    /* Brings the CPU time of running threads up to date, which schedstat shows as of the last tick. */
    (void)getrusage(RUSAGE_SELF, &all);
    if (mlm_schedstat_sum("self", &threads)) {
        usage->thread_cpu_ns = threads.cpu_ns;
        usage->run_queue_ns = threads.run_queue_ns;
    }
}

/* Reads the clock and the waits of one moment: again where this thread lost its processor in between. */
static uint64_t moment_take(struct mlm_usage *usage, bool clock_last)
{
    uint64_t now_ns = 0;
    for (int tries = 0; tries < MOMENT_TRIES; tries++) {
        const long before = preemptions();
        if (!clock_last)
            now_ns = mlm_now_ns();
        queue_take(usage);
        if (clock_last)
            now_ns = mlm_now_ns();
        if (preemptions() == before)
            break;
    }
    return now_ns;
}

static uint64_t wait_between(uint64_t before, uint64_t after)
{
    bool known = before != MLM_WAIT_UNKNOWN && after != MLM_WAIT_UNKNOWN && after >= before;
    return known ? after - before : MLM_WAIT_UNKNOWN;
}

/* A thread that ended takes its part of the sum along, and so does a child that was waited for: then the CPU
 * time that the threads still show is smaller than that of the process. */
static uint64_t run_queue_between(const struct mlm_usage *before, const struct mlm_usage *after)
{
    uint64_t cpu_ns = after->user_ns + after->system_ns - before->user_ns - before->system_ns;
    uint64_t seen_ns = wait_between(before->thread_cpu_ns, after->thread_cpu_ns);
    if (seen_ns == MLM_WAIT_UNKNOWN || seen_ns + CPU_SLACK_NS + cpu_ns / CPU_SLACK_SHARE < cpu_ns)
        return MLM_WAIT_UNKNOWN;
    return wait_between(before->run_queue_ns, after->run_queue_ns);
}

void mlm_phase_begin(struct mlm_scoreboard *sb, enum mlm_phase which, const struct mlm_pressure_fds *pressure,
    struct mlm_phase_watch *ret_watch)
{
    mlm_progress_begin(sb, 0);
    atomic_store_explicit(&sb->phase, which, memory_order_release);
    peak_reset();
    *ret_watch = (struct mlm_phase_watch){
        .sb = sb, .which = which, .pressure = *pressure, .before = usage_take(pressure)};
    sb->phases[which].begin_ns = moment_take(&ret_watch->before, true);
}

void mlm_phase_end(const struct mlm_phase_watch *watch)
{
    struct mlm_phase_reading *reading = &watch->sb->phases[watch->which];
    struct mlm_usage moment = {.thread_cpu_ns = MLM_WAIT_UNKNOWN, .run_queue_ns = MLM_WAIT_UNKNOWN};
    reading->end_ns = moment_take(&moment, false);
    const struct mlm_usage *before = &watch->before;
    struct mlm_usage after = usage_take(&watch->pressure);
    after.thread_cpu_ns = moment.thread_cpu_ns;
    after.run_queue_ns = moment.run_queue_ns;
    char status[4096];
    reading->cpu_user_ns = after.user_ns - before->user_ns;
    reading->cpu_system_ns = after.system_ns - before->system_ns;
    reading->run_queue_ns = run_queue_between(before, &after);
    reading->memory_wait_ns = wait_between(before->memory_wait_ns, after.memory_wait_ns);
    reading->storage_wait_ns = wait_between(before->storage_wait_ns, after.storage_wait_ns);
    reading->read_bytes = after.read_bytes - before->read_bytes;
    reading->written_bytes = after.written_bytes - before->written_bytes;
    reading->io_known = after.io_known && before->io_known;
    if (mlm_file_read_into(AT_FDCWD, "/proc/self/status", status, sizeof status) > 0)
        reading->peak_rss_bytes = keyed(status, "VmHWM") * 1024;
    atomic_store_explicit(&reading->complete, 1, memory_order_release);
}
