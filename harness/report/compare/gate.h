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
};

struct mlm_trip {
    const struct mlm_pairing *pairing;
    const struct mlm_pair *pair;
    const struct mlm_row *missing;  /* the old row that has no partner; NULL: there is a pair */
    bool figures[MLM_FIGURE_COUNT]; /* figures whose whole interval, or every new repetition, exceeds the
                                       bound */
    bool outcome;                   /* all repetitions were ok, and now not all are */
};

struct mlm_trips {
    struct mlm_trip *items;
    size_t count;
};

/* Finds the pairs that fail the gate, in their order, and after those of each pairing the missing rows. The
 * caller frees the items. -ENOMEM. */
int mlm_gate_try(const struct mlm_gate *gate, const struct mlm_comparison *comparison,
    struct mlm_trips *ret_trips, struct mlm_error *error);
