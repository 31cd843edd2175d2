/* Compares how long something took with how long it should have taken. A pause of the harness itself must not
 * count as the job's time. */
#include "trial/stillness.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>

#include "base/schedstat.h"
#include "meter/sample.h"

/* A shorter delay is normal scheduling, or that of a virtual machine whose host is busy; it has no visible
 * effect on a time. */
#define LATE_LEAST_NS UINT64_C(100000000)
/* Where the kernel does not report other waits, only a longer delay than this counts as a pause and not as a
 * busy machine. */
#define LATE_UNTOLD_NS UINT64_C(1000000000)

static uint64_t run_delay_ns(void)
{
    struct mlm_schedstat stat;
    return mlm_schedstat_read("/proc/thread-self/schedstat", &stat) ? stat.run_queue_ns : UINT64_MAX;
}

static uint64_t major_faults(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_THREAD, &usage);
    return (uint64_t)usage.ru_majflt;
}

static uint64_t cpu_ns(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static sigset_t continued(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCONT);
    return set;
}

/* Returns true if the signal came since the last call. */
static bool continued_take(void)
{
    const sigset_t set = continued();
    const struct timespec at_once = {0};
    return sigtimedwait(&set, NULL, &at_once) == SIGCONT;
}

void mlm_stillness_open(struct mlm_stillness *ret_stillness)
{
    const sigset_t set = continued();
    *ret_stillness = (struct mlm_stillness){0};
    (void)pthread_sigmask(SIG_BLOCK, &set, &ret_stillness->before);
    (void)continued_take();
}

void mlm_stillness_close(const struct mlm_stillness *stillness)
{
    (void)pthread_sigmask(SIG_SETMASK, &stillness->before, NULL);
}

void mlm_stillness_wait(struct mlm_stillness *stillness)
{
    stillness->run_delay_ns = run_delay_ns();
    stillness->major_faults = major_faults();
}

static uint64_t late_of_wait(const struct mlm_stillness *stillness, uint64_t until_ns)
{
    uint64_t now_ns = stillness->look_begin_ns;
    if (now_ns < until_ns + LATE_LEAST_NS)
        return 0;
    uint64_t late_ns = now_ns - until_ns, delay_ns = stillness->look_run_delay_ns;
    /* The time for paging our own memory in again is not reported either. */
    bool told = stillness->run_delay_ns != UINT64_MAX && delay_ns != UINT64_MAX &&
                major_faults() == stillness->major_faults;
    if (!told)
        return late_ns > LATE_UNTOLD_NS ? late_ns : 0;
    uint64_t waited_ns = delay_ns - stillness->run_delay_ns;
    return late_ns > waited_ns + LATE_LEAST_NS ? late_ns - waited_ns : 0;
}

uint64_t mlm_stillness_look(struct mlm_stillness *stillness, uint64_t until_ns)
{
    stillness->look_begin_ns = mlm_now_ns();
    stillness->look_run_delay_ns = run_delay_ns();
    const uint64_t late_ns = late_of_wait(stillness, until_ns);
    /* The signal that ended a stop in the wait says nothing of the look. */
    (void)continued_take();
    stillness->look_cpu_ns = cpu_ns();
    return late_ns;
}

uint64_t mlm_stillness_end(const struct mlm_stillness *stillness)
{
    if (!continued_take())
        return 0;
    const uint64_t took_ns = mlm_now_ns() - stillness->look_begin_ns, delay_ns = run_delay_ns();
    uint64_t known_ns = cpu_ns() - stillness->look_cpu_ns;
    if (delay_ns != UINT64_MAX && stillness->look_run_delay_ns != UINT64_MAX)
        known_ns += delay_ns - stillness->look_run_delay_ns;
    return took_ns > known_ns + LATE_LEAST_NS ? took_ns - known_ns : 0;
}
