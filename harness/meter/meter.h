/* Meters, one file for each source of readings. A meter begins when the cage is ready, ticks while the worker
 * runs, may look once more before the worker is reaped, and finishes when the cage still exists. It fills the
 * readings that it knows and leaves the others alone. To add one: a file with a const struct mlm_meter, and
 * its line in meter.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "meter/parts.h"
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
    struct mlm_sampler *sampler;
    struct mlm_sample sample; /* of this tick; at finish, of the cage after the worker ended */
};

struct mlm_meter_result {
    struct mlm_readings *readings;
    json_t **processes, **peak_processes; /* tree only: see record.h */
    json_t **data_files;
    struct mlm_timeline *timeline;
    mlm_mark_set *marks;
    /* What one meter finds for a later one. */
    struct mlm_waits waits;
    bool one_thread;         /* never more than one thread computed at a time */
    int64_t swap_read_pages; /* MLM_NULL: not known */
    int64_t zswap_pages; /* that were compressed into zswap, and charged to the cage; MLM_NULL: not known */
};

struct mlm_process_gone {
    pid_t pid;
    char name[32];
};

struct mlm_meter {
    const char *name;
    size_t state_size;                                             /* zeroed before begin */
    void (*begin)(void *state, const struct mlm_trial_view *view); /* may be NULL */
    void (*tick)(void *state, const struct mlm_trial_view *view);  /* may be NULL */
    /* The most that its ticks may take from the job: CPU time as a share of the time that has passed. A tick
     * beyond it is left out. 0: it costs next to nothing. */
    double tick_share;
    /* The process has ended and is not reaped yet: a last look at it. May be NULL. */
    void (*ended)(void *state, const struct mlm_trial_view *view);
    /* Finds the largest process that was there at an earlier look and no longer is. May be NULL. */
    bool (*gone)(const void *state, struct mlm_process_gone *ret_gone);
    void (*finish)(void *state, const struct mlm_trial_view *view, struct mlm_meter_result *result);
};

extern const struct mlm_meter
    mlm_meter_process; /* the scoreboard's phases; a worker's VmHWM before it dies */
extern const struct mlm_meter
    mlm_meter_cage; /* the kernel's peaks, faults, swap traffic; sampled anonymous and file memory */
extern const struct mlm_meter mlm_meter_pressure; /* PSI of the cage */
extern const struct mlm_meter mlm_meter_timeline; /* memory, swap and stall over time */
extern const struct mlm_meter mlm_meter_tree;     /* tree only: memory of each process, CPU time of all */
extern const struct mlm_meter mlm_meter_threads;  /* where the time of the threads went */
extern const struct mlm_meter mlm_meter_parts;    /* the parts of the time */
extern const struct mlm_meter mlm_meter_files;    /* files that the job maps or reads */
extern const struct mlm_meter mlm_meter_growth;   /* tree only: does it keep growing? */

/* All meters of one trial, in the order in which they finish: a later one may use readings of an earlier
 * one. */
struct mlm_meters;
int mlm_meters_begin(
    const struct mlm_trial_view *view, struct mlm_meters **ret_meters, struct mlm_error *error);
void mlm_meters_tick(struct mlm_meters *meters, const struct mlm_trial_view *view);
void mlm_meters_ended(struct mlm_meters *meters, const struct mlm_trial_view *view);
bool mlm_meters_gone(const struct mlm_meters *meters, struct mlm_process_gone *ret_gone);
void mlm_meters_finish(
    struct mlm_meters *meters, const struct mlm_trial_view *view, struct mlm_meter_result *result);
void mlm_meters_free(struct mlm_meters *meters); /* accepts NULL */
