/* One job under several caps: how much more memory gained, and why.
 *
 *   sweep    the rows of a table that differ only in their cap, with their uncapped reference
 *   point    one cap of a sweep
 *   felt     how the cap affected a job. A job that never reached its cap ran as it would have without a cap,
 *            so a difference in time between two such points is chance.
 *   best     the time with enough memory: the smallest median of a sweep. All points that felt nothing, and
 *            the reference, count as one measurement, repeated. A sweep that swapped at every cap has no such
 *            time; then no cap is enough.
 *   enough   the smallest cap at which all repetitions end ok, and which felt nothing or is not more than
 *            MLM_WITHIN slower than the best
 *
 * Two times are called different only where the interval of their ratio (student.h) allows no other
 * conclusion. Two times of one repetition each show no difference. A failure for lack of memory counts as an
 * infinite time, and `ok 2 of 3` as a failure. */
#pragma once

#include "report/table/ratio.h"

#define MLM_WITHIN 0.10

enum mlm_end {
    MLM_END_OK,      /* all repetitions */
    MLM_END_FAILED,  /* for lack of memory, in at least one of them */
    MLM_END_UNKNOWN, /* never run, crashed, wrong, out of time with free memory, or killed by a limit smaller
                        than the cap */
};

/* The activity that took most of a job's time. */
enum mlm_spent {
    MLM_SPENT_UNKNOWN,
    MLM_SPENT_COMPUTING,
    MLM_SPENT_MEMORY,  /* getting memory: swapping, or reading evicted page cache again */
    MLM_SPENT_DISK,    /* waiting while reading files */
    MLM_SPENT_WAITING, /* waiting for something else */
};

struct mlm_point {
    const struct mlm_row *row;
    uint64_t cap_bytes; /* MLM_NO_LIMIT: the reference */
    enum mlm_end end;
    enum mlm_felt felt; /* only for a point that ended ok */
    enum mlm_spent spent;
    double waiting;        /* share of the time in which nothing was computed; NAN: not known */
    double kernel;         /* the kernel's share of the CPU time; NAN */
    struct mlm_ratio over; /* its time divided by the sweep's best */
};

/* The gain of a step to the next larger cap. */
enum mlm_gain {
    MLM_GAIN_UNKNOWN,
    MLM_GAIN_FITS,    /* failed before, ends ok now */
    MLM_GAIN_NO_FIT,  /* failed before, fails now */
    MLM_GAIN_NONE,    /* the smaller cap was not felt */
    MLM_GAIN_EVEN,    /* a difference of at most MLM_WITHIN */
    MLM_GAIN_FASTER,  /* faster by more than that */
    MLM_GAIN_SLOWER,  /* slower by more than that: more page cache can cost more than it saves */
    MLM_GAIN_UNCLEAR, /* too few repetitions, or too large a spread, to tell */
    MLM_GAIN_LOST,    /* ended ok before, fails now: one of the two by chance */
};

struct mlm_step {
    enum mlm_gain gain;
    struct mlm_ratio speedup; /* time before over time after; NAN without two times */
};

struct mlm_sweep {
    const struct mlm_section *section; /* the section of its first row, which has its name */
    const struct mlm_row *first;       /* its row with the specification */
    struct mlm_point *points;          /* in the order of caps */
    size_t cap_count;                  /* number of points without the reference, which follows them */
    bool has_reference;                /* points[cap_count] exists */
    struct mlm_step *steps;            /* from each point to the next */
    double best_ns;                    /* NAN: ended ok at no cap */
    struct mlm_log_mean best;          /* of the same times */
    enum mlm_time_kind time_kind;      /* own times only where all points have them */
    double needs_bytes;                /* memory and swap; NAN: not known */
    size_t enough;                     /* index of a point, the reference included; or MLM_NOT_ENOUGH */
    bool sure;                         /* it is certain that `enough` is enough and smaller caps are not */
    size_t repetitions;                /* most repetitions of a point */
};

#define MLM_NOT_ENOUGH SIZE_MAX

struct mlm_sweeps {
    struct mlm_sweep *items; /* in the order of the table's sections */
    size_t count;
    struct mlm_point *points; /* the points of all sweeps */
    struct mlm_step *steps;
};

/* The table must outlive the sweeps. */
int mlm_sweeps_make(const struct mlm_table *table, struct mlm_sweeps *ret_sweeps, struct mlm_error *error);
void mlm_sweeps_release(struct mlm_sweeps *sweeps); /* accepts a zeroed struct */

/* Returns true for the same machine, data and conditions: statements about both can be compared. */
bool mlm_sweep_same_field(const struct mlm_sweep *a, const struct mlm_sweep *b);

/* Number of points, with the reference. */
size_t mlm_sweep_point_count(const struct mlm_sweep *sweep);

/* The sweep's point at that cap; NULL: none. */
const struct mlm_point *mlm_sweep_at(const struct mlm_sweep *sweep, uint64_t cap_bytes);

/* The best time of the sweep divided by that of a row, which may be of another sweep. */
struct mlm_ratio mlm_sweep_best_ratio(const struct mlm_sweep *sweep, const struct mlm_row *row);

/* Returns true if a time limit ended the job at some cap with free memory. */
bool mlm_sweep_cut_off(const struct mlm_sweep *sweep);

/* Returns true if the cap is shown to be not enough: the job fails there, or is slower beyond doubt. */
bool mlm_sweep_lacks_at(const struct mlm_sweep *sweep, uint64_t cap_bytes);
