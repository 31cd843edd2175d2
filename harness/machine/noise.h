/* Noise: what else the processors did while a trial ran. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* /proc/stat counts in ticks of 10 ms; a shorter span than this says nothing. */
#define MLM_NOISE_SHORTEST_NS UINT64_C(200000000)

#define MLM_NOISE_UNKNOWN (-1.0)

struct mlm_noise {
    int root_fd;
    bool known;
    uint64_t busy_ticks;
    uint64_t begin_ns; /* CLOCK_MONOTONIC */
};

/* `root_fd` stands for "/" (AT_FDCWD: this machine). */
void mlm_noise_begin(int root_fd, struct mlm_noise *ret_noise);

/* Processors that others kept busy since begin, on average: 0.25 is a quarter of one. What they are is all
 * use in user and system mode and what a hypervisor gave to other guests, less `own_cpu_ns`, the CPU time of
 * the trial and of ourselves in that span; interrupts are not counted, for a trial that swaps causes them
 * itself. Right to about 20 ms in the span. MLM_NOISE_UNKNOWN where the span was too short or /proc/stat
 * cannot be read. */
double mlm_noise_end(const struct mlm_noise *noise, uint64_t own_cpu_ns);
