/* Why a trial ended: a pure function of what was seen, so that every case can be tested. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/record.h"
#include "workload.h"

struct mlm_ending {
    int status;         /* of the worker, as of waitpid() */
    bool timed_out;     /* we ended it because its time was up */
    uint64_t oom_kills; /* counted by the kernel in the cage and below, whoever died */
    bool worker_spared; /* the worker ended by itself although something in the cage was killed */
    const struct mlm_scoreboard *scoreboard;
    const char *last_words; /* of its stderr */
    uint64_t timeout_ns;
};

/* Fills outcome, reason, phase and progress of the record. -ENOMEM where the reason cannot be kept. */
int mlm_outcome_judge(const struct mlm_ending *ending, struct mlm_record *record);
