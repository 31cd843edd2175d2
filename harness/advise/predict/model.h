/* Models of growth: a constant, and up to two terms that grow with one size or with two. A fit is made by
 * least squares, and knows how far it misses each size when it is made without that size. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A job may have one size that grows, or two. */
#define MLM_PREDICT_SIZES 2
#define MLM_PREDICT_POINTS 64
#define MLM_PREDICT_TERMS 2
#define MLM_PREDICT_WIDTH (MLM_PREDICT_TERMS + 1) /* coefficients, the constant included */

/* In ascending order. */
enum mlm_growth { MLM_GROWTH_NONE, MLM_GROWTH_LINEAR, MLM_GROWTH_LOGARITHMIC, MLM_GROWTH_QUADRATIC };

/* The sizes of one run, each at least 1. */
struct mlm_predict_size {
    double of[MLM_PREDICT_SIZES];
};

struct mlm_predict_point {
    struct mlm_predict_size size;
    double needs_bytes;
};

/* A product: it grows in one way with the first size, and in one with the second. */
struct mlm_predict_term {
    enum mlm_growth of[MLM_PREDICT_SIZES];
};

struct mlm_predict_model {
    double prior;      /* how common it is among programs, relative to the others */
    size_t term_count; /* beside the constant */
    struct mlm_predict_term terms[MLM_PREDICT_TERMS];
};

/* All models, the simplest first. */
extern const struct mlm_predict_model mlm_predict_models[];
extern const size_t mlm_predict_model_count;

/* "n", "n·log₂ n", "n²" as a number. */
double mlm_growth_of(enum mlm_growth growth, double n);
double mlm_predict_term_of(const struct mlm_predict_term *term, const struct mlm_predict_size *size);

/* Returns true for a model of the first size alone. */
bool mlm_predict_model_is_single(const struct mlm_predict_model *model);

/* The noise of a measurement, as a multiple of that of the largest. */
double mlm_predict_noise(double needs_bytes, double most_bytes);

struct mlm_predict_fit {
    const struct mlm_predict_model *model;
    size_t below; /* smallest sizes that are no part of it */
    size_t width; /* number of coefficients */
    double coefficients[MLM_PREDICT_WIDTH], scales[MLM_PREDICT_WIDTH];
    double triangle[MLM_PREDICT_WIDTH][MLM_PREDICT_WIDTH]; /* R of the scaled columns = Q·R */
    double deviation_bytes; /* of a measurement as large as the largest; NAN without any freedom */
    size_t freedom;
    double missed_bytes[MLM_PREDICT_POINTS]; /* how far each point is above the fit that is made without it */
    double missed_rms_bytes; /* of all of them, as for the largest; NAN: some point cannot be left out */
};

/* Returns false where the points do not determine the model. */
bool mlm_predict_fit_make(const struct mlm_predict_model *model, const struct mlm_predict_point *points,
    size_t count, struct mlm_predict_fit *ret_fit);

double mlm_predict_fit_at(const struct mlm_predict_fit *fit, const struct mlm_predict_size *size);

/* The leverage of a place: the variance of the fit there, divided by that of the largest
 * measurement. */
double mlm_predict_fit_leverage(const struct mlm_predict_fit *fit, const struct mlm_predict_size *size);
