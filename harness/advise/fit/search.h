/* Chooses the next cap in the search for the smallest that is enough for a job, and says what the trials have
 * shown so far. It runs nothing: call mlm_fit_next(), run the trial, call mlm_fit_tell().
 *
 *   goal      the condition for a cap to be enough. ENDS: the job ends well. FAST: it also is hardly slower
 *             than without a cap.
 *   enough    all trials at the cap reached the goal ENDS, or most of them the goal FAST, because times vary
 *             by chance. A cap below one that is not enough counts as not enough, whatever its trials did.
 *   edge      a cap that is not enough and one above it that is, as close as the tolerance demands
 *   ceiling   the most that the cage held without a cap: with page cache, so it is more than enough
 *   guess     the part of the ceiling that was not file pages, as far as samples show: close to the needs,
 *             without swap
 *
 * The search begins at the guess and goes up or down in growing steps, because a file cache of any size may
 * lie between needs and ceiling. Then it halves the interval, by ratio. The candidate for the answer is
 * repeated; for the goal FAST each time after a trial without a cap, because a phase in which the machine is
 * slower must not move the edge. Needs that vary from run to run show as a cap that was enough at times,
 * below one that was not. */
#pragma once

#include "record/record.h"

/* A job runs at speed where it is at most this much slower than without a cap. */
#define MLM_AT_SPEED_WITHIN 0.1

struct mlm_fit_options {
    double tolerance;     /* 0.02: the answer is at most 2 % above a cap that is not enough */
    double within;        /* 0.1: fast means at most 10 % slower; NAN: not asked for */
    uint64_t repetitions; /* trials that decide about a cap */
    uint64_t max_trials;
    uint64_t least_bytes; /* no smaller cap is tried */
    uint64_t page_bytes;  /* of the machine: caps are whole pages */
    bool swaps;           /* with swap, anonymous memory says nothing about the needs */
};

enum mlm_fit_goal { MLM_FIT_ENDS, MLM_FIT_FAST, MLM_FIT_GOAL_COUNT };

/* Bounds of a time. They differ for a trial that other work disturbed: its own time is at most the whole
 * time, and at least what is left of it without the time that others are known to have taken. */
struct mlm_fit_time {
    double least_ns, most_ns; /* NAN: not known */
};

struct mlm_fit_trial {
    uint64_t cap_bytes; /* MLM_NO_LIMIT: no cap */
    enum mlm_outcome outcome;
    struct mlm_fit_time time[MLM_TIME_KIND_COUNT]; /* only of a trial that ended ok */
};

struct mlm_fit {
    struct mlm_fit_options options;
    struct mlm_fit_trial *trials;
    size_t count, capacity;
    double ceiling_bytes, guess_bytes;                      /* NAN: not known */
    double file_least_bytes, file_most_bytes, unpaid_bytes; /* see mlm_fit_unpaid_bytes() */
};

void mlm_fit_begin(const struct mlm_fit_options *options, struct mlm_fit *ret_fit);
void mlm_fit_release(struct mlm_fit *fit); /* accepts a zeroed struct */

/* Adds a finished trial. -ENOMEM. */
int mlm_fit_tell(struct mlm_fit *fit, const struct mlm_record *record);

enum mlm_fit_state {
    MLM_FIT_OPEN,  /* more trials are needed */
    MLM_FIT_FOUND, /* low and high are the edge */
    MLM_FIT_LEAST, /* the smallest allowed cap is enough */
    MLM_FIT_NEVER, /* not enough even without a cap */
};

struct mlm_fit_edge {
    enum mlm_fit_state state;
    uint64_t low_bytes;  /* the largest cap that is known to be not enough; 0: none */
    uint64_t high_bytes; /* the smallest above it that was enough; 0: none */
    uint64_t some_bytes; /* the smallest cap that was enough at times; below `low` where the needs vary */
    uint64_t next_bytes; /* the cap to try; MLM_NO_LIMIT: no cap; 0: nothing is left to try */
};

struct mlm_fit_edge mlm_fit_edge(const struct mlm_fit *fit, enum mlm_fit_goal goal);

/* Returns the cap to try next (MLM_NO_LIMIT: no cap); 0: nothing is left to try, or max_trials are used
 * up. */
uint64_t mlm_fit_next(const struct mlm_fit *fit);

/* Summary of the trials at a cap. */
struct mlm_fit_tally {
    size_t count, ok;
    enum mlm_outcome failure; /* of the first trial that did not end ok */
    double slowdown; /* median of the ok trials, each divided by the trial without a cap before it, or by the
                        median of all of those; NAN: not known, or other work disturbed too many of them */
};

/* Bytes of file pages that some trial without a cap, or all, used without being charged, because they were
 * already in the page cache. Under a cap they would be free as well. NAN: not known. */
double mlm_fit_unpaid_bytes(const struct mlm_fit *fit);
/* Returns true if they are worth a sentence. */
bool mlm_fit_has_unpaid(const struct mlm_fit *fit);

struct mlm_fit_tally mlm_fit_tally(const struct mlm_fit *fit, uint64_t cap_bytes);
