/* Meters: one file a source of readings. Each is begun when the cage is ready, ticked while the worker runs,
 * and finished when it has ended but the cage still stands; it fills the readings that it knows and leaves
 * the others alone. Adding one: a file with a const struct mlm_meter, and its line in meter.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "meter/sample.h"
#include "record/record.h"
#include "workload.h"

/* What meters may look at. */
struct mlm_trial_view {
    const struct mlm_cage *cage;
    const struct mlm_scoreboard *scoreboard;
    unsigned flags;           /* enum mlm_workload_flag: what file pages mean */
    uint64_t threads;         /* all that the worker computes with; 0: not known */
    bool machine_has_swap;    /* before the trial or after it */
    bool tree;                /* a program of the user's, which may start others, rather than our worker */
    pid_t worker, background; /* 0: none */
    struct mlm_sample sample; /* of this tick; at finish, of the cage after the worker's end */
};

struct mlm_meter_result {
    struct mlm_readings *readings;
    json_t **processes; /* of a tree: see record.h */
    struct mlm_timeline *timeline;
    mlm_mark_set *marks;
};

struct mlm_meter {
    const char *name;
    size_t state_size;                                             /* zeroed before begin */
    void (*begin)(void *state, const struct mlm_trial_view *view); /* may be NULL */
    void (*tick)(void *state, const struct mlm_trial_view *view);  /* may be NULL */
    void (*finish)(void *state, const struct mlm_trial_view *view, struct mlm_meter_result *result);
};

extern const struct mlm_meter
    mlm_meter_process; /* the scoreboard's phases; VmHWM of a worker before it dies */
extern const struct mlm_meter
    mlm_meter_cage; /* the kernel's peaks, faults, swap traffic; sampled anon and file */
extern const struct mlm_meter mlm_meter_pressure; /* PSI of the cage */
extern const struct mlm_meter mlm_meter_timeline; /* the course of memory, swap and stall */
extern const struct mlm_meter mlm_meter_tree;     /* of a tree: each process's memory, all CPU time */
extern const struct mlm_meter mlm_meter_growth;   /* of a tree: does it grow on and on? */

/* All meters of one trial, in the order in which they finish: a later one may build on what an earlier found.
 */
struct mlm_meters;
int mlm_meters_begin(
    const struct mlm_trial_view *view, struct mlm_meters **ret_meters, struct mlm_error *error);
void mlm_meters_tick(struct mlm_meters *meters, const struct mlm_trial_view *view);
void mlm_meters_finish(
    struct mlm_meters *meters, const struct mlm_trial_view *view, struct mlm_meter_result *result);
void mlm_meters_free(struct mlm_meters *meters); /* takes NULL */
