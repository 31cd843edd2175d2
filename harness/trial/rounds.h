/* Decides, round by round, which rows of a plan need another trial.
 *
 *   cell     a row under one cap; its reference without a cap is a cell of its own
 *   round    one trial of each cell that still needs one, in an order shuffled by the seed
 *   margin   how far the time of a cell may be off: its 95 % interval by Student's t on the logarithms
 *
 * A cell is repeated until its margin is at most the precision, at least MLM_ROUNDS_LEAST and at most
 * MLM_ROUNDS_MOST times; a fixed number of repetitions replaces all three. Two ooms without swap are enough,
 * a timeout is not repeated, and what cannot run is tried once. A reference is run only where the cap can
 * cost something: its row needs more than MLM_NEAR_CAP of it, waited for memory, or did not end ok. A trial
 * that other work disturbed does not count, and is done again in a later round. After the first round no
 * trial begins that would exceed the budget.
 *
 * Nothing here looks at a clock, and no decision looks at how large a time is: only at how well it is known.
 */
#pragma once

#include "trial/plan.h"

struct mlm_rounds;

/* Borrows the plan. */
int mlm_rounds_make(const struct mlm_plan *plan, struct mlm_rounds **ret_rounds, struct mlm_error *error);
void mlm_rounds_free(struct mlm_rounds *rounds); /* accepts NULL */

/* Adds the result of a trial; spent_ns: how long it took with everything around it, 0: not known. */
void mlm_rounds_tell(struct mlm_rounds *rounds, const struct mlm_plan_trial *trial,
    const struct mlm_record *record, uint64_t spent_ns);

/* Returns true if the trial has to be run now; spent_ns: time since the first trial began. */
bool mlm_rounds_wants(struct mlm_rounds *rounds, const struct mlm_plan_trial *trial, uint64_t spent_ns);

/* What was reached, for a sentence at the end. */
struct mlm_rounds_summary {
    uint64_t rounds;      /* in which at least one trial ran */
    size_t trials;        /* all that were told */
    size_t disturbed;     /* of these, done again because of other work */
    size_t unsure;        /* cells whose margin is larger than the precision */
    double widest_margin; /* of these; NAN: none */
    bool budget_used_up;  /* the budget ended the repetition of a cell */
};

struct mlm_rounds_summary mlm_rounds_summary(const struct mlm_rounds *rounds);
