/* Compares how long a wait took with how long it should have taken. A pause of the harness itself must not
 * count as the job's time. */
#include "trial/stillness.h"

#include <stdbool.h>
#include <sys/resource.h>

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

void mlm_stillness_begin(struct mlm_stillness *ret_stillness)
{
    *ret_stillness = (struct mlm_stillness){.run_delay_ns = run_delay_ns(), .major_faults = major_faults()};
}

uint64_t mlm_stillness_end(const struct mlm_stillness *stillness, uint64_t until_ns)
{
    uint64_t now_ns = mlm_now_ns();
    if (now_ns < until_ns + LATE_LEAST_NS)
        return 0;
    uint64_t late_ns = now_ns - until_ns, delay_ns = run_delay_ns();
    /* The time for paging our own memory in again is not reported either. */
    bool told = stillness->run_delay_ns != UINT64_MAX && delay_ns != UINT64_MAX &&
                major_faults() == stillness->major_faults;
    if (!told)
        return late_ns > LATE_UNTOLD_NS ? late_ns : 0;
    uint64_t waited_ns = delay_ns - stillness->run_delay_ns;
    return late_ns > waited_ns + LATE_LEAST_NS ? late_ns - waited_ns : 0;
}
