/* Chooses models by cross-validation, and says how far they can be trusted. */
#include "advise/predict/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/student.h"

/* What is known of the error of a measurement before any is made: the kernel counts memory of a cage in
 * batches for each processor, and allocators round. It counts as so many measurements. */
#define EXACT_BYTES (512.0 * 1024)
#define EXACT_SHARE 0.002
#define EXACT_COUNT 1.5

#define CONFIDENCE 0.98
/* A model with less of the whole weight is not plausible. */
#define PLAUSIBLE 0.02

/* How common it is that starting the program needs more than its smallest data. */
#define START_PRIOR 0.25
/* Starting a program needs so much more or less from run to run. */
#define FLAT_SHARE 0.02

/* No interval is narrower than this share of its value, and of what it grows beyond the largest size: tables
 * that double, and allocators, grow in steps. Of 38 programs of five frameworks at 10 to 50 times the size,
 * 35 were within it where the sizes followed a model. */
#define NARROWEST 0.01
#define STEPS 0.15
/* Half the width of an interval that needs no further size. */
#define SURE 0.2
/* An interval whose end is more than this many times its begin. */
#define OPEN 3
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

/* The sum of squares that was missed, together with what is known before, for each measurement. */
static double pooled(const struct mlm_predict *predict, double squares, double count)
{
    return (EXACT_COUNT * predict->exact_bytes * predict->exact_bytes + squares) / (EXACT_COUNT + count);
}

/* The weight of a model: its prior, times its likelihood by leave-one-out cross-validation, where errors are
 * normal and their deviation is not known (pseudo-Bayesian model averaging: Yao and others, Using stacking to
 * average Bayesian predictive distributions, 2018). Of two sizes nothing can be left out. */
static double weight_of(const struct mlm_predict *predict, const struct mlm_predict_fit *fit)
{
    const double count = (double)predict->count, missed = fit->missed_rms_bytes;
    if (is_blind(predict))
        return fit->model->prior;
    const double variance =
        pooled(predict, missed * missed * count, count) / (predict->exact_bytes * predict->exact_bytes);
    return fit->model->prior * pow(variance, -(EXACT_COUNT + count) / 2);
}

static bool is_line(const struct mlm_predict_model *model)
{
    bool line = model->term_count < 2;
    for (size_t i = 0; i < MLM_PREDICT_SIZES && model->term_count; i++)
        line &= model->terms[0].of[i] <= MLM_GROWTH_LINEAR;
    return line;
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
        if (!is_blind(predict) && isnan(fit->missed_rms_bytes))
            continue;
        predict->weights[predict->fit_count++] = weight_of(predict, fit);
    }
    predict->model_count = predict->fit_count;
}

/* The squares that are missed at the smallest sizes, if starting the program is all that they need: each is
 * as far from the others as they differ. Of a single one nothing is known but what a measurement is exact to.
 */
static double start_squares(const struct mlm_predict *predict, size_t below)
{
    double mean = 0, sum = 0;
    if (below == 1)
        return predict->exact_bytes * predict->exact_bytes;
    for (size_t i = 0; i < below; i++)
        mean += predict->points[i].needs_bytes / (double)below;
    for (size_t i = 0; i < below; i++)
        sum += pow((predict->points[i].needs_bytes - mean) * (double)below / ((double)below - 1), 2);
    return sum;
}

/* Returns true if the smallest sizes need the same, as far as starting a program ever does. */
static bool is_flat(const struct mlm_predict *predict, size_t below)
{
    double low_bytes = INFINITY, high_bytes = 0;
    for (size_t i = 0; i < below; i++) {
        low_bytes = fmin(low_bytes, predict->points[i].needs_bytes);
        high_bytes = fmax(high_bytes, predict->points[i].needs_bytes);
    }
    return high_bytes - low_bytes <= 2 * predict->exact_bytes + FLAT_SHARE * low_bytes;
}

/* Returns true if starting the program needs visibly more than the line says of the smallest size. */
static bool is_above(const struct mlm_predict *predict, const struct mlm_predict_fit *fit)
{
    for (size_t i = 0; i < fit->below; i++)
        if (predict->points[i].needs_bytes < mlm_predict_fit_at(fit, &predict->points[i].size))
            return false;
    return predict->points[0].needs_bytes >
           mlm_predict_fit_at(fit, &predict->points[0].size) + predict->exact_bytes;
}

/* Fits a line to the larger sizes, where the smallest may only show what starts the program. With two sizes
 * on the line nothing can be left out there. */
static void start_make(struct mlm_predict *predict, const struct mlm_predict_model *model, size_t below)
{
    struct mlm_predict_fit *fit = &predict->fits[predict->fit_count];
    const size_t rest = predict->count - below, count = predict->count;
    if (predict->fit_count == MLM_PREDICT_MODELS ||
        !mlm_predict_fit_make(model, predict->points + below, rest, fit) || falls(fit))
        return;
    const double exact = predict->exact_bytes, missed = fit->missed_rms_bytes;
    fit->below = below;
    if (!is_flat(predict, below) || !is_above(predict, fit) || (rest > 2 && isnan(missed)))
        return;
    const double squares =
        start_squares(predict, below) + (double)rest * (rest > 2 ? missed * missed : exact * exact);
    const double variance = pooled(predict, squares, (double)count) / (exact * exact);
    predict->weights[predict->fit_count++] =
        START_PRIOR * model->prior * pow(variance, -(EXACT_COUNT + (double)count) / 2);
}

static void starts_make(struct mlm_predict *predict, size_t sizes)
{
    for (size_t below = 1; !is_blind(predict) && below + 2 <= predict->count; below++)
        for (size_t i = 0; i < mlm_predict_model_count; i++) {
            const struct mlm_predict_model *model = &mlm_predict_models[i];
            if (model->term_count == 1 && is_line(model) && (sizes > 1 || mlm_predict_model_is_single(model)))
                start_make(predict, model, below);
        }
}

/* The smallest sizes that only show the program's start are no points of the chosen model. */
static void below_split(struct mlm_predict *predict)
{
    const size_t below = predict->fits[0].below;
    memcpy(predict->below, predict->points, below * sizeof *predict->below);
    memmove(predict->points, predict->points + below, (predict->count - below) * sizeof *predict->points);
    predict->below_count = below;
    predict->count -= below;
}

/* Puts the chosen model first, and leaves out those without weight. The weights are shares of 1 then. */
static void choose(struct mlm_predict *predict)
{
    size_t best = 0, kept = 0;
    double all = 0, left = 0, unproved = 0;
    for (size_t i = 0; i < predict->fit_count; i++) {
        /* A line of two sizes may be a jump as well: it makes the interval wider, and is not chosen. */
        const bool proved = predict->count - predict->fits[i].below >= MLM_PREDICT_LEAST || is_blind(predict);
        all += predict->weights[i];
        unproved += proved ? 0 : predict->weights[i];
        if (proved && predict->weights[i] > predict->weights[best])
            best = i;
    }
    predict->starts = unproved > all / 2;
    const struct mlm_predict_fit chosen = predict->fits[best];
    const double weight = predict->weights[best];
    for (; best; best--) {
        predict->fits[best] = predict->fits[best - 1];
        predict->weights[best] = predict->weights[best - 1];
    }
    predict->fits[0] = chosen;
    predict->weights[0] = weight;
    for (size_t i = 0; i < predict->fit_count; i++) {
        /* Beside a constant, growth may be too small to be seen; that of a line is enough to believe. */
        if (i && (predict->weights[i] < PLAUSIBLE * all ||
                     (!chosen.model->term_count && !is_blind(predict) && !is_line(predict->fits[i].model))))
            continue;
        left += predict->weights[i];
        predict->weights[kept] = predict->weights[i];
        predict->fits[kept++] = predict->fits[i];
    }
    predict->fit_count = kept;
    for (size_t i = 0; i < kept; i++)
        predict->weights[i] /= left;
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
    starts_make(predict, sizes);
    if (!predict->fit_count)
        return false;
    choose(predict);
    below_split(predict);
    return true;
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
    return true;
}

double mlm_predict_share(const struct mlm_predict *predict, const struct mlm_predict_size *size,
    const struct mlm_predict_size *full)
{
    const struct mlm_predict_fit *fit = &predict->fits[0];
    const double constant_bytes = predict->fit_count ? fit->coefficients[0] : 0;
    const double full_bytes = predict->fit_count ? mlm_predict_fit_at(fit, full) - constant_bytes : 0;
    return full_bytes > 0 ? (mlm_predict_fit_at(fit, size) - constant_bytes) / full_bytes : NAN;
}

bool mlm_predict_is_constant(const struct mlm_predict *predict)
{
    return predict->fits[0].model->term_count == 0;
}

/* The deviation of one more measurement from a model, and its degrees of freedom. */
static double deviation_of(const struct mlm_predict *predict, const struct mlm_predict_fit *fit,
    const struct mlm_predict_size *size, double *ret_freedom)
{
    const double freedom = (double)fit->freedom;
    const double squares = fit->freedom ? fit->deviation_bytes * fit->deviation_bytes * freedom : 0;
    const double noise = mlm_predict_noise(mlm_predict_fit_at(fit, size), predict->most_bytes);
    const double spread = noise * noise + mlm_predict_fit_leverage(fit, size);
    *ret_freedom = EXACT_COUNT + freedom;
    if (mlm_predict_is_constant(predict) && fit != &predict->fits[0] && fit->freedom) {
        /* The growth that a constant hides is no larger than what these measurements differ by. */
        *ret_freedom = freedom;
        return sqrt(squares / freedom * spread);
    }
    return sqrt(pooled(predict, squares, freedom) * spread);
}

/* The half width of a model's own interval for one more measurement. */
static double half_of(
    const struct mlm_predict *predict, const struct mlm_predict_fit *fit, const struct mlm_predict_size *size)
{
    double freedom;
    const double deviation_bytes = deviation_of(predict, fit, size, &freedom);
    return mlm_student_quantile(CONFIDENCE, freedom) * deviation_bytes;
}

/* The probability, by all plausible models together, that a size needs less than so much. */
static double share_below(
    const struct mlm_predict *predict, const struct mlm_predict_size *size, double needs_bytes)
{
    double sum = 0;
    for (size_t i = 0; i < predict->fit_count; i++) {
        double freedom;
        const double deviation_bytes = deviation_of(predict, &predict->fits[i], size, &freedom);
        const double t = (needs_bytes - mlm_predict_fit_at(&predict->fits[i], size)) / deviation_bytes;
        const double tail = mlm_student_p(t, freedom) / 2;
        sum += predict->weights[i] * (t < 0 ? tail : 1 - tail);
    }
    return sum;
}

/* What a size needs with this probability at most: by halving, down to what a measurement is exact to. */
static double quantile(const struct mlm_predict *predict, const struct mlm_predict_size *size, double share)
{
    double low_bytes = INFINITY, high_bytes = -INFINITY;
    for (size_t i = 0; i < predict->fit_count; i++) {
        const double needs_bytes = mlm_predict_fit_at(&predict->fits[i], size);
        /* Each model's own quantile lies within this; so does that of all together. */
        const double half_bytes = half_of(predict, &predict->fits[i], size);
        low_bytes = fmin(low_bytes, needs_bytes - half_bytes);
        high_bytes = fmax(high_bytes, needs_bytes + half_bytes);
    }
    while (high_bytes - low_bytes > EXACT_BYTES / 64 + 1e-9 * fabs(high_bytes)) {
        const double middle_bytes = (low_bytes + high_bytes) / 2;
        if (share_below(predict, size, middle_bytes) < share)
            low_bytes = middle_bytes;
        else
            high_bytes = middle_bytes;
    }
    return (low_bytes + high_bytes) / 2;
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
    const struct mlm_predict_point *last = &predict->points[predict->count - 1];
    const double least = fmax(fmax(NARROWEST, missed_share(predict)) * range.needs_bytes,
        STEPS * (range.needs_bytes - last->needs_bytes));
    range.low_bytes = fmin(range.needs_bytes - least, quantile(predict, size, (1 - CONFIDENCE) / 2));
    range.high_bytes = fmax(range.needs_bytes + least, quantile(predict, size, (1 + CONFIDENCE) / 2));
    /* What a larger size needs is at least what a smaller one needed, as far as that is exact. */
    const double known_bytes = last->needs_bytes - half_of(predict, &predict->fits[0], &last->size);
    bool larger = true;
    for (size_t i = 0; i < MLM_PREDICT_SIZES; i++)
        larger &= size->of[i] >= last->size.of[i];
    if (larger && range.needs_bytes > known_bytes)
        range.low_bytes = fmax(range.low_bytes, known_bytes);
    range.low_bytes = fmax(range.low_bytes, 0);
    return range;
}

bool mlm_predict_is_sure(const struct mlm_predict_range *range)
{
    return range->high_bytes - range->low_bytes <= 2 * SURE * range->needs_bytes;
}

bool mlm_predict_is_open(const struct mlm_predict_range *range)
{
    return range->high_bytes > OPEN * range->low_bytes;
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
