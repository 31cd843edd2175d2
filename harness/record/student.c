/* The distribution function is an incomplete beta function, by its continued fraction; the quantile is found
 * by Newton's method. */
#include "record/student.h"

#include <math.h>
#include <stdbool.h>

/* Terms of the continued fraction, more than it ever needs for the values of a t distribution. */
#define TERMS_MOST 500
#define TERM_LEAST 1e-15
#define QUANTILE_STEPS 200
#define STEP_LEAST 1e-14

/* Lentz's method divides by its steps. */
static double not_0(double value)
{
    return fabs(value) < 1e-300 ? 1e-300 : value;
}

/* The continued fraction of the incomplete beta function I_x(a, b) (26.5.8), by Lentz's method. */
static double fraction(double x, double a, double b)
{
    double c = 1, d = 1 / not_0(1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m <= TERMS_MOST; m++) {
        const double terms[] = {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))};
        for (int i = 0; i < 2; i++) {
            d = 1 / not_0(1 + terms[i] * d);
            c = not_0(1 + terms[i] / c);
            value *= c * d;
        }
        if (fabs(c * d - 1) < TERM_LEAST)
            break;
    }
    return value;
}

static double incomplete_beta(double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    /* The fraction converges fast on one side only. */
    if (x < (a + 1) / (a + b + 2))
        return front * fraction(x, a, b) / a;
    return 1 - front * fraction(1 - x, b, a) / b;
}

double mlm_student_p(double t, double freedom)
{
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

static double density(double t, double freedom)
{
    const double rise = lgamma((freedom + 1) / 2) - lgamma(freedom / 2);
    return exp(rise - (freedom + 1) / 2 * log1p(t * t / freedom)) / sqrt(freedom * M_PI);
}

double mlm_student_quantile(double confidence, double freedom)
{
    /* To the right of 0 p falls and is convex, so the steps never go beyond the quantile. */
    double t = 0;
    for (int i = 0; i < QUANTILE_STEPS; i++) {
        const double step = (mlm_student_p(t, freedom) - (1 - confidence)) / (2 * density(t, freedom));
        t += step;
        if (!(step > STEP_LEAST * t))
            break;
    }
    return t;
}

struct mlm_log_mean mlm_log_mean(const struct mlm_values *sample)
{
    struct mlm_log_mean mean = {.variance = NAN, .count = sample->count};
    double squares = 0, all = (double)sample->count;
    for (size_t i = 0; i < sample->count; i++)
        mean.mean += log(sample->values[i]) / all;
    for (size_t i = 0; i < sample->count; i++)
        squares += pow(log(sample->values[i]) - mean.mean, 2);
    if (sample->count > 1)
        mean.variance = squares / (all - 1) / all;
    return mean;
}

double mlm_log_mean_margin(const struct mlm_log_mean *mean, double confidence)
{
    if (mean->count < 2)
        return NAN;
    return expm1(mlm_student_quantile(confidence, (double)(mean->count - 1)) * sqrt(mean->variance));
}

/* Degrees of freedom by Welch and Satterthwaite. A sample of one value adds none. */
static double freedom_of(const struct mlm_log_mean *a, const struct mlm_log_mean *b)
{
    if (a->count < 2 || b->count < 2)
        return (double)((a->count > b->count ? a->count : b->count) - 1);
    double parts = a->variance * a->variance / (double)(a->count - 1) +
                   b->variance * b->variance / (double)(b->count - 1);
    double sum = a->variance + b->variance;
    return parts > 0 ? sum * sum / parts : (double)(a->count + b->count - 2);
}

/* A single value varies as much as one value of the other sample. */
static double variance_of(const struct mlm_log_mean *mean, const struct mlm_log_mean *other)
{
    return mean->count > 1 ? mean->variance : other->variance * (double)other->count;
}

/* `deviation` is that of the difference. Samples without any variation have no degrees of freedom, and need
 * none. */
static struct mlm_ratio ratio_of(double difference, double deviation, double freedom, double confidence)
{
    double reach = deviation > 0 ? mlm_student_quantile(confidence, freedom) * deviation : 0;
    bool differ = difference < 0 || difference > 0;
    return (struct mlm_ratio){
        .ratio = exp(difference),
        .low = exp(difference - reach),
        .high = exp(difference + reach),
        .p = deviation > 0 ? mlm_student_p(difference / deviation, freedom)
             : differ      ? 0
                           : 1,
    };
}

static struct mlm_ratio without_interval(double difference)
{
    return (struct mlm_ratio){.ratio = exp(difference), .low = NAN, .high = NAN, .p = NAN};
}

struct mlm_ratio mlm_log_ratio(const struct mlm_log_mean *a, const struct mlm_log_mean *b, double confidence)
{
    double difference = b->mean - a->mean;
    if (a->count < 2 && b->count < 2)
        return without_interval(difference);
    double deviation = sqrt(variance_of(a, b) + variance_of(b, a));
    return ratio_of(difference, deviation, freedom_of(a, b), confidence);
}

struct mlm_ratio mlm_log_ratio_paired(const struct mlm_log_mean *log_ratio, double confidence)
{
    if (log_ratio->count < 2)
        return without_interval(log_ratio->mean);
    return ratio_of(log_ratio->mean, sqrt(log_ratio->variance), (double)(log_ratio->count - 1), confidence);
}
