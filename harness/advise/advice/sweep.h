/* One job under several caps: what more memory gained it, and why.
 *
 *   sweep   the rows of a table that differ in their cap alone, with their uncapped reference
 *   point   one cap of a sweep
 *   felt    what a job noticed of its cap. One that never reached it has run as it would have without: more
 *           memory would not have changed anything, and what its time differs by from that of another such
 *           point is chance
 *   best    the time with memory enough: the smallest median there is. All points that felt nothing and the
 *           reference are one measurement, repeated. One that swapped at every cap has none that tells: no
 *           cap is enough then
 *   enough  the smallest cap at which all repetitions end ok and that is at most MLM_WITHIN slower than the
 *           best, or felt nothing
 *
 * A difference in time is only called one where the bootstrap interval of the ratio (MLM_ADVICE_CONFIDENCE)
 * leaves nothing else. A side of one repetition is taken to vary as the other does; two such sides show no
 * difference in time. A failure for lack of memory is an infinite time, and `ok 2 of 3` is a failure. */
#pragma once

#include "record/bootstrap.h"
#include "report/table/table.h"

#define MLM_WITHIN 0.10
#define MLM_ADVICE_CONFIDENCE 0.95

enum mlm_felt {
    MLM_FELT_UNKNOWN,
    MLM_FELT_NOTHING, /* the cage never held as much as the cap, and nothing swapped it */
    MLM_FELT_CACHE,   /* it did, but by page cache that could be given back */
    MLM_FELT_SHORT,   /* it needed as much as that, or as the machine had, and swapped */
};

enum mlm_end {
    MLM_END_OK,      /* all repetitions */
    MLM_END_FAILED,  /* for lack of memory, in at least one of them */
    MLM_END_UNKNOWN, /* never run, crashed, wrong, cut off with memory to spare, or killed by something
                        smaller than the cap */
};

/* What most of a job's time was spent on. */
enum mlm_spent {
    MLM_SPENT_UNKNOWN,
    MLM_SPENT_COMPUTING,
    MLM_SPENT_MEMORY,  /* getting memory: swap, or page cache that was missed */
    MLM_SPENT_DISK,    /* waiting, and reading files */
    MLM_SPENT_WAITING, /* waiting for something else */
};

/* A ratio of two times and its interval. */
struct mlm_span {
    double ratio, low, high; /* NAN: none */
};

struct mlm_point {
    const struct mlm_row *row;
    uint64_t cap_bytes; /* MLM_NO_LIMIT: the reference */
    enum mlm_end end;
    enum mlm_felt felt; /* of one that ended ok */
    enum mlm_spent spent;
    double waiting;       /* share of the time in which nothing was computed; NAN: not known */
    double kernel;        /* share of the CPU time that the kernel took; NAN */
    struct mlm_span over; /* time over the sweep's best */
};

/* What a step to the next larger cap gains. */
enum mlm_gain {
    MLM_GAIN_UNKNOWN,
    MLM_GAIN_FITS,    /* failed, and ends ok */
    MLM_GAIN_NO_FIT,  /* failed, and fails still */
    MLM_GAIN_NONE,    /* nothing was felt of the smaller one */
    MLM_GAIN_EVEN,    /* no more than MLM_WITHIN, either way */
    MLM_GAIN_FASTER,  /* by more than that */
    MLM_GAIN_SLOWER,  /* so; more page cache can cost more than it saves */
    MLM_GAIN_UNCLEAR, /* repetitions are too few, or differ too much, to tell */
    MLM_GAIN_LOST,    /* ended ok, and fails: by chance, one way or the other */
};

struct mlm_step {
    enum mlm_gain gain;
    struct mlm_span speedup; /* time before over time after; NAN without two times */
};

struct mlm_sweep {
    const struct mlm_section *section; /* of its first row; for its name */
    const struct mlm_row *first;       /* speaks for the specification */
    struct mlm_point *points;          /* by cap */
    size_t cap_count;                  /* points but the reference, which is behind them */
    bool has_reference;                /* points[cap_count] is there */
    struct mlm_step *steps;            /* from each point to the next */
    double best_ns;                    /* NAN: it nowhere ended ok */
    double needs_bytes;                /* memory and swap; NAN: not known */
    size_t enough;                     /* index of a point; MLM_NOT_ENOUGH; also the reference's */
    bool sure;                         /* that `enough` is, and what is smaller is not */
    size_t repetitions;                /* the most of a point */
};

#define MLM_NOT_ENOUGH SIZE_MAX

struct mlm_sweeps {
    struct mlm_sweep *items; /* in the order of the table's sections */
    size_t count;
    struct mlm_point *points; /* of all of them */
    struct mlm_step *steps;
};

/* The table must outlive the sweeps. */
int mlm_sweeps_make(const struct mlm_table *table, struct mlm_sweeps *ret_sweeps, struct mlm_error *error);
void mlm_sweeps_release(struct mlm_sweeps *sweeps); /* a zeroed one holds nothing */

/* Same machine, data and surroundings: what is said of one can be set against the other. */
bool mlm_sweep_same_field(const struct mlm_sweep *a, const struct mlm_sweep *b);

/* Points with the reference. */
size_t mlm_sweep_point_count(const struct mlm_sweep *sweep);

/* The sweep's point at that cap; NULL: none. */
const struct mlm_point *mlm_sweep_at(const struct mlm_sweep *sweep, uint64_t cap_bytes);

/* Did a time limit end it somewhere, with memory to spare? */
bool mlm_sweep_cut_off(const struct mlm_sweep *sweep);

/* Is it shown that the cap is not enough: does it fail there, or is it slower than a doubt allows? */
bool mlm_sweep_lacks_at(const struct mlm_sweep *sweep, uint64_t cap_bytes);
