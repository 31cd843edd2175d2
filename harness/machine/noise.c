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
static bool busy_read(int root_fd, uint64_t *ret_busy_ticks, uint64_t *ret_stolen_ticks)
{
    char stat[256];
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal;
    if (mlm_root_text(root_fd, "/proc/stat", stat, sizeof stat) < 0 ||
        sscanf(stat,
            "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
            " %" SCNu64,
            &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
        return false;
    *ret_busy_ticks = user + nice + system + steal;
    *ret_stolen_ticks = steal;
    return true;
}

void mlm_noise_begin(int root_fd, struct mlm_noise *ret_noise)
{
    struct mlm_noise noise = {.root_fd = root_fd, .begin_ns = mlm_now_ns()};
    noise.known = busy_read(root_fd, &noise.busy_ticks, &noise.stolen_ticks);
    *ret_noise = noise;
}

bool mlm_noise_end(const struct mlm_noise *noise, uint64_t own_cpu_ns, struct mlm_noise_seen *ret_seen)
{
    uint64_t span_ns = mlm_now_ns() - noise->begin_ns, busy_ticks, stolen_ticks;
    if (!noise->known || span_ns < MLM_NOISE_SHORTEST_NS ||
        !busy_read(noise->root_fd, &busy_ticks, &stolen_ticks))
        return false;
    double ns_per_tick = 1e9 / (double)sysconf(_SC_CLK_TCK);
    /* Signed, because the difference can be negative: steal time may go back when a virtual machine moves,
     * and ticks are rounded. */
    double busy_ns = (double)(int64_t)(busy_ticks - noise->busy_ticks) * ns_per_tick;
    double stolen_ns = (double)(int64_t)(stolen_ticks - noise->stolen_ticks) * ns_per_tick;
    *ret_seen = (struct mlm_noise_seen){
        .others_cores = fmax(0, (busy_ns - (double)own_cpu_ns) / (double)span_ns),
        .stolen_ns = (int64_t)fmax(0, stolen_ns),
    };
    return true;
}
