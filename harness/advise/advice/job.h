/* Jobs: things that can be done in several ways.
 *
 *   field   sweeps of one machine, data and conditions: one recommendation is given for each
 *   job     sweeps of a field that do equal work: its techniques. A row that is compared with no other row
 *           is a job with one technique. */
#pragma once

#include "advise/advice/sweep.h"

struct mlm_advice_job {
    const struct mlm_sweep **sweeps;
    size_t count;
    double best_ns;     /* of the fastest technique with enough memory; NAN */
    uint64_t cap_bytes; /* the smallest cap at which some technique is enough and within MLM_WITHIN of
                           best_ns; MLM_NO_LIMIT: none of those tried */
    const struct mlm_sweep *chosen; /* that technique; NULL */
};

struct mlm_field {
    struct mlm_advice_job *jobs;
    size_t job_count;
    const struct mlm_sweep **sweeps; /* of all jobs, one job after the other */
    size_t sweep_count;
    uint64_t least_cap_bytes, most_cap_bytes; /* over all sweeps; MLM_NO_LIMIT and 0: no caps */
    size_t most_caps;                         /* most caps of one sweep */
};

/* Returns true if laptops of several sizes stand for the caps of this field (--laptop). */
bool mlm_field_is_of_laptops(const struct mlm_field *field);

/* What a background holds under each cap of a field that is not of laptops. */
uint64_t mlm_field_background_bytes(const struct mlm_field *field);

struct mlm_fields {
    struct mlm_field *items;
    size_t count;
    struct mlm_advice_job *jobs;
    const struct mlm_sweep **sweeps;
};

/* The sweeps must outlive the fields. -ENOMEM. */
int mlm_fields_make(const struct mlm_sweeps *sweeps, struct mlm_fields *ret_fields);
void mlm_fields_release(struct mlm_fields *fields); /* accepts a zeroed struct */

/* The cap at which a sweep is enough; MLM_NO_LIMIT: at none. */
uint64_t mlm_sweep_enough_bytes(const struct mlm_sweep *sweep);

/* The fastest technique at that cap among those that end ok there; NULL: none does. */
const struct mlm_sweep *mlm_advice_job_fastest_at(const struct mlm_advice_job *job, uint64_t cap_bytes);

/* A cap at which one technique does a job, while another one needs more memory. */
struct mlm_trade {
    uint64_t cap_bytes;
    const struct mlm_sweep *instead; /* the fastest technique there */
    const struct mlm_sweep *wants;   /* needs most of the techniques for which the cap is not enough */
    size_t others;                   /* further techniques for which it is not enough */
};

/* Finds the trade at the smallest cap that has one. Returns 1: found; 0: none; -ENOMEM. */
int mlm_advice_job_trade(const struct mlm_advice_job *job, struct mlm_trade *ret_trade);
