/* Meters: one file a source of readings. Each is begun when the cage is ready, ticked while the worker runs,
 * and finished when it has ended but the cage still stands; it fills the readings that it knows and leaves the
 * others alone. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cage/cage.h"
#include "record/record.h"

struct mlm_scoreboard;
struct mlm_workload;

/* What meters may look at. */
struct mlm_trial_view {
    const struct mlm_cage *cage;
    const struct mlm_scoreboard *scoreboard;
    const struct mlm_workload *workload;
    uint64_t threads;
    pid_t worker;
    uint64_t begin_ns, now_ns; /* CLOCK_MONOTONIC */
    bool worker_died;          /* before it had said all */
};

struct mlm_meter_result {
    struct mlm_readings *readings;
    struct mlm_timeline *timeline;
    mlm_mark_set *marks;
};

struct mlm_meter {
    const char *name;
    size_t state_size;
    void (*begin)(void *state, const struct mlm_trial_view *view); /* may be NULL */
    void (*tick)(void *state, const struct mlm_trial_view *view);  /* may be NULL */
    void (*finish)(void *state, const struct mlm_trial_view *view, struct mlm_meter_result *result);
    void (*release)(void *state); /* may be NULL */
};

extern const struct mlm_meter mlm_meter_cage;     /* kernel peaks, faults, swap traffic, sampled anon and file */
extern const struct mlm_meter mlm_meter_process;  /* the scoreboard's phases; VmHWM of a worker before it dies */
extern const struct mlm_meter mlm_meter_pressure; /* PSI of the cage */
extern const struct mlm_meter mlm_meter_timeline; /* the course of memory, swap and stall */

/* All of them, ended by NULL, in the order in which they run: later ones may refine what earlier ones found. */
extern const struct mlm_meter *const mlm_meters[];
