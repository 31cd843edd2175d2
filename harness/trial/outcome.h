/* Judges why a trial ended. A pure function of what was observed, so that every case can be tested. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/record.h"
#include "workload.h"

struct mlm_ending {
    int status;         /* of the worker, as from waitpid() */
    bool timed_out;     /* we ended it at its time limit */
    uint64_t oom_kills; /* counted by the kernel in the cage and below, for any process */
    bool waited;        /* we ended it, because it waited for a process that the kernel had killed */
    const char *victim; /* the process that the kernel killed, "python3 (pid 12)"; NULL: not known */
    bool worker_spared; /* the worker ended by itself, but another process in the cage was killed */
    const struct mlm_scoreboard *scoreboard;
    const char *last_words; /* the last line of its stderr */
    uint64_t timeout_ns;
    uint64_t elapsed_ns;   /* until it had really ended */
    bool tree;             /* a program of the user's, which may start others */
    const char *limit_met; /* which limit the kernel killed for; NULL or "": the cap, or not known */
};

/* Fills outcome, reason, phase and progress of the record. -ENOMEM: no memory for the reason. */
int mlm_outcome_judge(const struct mlm_ending *ending, struct mlm_record *record);
