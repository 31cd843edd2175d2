/* Many machines at a glance: what each of them can run, how fast, and what is odd.
 *
 *   job      a row that machines have in common: the same work under the same limits; of --laptop, the RAM
 * may differ ratio    the time of a job on one machine, over the median of its times on all machines where it
 * is ok pace     the geometric mean of a machine's ratios: how fast the machine is at these jobs outlier  a
 * result that neither its job nor its machine explains
 *
 * A time is an outlier only if its whole interval is beyond what is usual, so one repetition is never one. */
#pragma once

#include "report/compare/compare.h"

/* Fewer machines are compared one by one, and so are more: a matrix of them helps nobody. */
#define MLM_FLEET_LEAST 4
#define MLM_FLEET_MOST 512

enum mlm_fleet_oddity {
    MLM_FLEET_USUAL,
    MLM_FLEET_SLOW, /* slower than the other jobs of this machine suggest; of a machine: than the other
                       machines */
    MLM_FLEET_FAST,
    MLM_FLEET_ENDED, /* not ok, but ok on another machine that has no more RAM */
};

struct mlm_fleet_cell {
    const struct mlm_row *row; /* NULL: the machine has no such row */
    double ratio;              /* NAN: not all repetitions are ok, or there is no time */
    double beyond;             /* ratio over the machine's median ratio; NAN like the ratio */
    enum mlm_fleet_oddity oddity;
    size_t witness; /* MLM_FLEET_ENDED: the machine with the least RAM on which the job is ok */
};

struct mlm_fleet_machine {
    const char *label;
    double ram_bytes;                 /* 0: not known */
    size_t ran, ok;                   /* jobs */
    double pace, pace_low, pace_high; /* NAN: not known */
    enum mlm_fleet_oddity oddity;
};

struct mlm_fleet_job {
    const struct mlm_row *row; /* of the first machine that has it */
    enum mlm_time_kind time_kind;
    size_t ran, ok;   /* machines */
    double usual_log; /* median over machines of the logarithm of its time; NAN: ok nowhere */
};

struct mlm_fleet {
    struct mlm_fleet_machine *machines; /* the least RAM first */
    struct mlm_fleet_job *jobs;         /* in the order of the table */
    struct mlm_fleet_cell *cells;       /* by machine, then by job */
    size_t machine_count, job_count;
    size_t left_out;                  /* rows that a machine has twice, for example with another seed */
    size_t run_anywhere, ok_anywhere; /* jobs that ran, or are ok, on any machine */
    size_t able; /* machines on which every job is ok that is ok anywhere; the first has the least RAM */
};

/* Returns true if these sides are different machines, or different laptops, and enough of them. */
bool mlm_fleet_is(const struct mlm_side *sides, size_t side_count);

/* The sides are borrowed. -ENOMEM. */
int mlm_fleet_make(
    const struct mlm_side *sides, size_t side_count, struct mlm_fleet *ret_fleet, struct mlm_error *error);
void mlm_fleet_release(struct mlm_fleet *fleet); /* a zeroed one holds nothing */

static inline struct mlm_fleet_cell *mlm_fleet_cell(const struct mlm_fleet *fleet, size_t machine, size_t job)
{
    return &fleet->cells[machine * fleet->job_count + job];
}

/* Returns true if every job is ok on this machine that is ok anywhere, and there is such a job. */
bool mlm_fleet_runs_all(const struct mlm_fleet *fleet, size_t machine);

/* "storage/csr density=0.01 at 2G", with the size of the data where another job has the same name without it.
 * The caller frees it; NULL: out of memory. */
char *mlm_fleet_job_name(const struct mlm_fleet *fleet, size_t job);
