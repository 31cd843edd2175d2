/* One phase of a workload's life, with the readings that the worker takes of itself. They are written to the
 * scoreboard at the end of the phase. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "scoreboard.h"

/* Open pressure files of the cage, which the harness passes on; -1: there are none. The worker does not know
 * what a cage is: to it they are two clocks. */
struct mlm_pressure_fds {
    int memory, storage;
};

/* Counters of this process at one moment. */
struct mlm_usage {
    uint64_t user_ns, system_ns; /* with those of children that it waited for */
    uint64_t read_bytes, written_bytes;
    bool io_known;
    uint64_t thread_cpu_ns, run_queue_ns;     /* of the living threads; MLM_WAIT_UNKNOWN */
    uint64_t memory_wait_ns, storage_wait_ns; /* MLM_WAIT_UNKNOWN */
};

struct mlm_phase_watch {
    struct mlm_scoreboard *sb;
    enum mlm_phase which;
    struct mlm_pressure_fds pressure;
    struct mlm_usage before;
};

void mlm_phase_begin(struct mlm_scoreboard *sb, enum mlm_phase which, const struct mlm_pressure_fds *pressure,
    struct mlm_phase_watch *ret_watch);
void mlm_phase_end(const struct mlm_phase_watch *watch);
