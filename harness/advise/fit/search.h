/* Which cap to try next, to find the smallest that is enough for a job, and what trials have shown so far.
 * Nothing is run here: ask mlm_fit_next(), run it, mlm_fit_tell().
 *
 *   goal    what a cap is to be enough for: that the job ends well, or also that it is hardly slower than
 *           without a cap
 *   enough  of a cap: all its trials reached the goal (ends), or most of them (fast: chance takes part in
 *           times). A cap below one that is not enough is taken to be not enough, whatever it did
 *   edge    a cap that is not enough and one above it that is, as near as the tolerance asks for
 *   ceiling what the cage held at most without a cap: page cache included, so more than enough
 *   guess   what of the ceiling was no file's pages, as far as samples saw: near to the need, without swap
 *
 * The search begins at the guess, goes up or down in growing steps (a file cache of any size may lie between
 * need and ceiling), and then halves what lies between, by ratio. What is to be the answer is repeated, and
 * so is the run without a cap. A need that varies from run to run shows as a cap that was enough at times
 * below one that was not. */
#pragma once

#include "record/record.h"

struct mlm_fit_options {
    double tolerance;     /* 0.02: the answer is at most 2 % above a cap that is not enough */
    double within;        /* 0.1: fast is at most 10 % slower; NAN: not asked for */
    uint64_t repetitions; /* trials that decide */
    uint64_t max_trials;
    uint64_t least_bytes; /* no smaller cap is tried */
    uint64_t page_bytes;  /* the machine's: caps are whole pages */
    bool swaps;           /* then anonymous memory tells nothing of the need */
};

enum mlm_fit_goal { MLM_FIT_ENDS, MLM_FIT_FAST, MLM_FIT_GOAL_COUNT };

struct mlm_fit_trial {
    uint64_t cap_bytes; /* MLM_NO_LIMIT: without */
    enum mlm_outcome outcome;
    double time_ns; /* of one that ended ok */
};

struct mlm_fit {
    struct mlm_fit_options options;
    struct mlm_fit_trial *trials;
    size_t count, capacity;
    double ceiling_bytes, guess_bytes;                      /* NAN: not known */
    double file_least_bytes, file_most_bytes, unpaid_bytes; /* see mlm_fit_unpaid_bytes() */
};

void mlm_fit_begin(const struct mlm_fit_options *options, struct mlm_fit *ret_fit);
void mlm_fit_release(struct mlm_fit *fit); /* a zeroed one holds nothing */

/* A trial that ran. -ENOMEM. */
int mlm_fit_tell(struct mlm_fit *fit, const struct mlm_record *record);

enum mlm_fit_state {
    MLM_FIT_OPEN,  /* more trials would tell */
    MLM_FIT_FOUND, /* low and high are the edge */
    MLM_FIT_LEAST, /* the least cap is enough */
    MLM_FIT_NEVER, /* not even without a cap */
};

struct mlm_fit_edge {
    enum mlm_fit_state state;
    uint64_t low_bytes;  /* the largest cap known not to be enough; 0: none */
    uint64_t high_bytes; /* the smallest above it that was enough; 0: none */
    uint64_t some_bytes; /* the smallest cap that was enough at times; below `low` where the need varies */
    uint64_t next_bytes; /* the cap to try; MLM_NO_LIMIT: none; 0: nothing more to try */
};

struct mlm_fit_edge mlm_fit_edge(const struct mlm_fit *fit, enum mlm_fit_goal goal);

/* The cap to try next (MLM_NO_LIMIT: none); 0: there is nothing more to try, or max_trials are over. */
uint64_t mlm_fit_next(const struct mlm_fit *fit);

/* The trials at a cap. */
struct mlm_fit_tally {
    size_t count, ok;
    enum mlm_outcome failure; /* of the first that did not end ok */
    double slowdown;          /* median time of those that did, against that without a cap; NAN: not known */
};

/* File pages without a cap that some trial, or all, had without being charged: they were in the page cache
 * already. Under a cap they would have cost the same nothing. NAN: not known. */
double mlm_fit_unpaid_bytes(const struct mlm_fit *fit);

struct mlm_fit_tally mlm_fit_tally(const struct mlm_fit *fit, uint64_t cap_bytes);
