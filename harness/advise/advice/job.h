/* Jobs: what can be done in several ways.
 *
 *   field   sweeps of one machine, data and surroundings: what one recommendation is about
 *   job     sweeps of a field that do equal work: its techniques. What is compared with none is a job of one
 */
#pragma once

#include "advise/advice/sweep.h"

struct mlm_advice_job {
    const struct mlm_sweep **sweeps;
    size_t count;
    double best_ns;     /* of the fastest technique, with memory enough; NAN */
    uint64_t cap_bytes; /* the smallest at which a technique is enough that is within MLM_WITHIN of
                           that; MLM_NO_LIMIT: none of those tried */
    const struct mlm_sweep *chosen; /* that technique; NULL */
};

struct mlm_field {
    struct mlm_advice_job *jobs;
    size_t job_count;
    const struct mlm_sweep **sweeps; /* of all jobs, one after the other */
    size_t sweep_count;
    uint64_t least_cap_bytes, most_cap_bytes; /* of all sweeps; MLM_NO_LIMIT and 0: none has a cap */
    size_t most_caps;                         /* of one sweep */
};

struct mlm_fields {
    struct mlm_field *items;
    size_t count;
    struct mlm_advice_job *jobs;
    const struct mlm_sweep **sweeps;
};

/* The sweeps must outlive the fields. -ENOMEM. */
int mlm_fields_make(const struct mlm_sweeps *sweeps, struct mlm_fields *ret_fields);
void mlm_fields_release(struct mlm_fields *fields); /* a zeroed one holds nothing */

/* The cap at which a sweep is enough; MLM_NO_LIMIT: at none. */
uint64_t mlm_sweep_enough_bytes(const struct mlm_sweep *sweep);

/* The technique that is fastest at that cap, of those that end ok there; NULL: none does. */
const struct mlm_sweep *mlm_advice_job_fastest_at(const struct mlm_advice_job *job, uint64_t cap_bytes);

/* A job that is done at a cap by one technique, and for which another wants more. */
struct mlm_trade {
    uint64_t cap_bytes;
    const struct mlm_sweep *instead; /* the fastest there */
    const struct mlm_sweep *wants;   /* of those for which the cap is not enough, the one that needs most */
    size_t others;                   /* for which it is not enough either */
};

/* The trade at the smallest cap at which there is one. 1: there is; 0; -ENOMEM. */
int mlm_advice_job_trade(const struct mlm_advice_job *job, struct mlm_trade *ret_trade);
