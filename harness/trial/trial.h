/* One trial: open a cage, start what is measured in it, watch it to its end, read the meters, judge the
 * outcome, leave nothing behind. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "record/record.h"
#include "trial/session.h"
#include "trial/worker.h"

/* What a progress bar may want to know while a trial runs. */
struct mlm_trial_news {
    const char *phase;                /* "background", "prepare", "run", … */
    double progress;                  /* of that phase, 0..1; NAN: not known */
    int64_t memory_bytes, swap_bytes; /* MLM_NULL: not known */
    uint64_t elapsed_ns;
};

struct mlm_trial_watcher {
    void (*tell)(
        void *context, const struct mlm_trial_news *news); /* may be NULL; about ten times a second */
    void *context;
};

/* What runs in a cage, and under what. */
struct mlm_trial_order {
    struct mlm_limits limits;
    uint64_t fills_bytes; /* what it will fill, as far as is known: where fresh memory is slow, so much is
                             touched first */
    uint64_t threads;     /* all that it computes with; 0: not known */
    unsigned flags;       /* enum mlm_workload_flag: what its file pages mean */
    bool tree;            /* a program that is none of ours, which may start others */
    /* Starts it; the trial reaps and ends it. */
    int (*start)(
        const void *context, struct mlm_cage *cage, struct mlm_worker *ret_worker, struct mlm_error *error);
    /* When it has ended and was reaped, before its readings are taken: what a worker of ours would have
     * written itself. May be NULL. */
    void (*ended)(const void *context, struct mlm_worker *worker, int status, uint64_t ended_ns);
    const void *context;
};

/* Writes what all trials of a session have alike into a record that mlm_record_init() has made: run, machine,
 * command, marks. */
int mlm_trial_describe(const struct mlm_session *session, struct mlm_record *record, struct mlm_error *error);

/* Fills the readings and the outcome of a described record, and the timeline. Every way in which it can end
 * is an outcome and returns 0. -EINTR: the user stopped the run; nothing was measured. Anything else is a
 * failure of the harness or the machine: no cage could be made, no process started. */
int mlm_trial_run(struct mlm_session *session, const struct mlm_trial_order *order,
    const struct mlm_trial_watcher *watcher, struct mlm_record *record, struct mlm_timeline *ret_timeline,
    struct mlm_error *error);

/* A trial that did not take place is an outcome too. */
int mlm_trial_ended_before(
    struct mlm_record *record, enum mlm_outcome outcome, const char *reason, struct mlm_error *error);
