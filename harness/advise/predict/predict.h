/* Predicts what a job needs at its full size from what it needed at small ones. It runs nothing.
 *
 *   weight     how well a model predicts each size from all others (leave-one-out cross-validation), times
 * how common it is: a line is believed until sizes deny it. Needs do not fall where a size grows, so a model
 * with such a term has none. chosen     the model with the most weight plausible  all models with some weight
 *   range      what all plausible models say together, each by its weight
 *   below      the smallest sizes, where what starts the program needs more than its data, so that only the
 *              larger ones follow the chosen model
 *   jump       the sizes below the largest do not predict it, so nothing is said about larger ones */
#pragma once

#include "advise/predict/model.h"

/* A size that the smaller ones predicted so well needs no further one. */
#define MLM_PREDICT_NEAR 0.03
/* Fewer sizes are not enough for any model with growth. */
#define MLM_PREDICT_LEAST 3

#define MLM_PREDICT_MODELS 40 /* fits that are compared */

struct mlm_predict {
    struct mlm_predict_point points[MLM_PREDICT_POINTS]; /* ascending; the last one is the largest */
    size_t count;
    struct mlm_predict_point below[MLM_PREDICT_POINTS]; /* points that are left out as too small */
    size_t below_count;
    double most_bytes;                               /* of any point */
    double exact_bytes;                              /* no measurement is more exact */
    struct mlm_predict_fit fits[MLM_PREDICT_MODELS]; /* of the plausible models, the chosen one first */
    double weights[MLM_PREDICT_MODELS];              /* of each of them; their sum is 1 */
    size_t fit_count, model_count;                   /* model_count: models that were compared */
    bool starts; /* most likely, all sizes but two show only what starts the program */
};

struct mlm_predict_range {
    double needs_bytes, low_bytes, high_bytes;
};

/* Orders sizes: the smallest first. */
int mlm_predict_compare(const struct mlm_predict_size *a, const struct mlm_predict_size *b);

/* Learns from points with one size each, or with two. Returns false where no model is determined: fewer than
 * two points, or two sizes that only grow together. */
bool mlm_predict_learn(
    const struct mlm_predict_point *points, size_t count, size_t sizes, struct mlm_predict *ret_predict);

struct mlm_predict_range mlm_predict_at(
    const struct mlm_predict *predict, const struct mlm_predict_size *size);

/* What a size holds beside the constant of the chosen model, as a share of what the full one holds; NAN where
 * the model does not grow. */
double mlm_predict_share(const struct mlm_predict *predict, const struct mlm_predict_size *size,
    const struct mlm_predict_size *full);

bool mlm_predict_is_constant(const struct mlm_predict *predict);

/* Returns true if an interval is so narrow that a further size adds little. */
bool mlm_predict_is_sure(const struct mlm_predict_range *range);

/* Returns true if an interval is so wide that a value in it is not worth a word. */
bool mlm_predict_is_open(const struct mlm_predict_range *range);

/* Returns true if points were predicted as near as that. */
bool mlm_predict_is_near(const struct mlm_predict_range *range, double needs_bytes);

/* How the largest size was predicted by the others. Both reasons forbid to say anything of larger ones. */
struct mlm_predict_trial {
    bool known;                     /* there are others enough */
    bool jumps;                     /* the largest size was not predicted */
    bool scatters;                  /* no model predicts the sizes that are left out in turn */
    struct mlm_predict_range range; /* of the largest size, by the others */
    double missed;                  /* how far the chosen model misses sizes that are left out, as a share */
};

struct mlm_predict_trial mlm_predict_try(const struct mlm_predict *predict, size_t sizes);

/* Rounded down to two digits, as a person would type it. */
double mlm_predict_rounded(double value);

/* A further size that would make a prediction surer, and its needs. */
struct mlm_predict_advice {
    bool given; /* false: no size between the largest and the full one is of use */
    struct mlm_predict_size size;
    double needs_bytes;
    double narrower; /* the width of the interval then, as a share of what it is now */
};

/* `most_bytes`: what this machine can hold. */
struct mlm_predict_advice mlm_predict_next(
    const struct mlm_predict *predict, const struct mlm_predict_size *full, size_t sizes, double most_bytes);
