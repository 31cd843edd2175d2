/* One trial: open a cage, start the measured process in it, watch it until its end, read the meters, judge
 * the outcome, and clean everything up. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "record/record.h"
#include "trial/session.h"
#include "trial/view.h"
#include "trial/worker.h"

/* See mlm_trial_order, where nobody says anything else. */
#define MLM_OOM_GRACE_NS (UINT64_C(10) * MLM_SECOND_NS)

/* News for a progress bar while a trial runs. */
struct mlm_trial_news {
    const char *phase;                /* "background", "prepare", "run", … */
    double progress;                  /* of that phase, 0..1; NAN: not known */
    int64_t memory_bytes, swap_bytes; /* MLM_NULL: not known */
    uint64_t elapsed_ns;
};

struct mlm_trial_watcher {
    void (*tell)(
        void *context, const struct mlm_trial_news *news); /* called about ten times a second; may be NULL */
    /* Called when the kernel killed a process of a command that goes on, and again, ever more rarely, while
     * it still runs; may be NULL. */
    void (*killed)(void *context, const char *text);
    void *context;
};

/* The process to run in a cage, and its limits. */
struct mlm_trial_order {
    struct mlm_limits limits;
    uint64_t fills_bytes;  /* memory that it will fill, as far as known, to touch slow fresh memory before */
    uint64_t threads;      /* threads that compute; 0: not known */
    unsigned flags;        /* enum mlm_workload_flag: says how its file pages count */
    bool tree;             /* a program of the user's, which may start others */
    bool scratch;          /* its temporary files are removed after it */
    uint64_t oom_grace_ns; /* tree: it is ended when the kernel killed a process and the others did nothing
                              for so long; 0: never */
    /* Starts the process with this view; the trial ends and reaps it. */
    int (*start)(const void *context, struct mlm_cage *cage, const struct mlm_view *view,
        struct mlm_worker *ret_worker, struct mlm_error *error);
    /* Called when the process was reaped, before its readings are taken: writes what our own worker would
     * have written itself. May be NULL. */
    void (*ended)(const void *context, struct mlm_worker *worker, int status, uint64_t ended_ns);
    const void *context;
};

/* Writes the data that all trials of a session share into a record that mlm_record_init() has made: run,
 * machine, command, marks. */
int mlm_trial_describe(const struct mlm_session *session, struct mlm_record *record, struct mlm_error *error);

/* Fills the timeline, and readings and outcome of a described record. Every way in which the trial can end is
 * an outcome and returns 0. -EINTR: the user stopped the run, and nothing was measured. Any other error is a
 * failure of the harness or the machine: no cage could be made, or no process started. */
int mlm_trial_run(struct mlm_session *session, const struct mlm_trial_order *order,
    const struct mlm_trial_watcher *watcher, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error);

/* Records the outcome of a trial that did not take place. */
int mlm_trial_ended_before(
    struct mlm_record *record, enum mlm_outcome outcome, const char *reason, struct mlm_error *error);
