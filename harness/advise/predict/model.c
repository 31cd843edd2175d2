/* Fits models by least squares: modified Gram-Schmidt on scaled columns, which is exact enough for three. */
#include "advise/predict/model.h"

#include <math.h>
#include <string.h>

/* A column that keeps less than this of its length beside the columns before it adds nothing new. */
#define INDEPENDENT 1e-6
/* A point with so much leverage decides a coefficient alone, and cannot be left out. */
#define DECIDES 1e-9

/* The noise of a measurement is not known from one trial for each size. It is taken to be a share of the
 * needs, above what counters and allocators add to the smallest ones. Only the ratio of the two matters. */
#define NOISE_BYTES (256.0 * 1024)
#define NOISE_SHARE 0.02

#define N MLM_GROWTH_LINEAR
#define LOG MLM_GROWTH_LOGARITHMIC
#define SQUARE MLM_GROWTH_QUADRATIC

/* How common a model is. Needs are mostly those of tables, so a line is believed until sizes deny it; hardly
 * any program holds n·log n values, and one that holds n and n² at once shows it only at large sizes. */
#define STEADY 2.0 /* of two that say the same, needs that do not grow */
#define COMMON 1.0
#define FAIR 0.25
#define SELDOM 0.05
#define RARE 0.01

/* Products of two sizes that real programs have: a table of n × p, a sort or a tree of it, distances between
 * all rows (n²) or all columns (p²), and sums of those. */
const struct mlm_predict_model mlm_predict_models[] = {
    {STEADY, 0, {{{0}}}},
    {COMMON, 1, {{{N}}}},
    {RARE, 1, {{{LOG}}}},
    {FAIR, 1, {{{SQUARE}}}},
    {COMMON, 1, {{{0, N}}}},
    {RARE, 1, {{{0, LOG}}}},
    {FAIR, 1, {{{0, SQUARE}}}},
    {COMMON, 1, {{{N, N}}}},
    {RARE, 1, {{{LOG, N}}}},
    {RARE, 1, {{{N, LOG}}}},
    {RARE, 1, {{{SQUARE, N}}}},
    {RARE, 1, {{{N, SQUARE}}}},
    {SELDOM, 2, {{{N}}, {{SQUARE}}}},
    {FAIR, 2, {{{N}}, {{0, N}}}},
    {FAIR, 2, {{{N, N}}, {{N}}}},
    {FAIR, 2, {{{N, N}}, {{0, N}}}},
    {FAIR, 2, {{{N, N}}, {{SQUARE}}}},
    {FAIR, 2, {{{N, N}}, {{0, SQUARE}}}},
    {FAIR, 2, {{{N}}, {{0, SQUARE}}}},
    {FAIR, 2, {{{SQUARE}}, {{0, N}}}},
};

const size_t mlm_predict_model_count = sizeof mlm_predict_models / sizeof *mlm_predict_models;

double mlm_growth_of(enum mlm_growth growth, double n)
{
    switch (growth) {
    case MLM_GROWTH_LINEAR:
        return n;
    case MLM_GROWTH_LOGARITHMIC:
        return n * log2(n);
    case MLM_GROWTH_QUADRATIC:
        return n * n;
    case MLM_GROWTH_NONE:
        break;
    }
    return 1;
}

double mlm_predict_term_of(const struct mlm_predict_term *term, const struct mlm_predict_size *size)
{
    double product = 1;
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++)
        if (term->of[i] != MLM_GROWTH_NONE)
            product *= mlm_growth_of(term->of[i], size->of[i]);
    return product;
}

bool mlm_predict_model_is_single(const struct mlm_predict_model *model)
{
    for (size_t i = 0; i < model->term_count; i++)
        if (model->terms[i].of[1] != MLM_GROWTH_NONE)
            return false;
    return true;
}

/* The value of a column: the constant, or a term. */
static double column_of(
    const struct mlm_predict_model *model, size_t column, const struct mlm_predict_size *size)
{
    return column ? mlm_predict_term_of(&model->terms[column - 1], size) : 1;
}

double mlm_predict_noise(double needs_bytes, double most_bytes)
{
    return hypot(NOISE_BYTES, NOISE_SHARE * needs_bytes) / hypot(NOISE_BYTES, NOISE_SHARE * most_bytes);
}

static double product_of(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Makes column j orthonormal to those before it. */
static bool column_make(struct mlm_predict_fit *fit, double q[][MLM_PREDICT_POINTS], size_t j, size_t count)
{
    const double length = sqrt(product_of(q[j], q[j], count));
    for (size_t i = 0; i < j; i++) {
        const double part = product_of(q[i], q[j], count);
        fit->triangle[i][j] = part;
        for (size_t k = 0; k < count; k++)
            q[j][k] -= part * q[i][k];
    }
    const double rest = sqrt(product_of(q[j], q[j], count));
    if (!(rest > INDEPENDENT * length))
        return false;
    fit->triangle[j][j] = rest;
    for (size_t k = 0; k < count; k++)
        q[j][k] /= rest;
    return true;
}

static void coefficients_solve(struct mlm_predict_fit *fit, const double *projected)
{
    for (size_t j = fit->width; j-- > 0;) {
        double rest = projected[j];
        for (size_t k = j + 1; k < fit->width; k++)
            rest -= fit->triangle[j][k] * fit->coefficients[k] * fit->scales[k];
        fit->coefficients[j] = rest / fit->triangle[j][j] / fit->scales[j];
    }
}

bool mlm_predict_fit_make(const struct mlm_predict_model *model, const struct mlm_predict_point *points,
    size_t count, struct mlm_predict_fit *ret_fit)
{
    struct mlm_predict_fit fit = {.model = model, .width = model->term_count + 1};
    double q[MLM_PREDICT_WIDTH][MLM_PREDICT_POINTS], projected[MLM_PREDICT_WIDTH];
    double rest[MLM_PREDICT_POINTS], weights[MLM_PREDICT_POINTS], most_bytes = 0;
    if (count < fit.width || count > MLM_PREDICT_POINTS)
        return false;
    for (size_t k = 0; k < count; k++)
        most_bytes = fmax(most_bytes, points[k].needs_bytes);
    for (size_t k = 0; k < count; k++) {
        weights[k] = 1 / mlm_predict_noise(points[k].needs_bytes, most_bytes);
        rest[k] = points[k].needs_bytes * weights[k];
    }
    for (size_t j = 0; j < fit.width; j++) {
        fit.scales[j] = 0;
        for (size_t k = 0; k < count; k++) {
            q[j][k] = column_of(model, j, &points[k].size) * weights[k];
            fit.scales[j] = fmax(fit.scales[j], fabs(q[j][k]));
        }
        if (!(fit.scales[j] > 0))
            return false;
        for (size_t k = 0; k < count; k++)
            q[j][k] /= fit.scales[j];
        if (!column_make(&fit, q, j, count))
            return false;
        projected[j] = product_of(q[j], rest, count);
        for (size_t k = 0; k < count; k++)
            rest[k] -= projected[j] * q[j][k];
    }
    coefficients_solve(&fit, projected);
    fit.freedom = count - fit.width;
    fit.deviation_bytes = fit.freedom ? sqrt(product_of(rest, rest, count) / (double)fit.freedom) : NAN;
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        double left = 1; /* less its leverage */
        for (size_t j = 0; j < fit.width; j++)
            left -= q[j][k] * q[j][k];
        const double missed = left > DECIDES ? rest[k] / left : NAN;
        fit.missed_bytes[k] = missed / weights[k];
        sum += missed * missed;
    }
    fit.missed_rms_bytes = sqrt(sum / (double)count);
    *ret_fit = fit;
    return true;
}

double mlm_predict_fit_at(const struct mlm_predict_fit *fit, const struct mlm_predict_size *size)
{
    double sum = 0;
    for (size_t j = 0; j < fit->width; j++)
        sum += fit->coefficients[j] * column_of(fit->model, j, size);
    return sum;
}

double mlm_predict_fit_leverage(const struct mlm_predict_fit *fit, const struct mlm_predict_size *size)
{
    double solved[MLM_PREDICT_WIDTH], sum = 0;
    for (size_t j = 0; j < fit->width; j++) {
        solved[j] = column_of(fit->model, j, size) / fit->scales[j];
        for (size_t i = 0; i < j; i++)
            solved[j] -= fit->triangle[i][j] * solved[i];
        solved[j] /= fit->triangle[j][j];
        sum += solved[j] * solved[j];
    }
    return sum;
}
