/* Meters, one file for each source of readings. A meter begins when the cage is ready, ticks while the worker
 * runs, and finishes when the worker has ended but the cage still exists. It fills the readings that it knows
 * and leaves the others alone. To add one: a file with a const struct mlm_meter, and its line in meter.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "meter/sample.h"
#include "record/record.h"
#include "workload.h"

/* The data that meters may read. */
struct mlm_trial_view {
    const struct mlm_cage *cage;
    const struct mlm_scoreboard *scoreboard;
    unsigned flags;           /* enum mlm_workload_flag: says how file pages count */
    uint64_t threads;         /* threads that compute; 0: not known */
    bool machine_has_swap;    /* the machine had swap before the trial or after it */
    bool tree;                /* a program of the user's, which may start others; false: our worker */
    pid_t worker, background; /* 0: none */
    struct mlm_sample sample; /* of this tick; at finish, of the cage after the worker ended */
};

struct mlm_meter_result {
    struct mlm_readings *readings;
    json_t **processes; /* tree only: see record.h */
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
    mlm_meter_process; /* the scoreboard's phases; a worker's VmHWM before it dies */
extern const struct mlm_meter
    mlm_meter_cage; /* the kernel's peaks, faults, swap traffic; sampled anonymous and file memory */
extern const struct mlm_meter mlm_meter_pressure; /* PSI of the cage */
extern const struct mlm_meter mlm_meter_timeline; /* memory, swap and stall over time */
extern const struct mlm_meter mlm_meter_tree;     /* tree only: memory of each process, CPU time of all */
extern const struct mlm_meter mlm_meter_growth;   /* tree only: does it keep growing? */

/* All meters of one trial, in the order in which they finish: a later one may use readings of an earlier
 * one. */
struct mlm_meters;
int mlm_meters_begin(
    const struct mlm_trial_view *view, struct mlm_meters **ret_meters, struct mlm_error *error);
void mlm_meters_tick(struct mlm_meters *meters, const struct mlm_trial_view *view);
void mlm_meters_finish(
    struct mlm_meters *meters, const struct mlm_trial_view *view, struct mlm_meter_result *result);
void mlm_meters_free(struct mlm_meters *meters); /* accepts NULL */
