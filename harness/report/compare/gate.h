/* A gate for CI: finds the rows that became worse than allowed. */
#pragma once

#include "report/compare/compare.h"

/* With fewer repetitions on a side the interval is too coarse: then every new value must exceed every old
 * one. */
#define MLM_GATE_INTERVAL_REPETITIONS 5

struct mlm_gate {
    double above;                   /* 0.1: a figure fails when it is more than 10 % above the old one */
    bool figures[MLM_FIGURE_COUNT]; /* figures to check; outcomes are always checked */
    bool missing;                   /* a row that was ok and is absent now fails the gate too */
    const char
        *machines_differ; /* in what, and therefore times are not checked; NULL: figures are as asked */
};

struct mlm_trip {
    const struct mlm_pairing *pairing;
    const struct mlm_pair *pair;
    const struct mlm_row *missing;  /* the old row that has no partner; NULL: there is a pair */
    bool figures[MLM_FIGURE_COUNT]; /* figures that are surely larger, and whose whole interval, or every new
                                       repetition, exceeds the bound */
    bool outcome;                   /* all repetitions were ok, and now not all are */
};

struct mlm_trips {
    struct mlm_trip *items;
    size_t count;
    size_t judged;   /* figures that could be judged, of all pairs */
    size_t unjudged; /* figures that could not: one repetition on each side shows nothing */
};

/* Finds the pairs that fail the gate, in their order, and after those of each pairing the missing rows. The
 * caller frees the items. -ENOMEM. */
int mlm_gate_try(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    struct mlm_trips *ret_trips, struct mlm_error *error);

/* The trip of a pair; NULL: it does not fail. `next` walks through the trips: 0 at first, and the pairs are
 * asked for in their order. */
const struct mlm_trip *mlm_trip_of(const struct mlm_trips *trips, const struct mlm_pair *pair, size_t *next);

/* Finds in what the machines of the sides differ such that their times say nothing about the work: "processor
 * A → B". *ret_difference: NULL where they do not; the caller frees it. -ENOMEM. */
int mlm_gate_machines_differ(
    const struct mlm_comparison *comparison, char **ret_difference, struct mlm_error *error);
