/* What one source leaves over goes to the next: a part is never larger than what it is a part of. The meter
 * here comes last, when others have found the waits and how much was read from swap. */
#include "meter/parts.h"

#include <math.h>

#include "base/page.h"
#include "meter/meter.h"

/* By so much CPU time, or by this share of it, the clocks may differ. */
#define SLACK_NS 2000000
#define SLACK_SHARE 10

static int64_t limit(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

void mlm_parts_fill(const struct mlm_waits *waits, bool one_thread, double swap_share, int64_t *values)
{
    int64_t run_ns = values[MLM_run_ns], user_ns = values[MLM_run_cpu_user_ns];
    int64_t system_ns = values[MLM_run_cpu_system_ns];
    values[MLM_run_queue_ns] = waits->run_queue_ns;
    if (!one_thread || waits->run_queue_ns == MLM_NULL || run_ns == MLM_NULL || user_ns == MLM_NULL ||
        system_ns == MLM_NULL)
        return;
    /* The clocks of CPU time and of the run queue are not read at the same moment as that of the job. Where
     * they contradict each other, nothing is told of the waits. */
    const int64_t cpu_ns = user_ns + system_ns;
    if (waits->run_queue_ns + cpu_ns > run_ns + cpu_ns / SLACK_SHARE + SLACK_NS) {
        values[MLM_run_queue_ns] = MLM_NULL;
        return;
    }
    values[MLM_own_ns] = run_ns - limit(waits->run_queue_ns, run_ns);
    int64_t blocked_ns = limit(values[MLM_own_ns] - user_ns - system_ns, run_ns);
    values[MLM_blocked_ns] = blocked_ns;
    if (waits->memory_ns == MLM_NULL || waits->storage_ns == MLM_NULL)
        return;
    /* A page that is read back from swap is waited for on a device, too, and the kernel does not count every
     * such page as a stall of memory: what was waited for devices is shared out by the bytes that they read.
     */
    int64_t swap_ns = (int64_t)(swap_share * (double)waits->storage_ns);
    int64_t memory_ns = limit(waits->memory_ns > swap_ns ? waits->memory_ns : swap_ns, blocked_ns);
    int64_t storage_ns = limit(waits->storage_ns - swap_ns, blocked_ns - memory_ns);
    values[MLM_blocked_memory_ns] = memory_ns;
    values[MLM_blocked_storage_ns] = storage_ns;
    values[MLM_blocked_rest_ns] = blocked_ns - memory_ns - storage_ns;
}

/* The kernel counts pages read from swap among the bytes that a process read from devices. */
static void parts_finish(void *p, const struct mlm_trial_view *view, struct mlm_meter_result *result)
{
    (void)p;
    (void)view;
    int64_t *values = result->readings->values;
    double swapped_bytes = (double)result->swap_read_pages * (double)mlm_page_bytes(), swap_share = 0;
    if (values[MLM_read_bytes] > 0 && result->swap_read_pages > 0) {
        swap_share = fmin(1, swapped_bytes / (double)values[MLM_read_bytes]);
        values[MLM_read_bytes] -= (int64_t)(swap_share * (double)values[MLM_read_bytes]);
    }
    mlm_parts_fill(&result->waits, result->one_thread, swap_share, values);
    if (result->waits.run_queue_ns != MLM_NULL && values[MLM_run_queue_ns] == MLM_NULL)
        *result->marks |= MLM_MARK_BIT(disturbed); /* it waited, and nobody knows how long */
}

const struct mlm_meter mlm_meter_parts = {
    .name = "parts",
    .finish = parts_finish,
};
