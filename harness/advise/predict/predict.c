/* Chooses models by cross-validation, and says how far they can be trusted. */
#include "advise/predict/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/student.h"

/* The kernel counts memory of a cage in batches for each processor, and allocators round. */
#define EXACT_BYTES (256.0 * 1024)
#define EXACT_SHARE 0.002

/* Models are chosen by the data, and so their own intervals are a little too narrow. */
#define CONFIDENCE 0.98

/* A model whose error in cross-validation is larger than that of the chosen one by this factor is not
 * plausible. With few sizes chance alone makes a wrong model look better. */
#define PLAUSIBLE_TIMES 4.0
#define PLAUSIBLE_TIMES_FOUR 5.0
#define PLAUSIBLE_TIMES_THREE 20.0

/* The smallest sizes are left out where the error is larger with them by this factor. */
#define SPOILT_TIMES 10.0

/* No interval is narrower than this share of its value. */
#define NARROWEST 0.01
/* A model that misses by more predicts nothing, whatever its interval. */
#define MISSED_MOST 0.2

static double log_of(const struct mlm_predict_size *size)
{
    double sum = 0;
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++)
        sum += log(fmax(size->of[i], 1));
    return sum;
}

int mlm_predict_compare(const struct mlm_predict_size *a, const struct mlm_predict_size *b)
{
    const double first = log_of(a), second = log_of(b);
    if (fabs(first - second) > 1e-12)
        return first < second ? -1 : 1;
    return a->of[0] < b->of[0] ? -1 : a->of[0] > b->of[0];
}

static int points_compare(const void *a, const void *b)
{
    const struct mlm_predict_point *first = a, *second = b;
    return mlm_predict_compare(&first->size, &second->size);
}

/* Returns true if the two sizes are known to grow apart: the points are on no line, nor on one of powers. */
static bool is_spread(const struct mlm_predict *predict)
{
    const struct mlm_predict_size *first = &predict->points[0].size;
    const struct mlm_predict_size *last = &predict->points[predict->count - 1].size;
    bool line = true, powers = true;
    for (size_t i = 1; i + 1 < predict->count; i++) {
        const struct mlm_predict_size *size = &predict->points[i].size;
        const double across = (size->of[0] - first->of[0]) * (last->of[1] - first->of[1]);
        const double along = (size->of[1] - first->of[1]) * (last->of[0] - first->of[0]);
        const double log_across = log(size->of[0] / first->of[0]) * log(last->of[1] / first->of[1]);
        const double log_along = log(size->of[1] / first->of[1]) * log(last->of[0] / first->of[0]);
        line &= fabs(across - along) <= 1e-9 * (fabs(across) + fabs(along));
        powers &= fabs(log_across - log_along) <= 1e-9 * (fabs(log_across) + fabs(log_along));
    }
    return !line && !powers;
}

static bool falls(const struct mlm_predict_fit *fit)
{
    for (size_t j = 1; j < fit->width; j++)
        if (fit->coefficients[j] < 0)
            return true;
    return false;
}

/* The error that decides. Below what a measurement is exact to, errors are equal. */
static double error_of(const struct mlm_predict *predict, const struct mlm_predict_fit *fit)
{
    return fmax(fit->missed_rms_bytes, predict->exact_bytes);
}

/* Two points determine a line and nothing beside it: there every model stays plausible. */
static bool is_blind(const struct mlm_predict *predict)
{
    return predict->count < MLM_PREDICT_LEAST;
}

/* Fits every model that leaves freedom. A model that falls is not one of needs. */
static void fits_make(struct mlm_predict *predict, size_t sizes)
{
    const size_t spare = is_blind(predict) ? 0 : 1;
    for (size_t i = 0; i < mlm_predict_model_count && predict->fit_count < MLM_PREDICT_MODELS; i++) {
        const struct mlm_predict_model *model = &mlm_predict_models[i];
        struct mlm_predict_fit *fit = &predict->fits[predict->fit_count];
        /* Two terms take a further point: else they follow any chance. */
        const size_t least = model->term_count + 1 + spare * (model->term_count > 1 ? 2 : 1);
        if ((sizes < 2 && !mlm_predict_model_is_single(model)) || predict->count < least)
            continue;
        if (!mlm_predict_fit_make(model, predict->points, predict->count, fit) || falls(fit))
            continue;
        predict->fit_count += is_blind(predict) || !isnan(fit->missed_rms_bytes);
    }
    predict->model_count = predict->fit_count;
}

/* Puts the chosen model first: models are in the order of their simplicity. */
static void choose(struct mlm_predict *predict)
{
    size_t best = 0;
    for (size_t i = 1; i < predict->fit_count; i++)
        if (error_of(predict, &predict->fits[i]) < error_of(predict, &predict->fits[best]))
            best = i;
    const struct mlm_predict_fit chosen = predict->fits[best];
    for (; best; best--)
        predict->fits[best] = predict->fits[best - 1];
    predict->fits[0] = chosen;
}

static bool is_linear(const struct mlm_predict_model *model)
{
    if (model->term_count > 1)
        return false;
    for (size_t i = 0; i < MLM_PREDICT_SIZES && model->term_count; i++)
        if (model->terms[0].of[i] > MLM_GROWTH_LINEAR)
            return false;
    return true;
}

/* Returns true if the model has all terms of the other, and more. */
static bool contains(const struct mlm_predict_model *model, const struct mlm_predict_model *other)
{
    for (size_t j = 0; j < other->term_count; j++) {
        bool had = false;
        for (size_t i = 0; i < model->term_count; i++)
            had |= model->terms[i].of[0] == other->terms[j].of[0] &&
                   model->terms[i].of[1] == other->terms[j].of[1];
        if (!had)
            return false;
    }
    return model->term_count > other->term_count;
}

/* A model that only adds a term to the chosen one explains nothing more than it; beside a constant, a line
 * stays plausible, because its growth may be too small to be seen. */
static bool is_plausible(const struct mlm_predict *predict, const struct mlm_predict_fit *fit)
{
    const struct mlm_predict_fit *chosen = &predict->fits[0];
    const double times = predict->count > 4   ? PLAUSIBLE_TIMES
                         : predict->count > 3 ? PLAUSIBLE_TIMES_FOUR
                                              : PLAUSIBLE_TIMES_THREE;
    if (fit == chosen || is_blind(predict))
        return true;
    if (!chosen->model->term_count && !is_linear(fit->model))
        return false;
    if (chosen->model->term_count && contains(fit->model, chosen->model))
        return false;
    return fit->missed_rms_bytes <= times * error_of(predict, chosen);
}

/* Compares the models on the points that are there. */
static bool compare_models(struct mlm_predict *predict, size_t sizes)
{
    predict->most_bytes = 0;
    for (size_t i = 0; i < predict->count; i++)
        predict->most_bytes = fmax(predict->most_bytes, predict->points[i].needs_bytes);
    if (sizes > 1 && !is_spread(predict))
        return false;
    predict->exact_bytes = fmax(EXACT_BYTES, EXACT_SHARE * predict->most_bytes);
    fits_make(predict, sizes);
    if (!predict->fit_count)
        return false;
    choose(predict);
    size_t kept = 0;
    for (size_t i = 0; i < predict->fit_count; i++)
        if (is_plausible(predict, &predict->fits[i]))
            predict->fits[kept++] = predict->fits[i];
    predict->fit_count = kept;
    return true;
}

/* Returns true if the sizes that were left out needed more than the chosen model says. */
static bool is_above(const struct mlm_predict *predict)
{
    for (size_t i = 0; i < predict->below_count; i++)
        if (predict->below[i].needs_bytes < mlm_predict_fit_at(&predict->fits[0], &predict->below[i].size))
            return false;
    return true;
}

/* The same without the smallest sizes, where these alone spoil every model. */
static void below_leave_out(struct mlm_predict *predict, size_t sizes)
{
    struct mlm_predict without = *predict;
    for (size_t out = 1; predict->count >= MLM_PREDICT_LEAST + 1 && out <= predict->count - MLM_PREDICT_LEAST;
         out++) {
        without.count = predict->count - out;
        without.below_count = out;
        without.fit_count = 0;
        memcpy(without.below, predict->points, out * sizeof *without.below);
        memcpy(without.points, predict->points + out, without.count * sizeof *without.points);
        if (!compare_models(&without, sizes) || !is_above(&without) ||
            SPOILT_TIMES * error_of(&without, &without.fits[0]) >= error_of(predict, &predict->fits[0]))
            continue;
        *predict = without;
        return;
    }
}

bool mlm_predict_learn(
    const struct mlm_predict_point *points, size_t count, size_t sizes, struct mlm_predict *ret_predict)
{
    struct mlm_predict *predict = ret_predict;
    *predict = (struct mlm_predict){.count = count};
    if (count < 2 || count > MLM_PREDICT_POINTS)
        return false;
    for (size_t i = 0; i < count; i++) {
        predict->points[i] = points[i];
        if (sizes < 2)
            predict->points[i].size.of[1] = 1;
    }
    qsort(predict->points, count, sizeof *predict->points, points_compare);
    if (!compare_models(predict, sizes))
        return false;
    below_leave_out(predict, sizes);
    return true;
}

bool mlm_predict_is_constant(const struct mlm_predict *predict)
{
    return predict->fits[0].model->term_count == 0;
}

/* The half width of a model's own interval for one more measurement. */
static double half_of(
    const struct mlm_predict *predict, const struct mlm_predict_fit *fit, const struct mlm_predict_size *size)
{
    /* Beside a constant, a line is what growth may have been too small to be seen. */
    const bool hidden = mlm_predict_is_constant(predict) && fit != &predict->fits[0];
    const double least_bytes = hidden ? 0 : predict->exact_bytes;
    const double deviation_bytes = fmax(least_bytes, fit->freedom ? fit->deviation_bytes : 0);
    const double freedom = fit->freedom ? (double)fit->freedom : 1;
    const double noise = mlm_predict_noise(mlm_predict_fit_at(fit, size), predict->most_bytes);
    return mlm_student_quantile(CONFIDENCE, freedom) * deviation_bytes *
           sqrt(noise * noise + mlm_predict_fit_leverage(fit, size));
}

/* How far off the chosen model is at the largest size without it, as a share: what is larger is not surer. */
static double missed_share(const struct mlm_predict *predict)
{
    const double missed = predict->fits[0].missed_bytes[predict->count - 1];
    return is_blind(predict) || isnan(missed)
               ? 0
               : fabs(missed) / fmax(predict->points[predict->count - 1].needs_bytes, 1);
}

struct mlm_predict_range mlm_predict_at(
    const struct mlm_predict *predict, const struct mlm_predict_size *size)
{
    struct mlm_predict_range range = {.needs_bytes = mlm_predict_fit_at(&predict->fits[0], size)};
    const double least = fmax(NARROWEST, missed_share(predict)) * range.needs_bytes;
    range.low_bytes = range.needs_bytes - least;
    range.high_bytes = range.needs_bytes + least;
    for (size_t i = 0; i < predict->fit_count; i++) {
        const double needs_bytes = mlm_predict_fit_at(&predict->fits[i], size);
        const double half = half_of(predict, &predict->fits[i], size);
        range.low_bytes = fmin(range.low_bytes, needs_bytes - half);
        range.high_bytes = fmax(range.high_bytes, needs_bytes + half);
    }
    /* What a larger size needs is at least what a smaller one needed, as far as that is exact. */
    const struct mlm_predict_point *last = &predict->points[predict->count - 1];
    const double known_bytes = last->needs_bytes - half_of(predict, &predict->fits[0], &last->size);
    bool larger = true;
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++)
        larger &= size->of[i] >= last->size.of[i];
    if (larger && range.needs_bytes > known_bytes)
        range.low_bytes = fmax(range.low_bytes, known_bytes);
    range.low_bytes = fmax(range.low_bytes, 0);
    return range;
}

bool mlm_predict_is_near(const struct mlm_predict_range *range, double needs_bytes)
{
    return fabs(range->needs_bytes - needs_bytes) <= MLM_PREDICT_NEAR * needs_bytes;
}

struct mlm_predict_trial mlm_predict_try(const struct mlm_predict *predict, size_t sizes)
{
    struct mlm_predict_trial trial = {.known = false};
    struct mlm_predict before;
    const struct mlm_predict_point *last = &predict->points[predict->count - 1];
    if (!mlm_predict_learn(predict->points, predict->count - 1, sizes, &before))
        return trial;
    trial.known = true;
    trial.range = mlm_predict_at(&before, &last->size);
    const double needs_bytes = last->needs_bytes;
    const bool within = needs_bytes >= trial.range.low_bytes && needs_bytes <= trial.range.high_bytes;
    trial.jumps = !within && !mlm_predict_is_near(&trial.range, needs_bytes);
    trial.missed = fmax(error_of(predict, &predict->fits[0]) / predict->most_bytes, missed_share(predict));
    trial.scatters = !trial.jumps && trial.missed > MISSED_MOST;
    return trial;
}

/* The width of the interval at the full size with one more point, if that is where it is expected. */
static double width_with(const struct mlm_predict *predict, const struct mlm_predict_size *more,
    const struct mlm_predict_size *full)
{
    double low_bytes = INFINITY, high_bytes = -INFINITY;
    struct mlm_predict_point points[MLM_PREDICT_POINTS + 1];
    if (predict->count == MLM_PREDICT_POINTS)
        return NAN;
    for (size_t i = 0; i < predict->count; i++)
        points[i] = predict->points[i];
    for (size_t i = 0; i < predict->fit_count; i++) {
        const struct mlm_predict_fit *fit = &predict->fits[i];
        struct mlm_predict_fit with;
        /* Further away, models differ by more than what a measurement is exact to, so that it decides. */
        if (i && fabs(mlm_predict_fit_at(fit, more) - mlm_predict_fit_at(&predict->fits[0], more)) >
                     2 * half_of(predict, &predict->fits[0], more))
            continue;
        points[predict->count] = (struct mlm_predict_point){*more, mlm_predict_fit_at(fit, more)};
        if (!mlm_predict_fit_make(fit->model, points, predict->count + 1, &with))
            return NAN;
        with.deviation_bytes = fit->freedom ? fit->deviation_bytes : 0;
        const double half = half_of(predict, &with, full);
        low_bytes = fmin(low_bytes, mlm_predict_fit_at(fit, full) - half);
        high_bytes = fmax(high_bytes, mlm_predict_fit_at(fit, full) + half);
    }
    return high_bytes - low_bytes;
}

double mlm_predict_rounded(double value)
{
    const double unit = pow(10, floor(log10(fmax(value, 1))) - 1);
    return unit < 1 ? floor(value) : floor(value / unit + 1e-9) * unit;
}

struct mlm_predict_advice mlm_predict_next(
    const struct mlm_predict *predict, const struct mlm_predict_size *full, size_t sizes, double most_bytes)
{
    static const double factors[] = {1.5, 2, 4, 8};
    struct mlm_predict_advice advice = {.given = false};
    const struct mlm_predict_range now = mlm_predict_at(predict, full);
    const struct mlm_predict_size *last = &predict->points[predict->count - 1].size;
    for (size_t f = 0; f < sizeof factors / sizeof *factors; f++) {
        struct mlm_predict_size more = *last;
        bool larger = false, full_size = true;
        for (size_t i = 0; i < sizes; i++) {
            more.of[i] = fmin(full->of[i], mlm_predict_rounded(last->of[i] * factors[f]));
            larger |= more.of[i] > last->of[i];
            full_size &= more.of[i] >= full->of[i];
        }
        const struct mlm_predict_range there = mlm_predict_at(predict, &more);
        if (!larger || full_size || there.high_bytes > most_bytes)
            continue;
        const double width = width_with(predict, &more, full);
        const double narrower = width / (now.high_bytes - now.low_bytes);
        if (isnan(narrower) || narrower >= 1)
            continue;
        advice = (struct mlm_predict_advice){true, more, there.needs_bytes, narrower};
        if (narrower <= 0.5)
            break;
    }
    return advice;
}
