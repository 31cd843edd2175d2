/* Compares the machine's busy time in /proc/stat with our own CPU time. */
#include "machine/noise.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "machine/root.h"

/* The first line is the sum over all processors; guests' time is part of user time. */
static bool busy_read(int root_fd, uint64_t *ret_ticks)
{
    char stat[256];
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal;
    if (mlm_root_text(root_fd, "/proc/stat", stat, sizeof stat) < 0 ||
        sscanf(stat,
            "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
            " %" SCNu64,
            &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
        return false;
    *ret_ticks = user + nice + system + steal;
    return true;
}

void mlm_noise_begin(int root_fd, struct mlm_noise *ret_noise)
{
    struct mlm_noise noise = {.root_fd = root_fd, .begin_ns = mlm_now_ns()};
    noise.known = busy_read(root_fd, &noise.busy_ticks);
    *ret_noise = noise;
}

double mlm_noise_end(const struct mlm_noise *noise, uint64_t own_cpu_ns)
{
    uint64_t span_ns = mlm_now_ns() - noise->begin_ns, ticks;
    if (!noise->known || span_ns < MLM_NOISE_SHORTEST_NS || !busy_read(noise->root_fd, &ticks))
        return MLM_NOISE_UNKNOWN;
    double ns_per_tick = 1e9 / (double)sysconf(_SC_CLK_TCK);
    /* Signed, because the difference can be negative: steal time may go back when a virtual machine moves,
     * and ticks are rounded. */
    double busy_ns = (double)(int64_t)(ticks - noise->busy_ticks) * ns_per_tick;
    return fmax(0, (busy_ns - (double)own_cpu_ns) / (double)span_ns);
}
