/* Noise: the work of other programs on the processors while a trial runs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* /proc/stat counts in ticks of 10 ms, so a span shorter than this gives no useful value. */
#define MLM_NOISE_SHORTEST_NS UINT64_C(200000000)

struct mlm_noise {
    int root_fd;
    bool known;
    uint64_t busy_ticks, stolen_ticks;
    uint64_t begin_ns; /* CLOCK_MONOTONIC */
};

/* `root_fd` stands for "/" (AT_FDCWD: this machine). */
void mlm_noise_begin(int root_fd, struct mlm_noise *ret_noise);

struct mlm_noise_seen {
    /* How many processors others kept busy since begin, on average: 0.25 is a quarter of one. This is all use
     * in user and system mode, and time that a hypervisor gave to other guests, minus the CPU time of the
     * trial and of ourselves. Interrupts are not counted, because a trial that swaps causes them itself.
     * Accurate to about 20 ms in the span. */
    double others_cores;
    /* Processor time that the hypervisor gave to other guests, summed over our processors. */
    int64_t stolen_ns;
};

/* `own_cpu_ns` is the CPU time of the trial and of ourselves. Returns false where the span was too short or
 * /proc/stat cannot be read. */
bool mlm_noise_end(const struct mlm_noise *noise, uint64_t own_cpu_ns, struct mlm_noise_seen *ret_seen);
