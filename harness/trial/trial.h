/* One trial: open a cage, start the worker in it, watch it to its end, read the meters, judge the outcome,
 * leave nothing behind. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "record/record.h"
#include "trial/plan.h"
#include "trial/session.h"

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

/* Fills the record (made by mlm_record_init()) and the timeline. Every way in which a worker can end is an
 * outcome and returns 0. -EINTR: the user stopped the run; nothing was measured. Anything else is a failure
 * of the harness or the machine: no cage could be made, no process started. */
int mlm_trial_run(struct mlm_session *session, const struct mlm_plan *plan,
    const struct mlm_plan_trial *trial, const struct mlm_trial_watcher *watcher, struct mlm_record *record,
    struct mlm_timeline *ret_timeline, struct mlm_error *error);
