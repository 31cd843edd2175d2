/* Ratios of times and needs, with their intervals. */
#include "report/table/ratio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Doubt about needs beside their spread: a part of each figure that repetitions do not show. */
#define NEEDS_DOUBT 0.01
#define NEEDS_DOUBT_SAMPLED 0.03
/* Trials may differ by about this much where only one was run. */
#define NEEDS_DOUBT_SINGLE 0.05

enum mlm_says mlm_ratio_says(const struct mlm_ratio *ratio)
{
    if (ratio->low >= 1 - MLM_EVEN && ratio->high <= 1 + MLM_EVEN)
        return MLM_SAYS_EVEN;
    return ratio->low > 1 ? MLM_SAYS_MORE : ratio->high < 1 ? MLM_SAYS_LESS : MLM_SAYS_UNSURE;
}

static const struct mlm_ratio unknown = {NAN, NAN, NAN, NAN};

/* Two pairs would leave everything open. */
#define PAIRS_LEAST 3

static bool same_round(const struct mlm_record *a, const struct mlm_record *b)
{
    return a->repetition == b->repetition && a->run_id && b->run_id && strcmp(a->run_id, b->run_id) == 0;
}

/* Returns a known time above 0, or NAN. */
static double time_of(const struct mlm_row *row, const struct mlm_record *trial, enum mlm_metric metric)
{
    const int64_t ns = trial->readings.values[metric];
    return trial->outcome == row->outcome && ns != MLM_NULL && ns > 0 ? (double)ns : NAN;
}

/* The mean of log(row / base) over the rounds in which both ended. Both have their trials in the order of the
 * rounds, so that the next partner is looked for behind the last one first. */
static struct mlm_log_mean pairs_of(
    const struct mlm_row *row, const struct mlm_row *base, enum mlm_metric metric)
{
    struct mlm_log_mean mean = {.variance = NAN};
    double squares = 0;
    size_t next = 0;
    for (size_t i = 0; i < row->trial_count; i++) {
        size_t tries = 0;
        while (tries < base->trial_count && !same_round(row->trials[i], base->trials[next])) {
            next = (next + 1) % base->trial_count;
            tries++;
        }
        if (tries == base->trial_count)
            continue;
        const double value =
            log(time_of(row, row->trials[i], metric) / time_of(base, base->trials[next], metric));
        if (isnan(value))
            continue;
        /* Welford 1962: the mean and the sum of squares, value by value. */
        const double distance = value - mean.mean;
        mean.mean += distance / (double)++mean.count;
        squares += distance * (value - mean.mean);
    }
    if (mean.count > 1)
        mean.variance = squares / (double)(mean.count - 1) / (double)mean.count;
    return mean;
}

struct mlm_ratio mlm_row_time_ratio(const struct mlm_row *row, const struct mlm_row *base, double confidence)
{
    for (int kind = 0; kind < MLM_TIME_KIND_COUNT; kind++) {
        const struct mlm_log_mean *a = &base->times[kind].log, *b = &row->times[kind].log;
        if (!a->count || !b->count)
            continue;
        const struct mlm_log_mean pairs = pairs_of(row, base, mlm_time_metric((enum mlm_time_kind)kind));
        return pairs.count >= PAIRS_LEAST ? mlm_log_ratio_paired(&pairs, confidence)
                                          : mlm_log_ratio(a, b, confidence);
    }
    return unknown;
}

static double needs_doubt(const struct mlm_row *row)
{
    if (row->needs_log.count < 2)
        return NEEDS_DOUBT_SINGLE;
    return row->marks & MLM_MARK_BIT(needs_peak_sampled) ? NEEDS_DOUBT_SAMPLED : NEEDS_DOUBT;
}

struct mlm_ratio mlm_row_needs_ratio(const struct mlm_row *row, const struct mlm_row *base, double confidence)
{
    if (!row->needs_log.count || !base->needs_log.count)
        return unknown;
    struct mlm_ratio ratio = mlm_log_ratio(&base->needs_log, &row->needs_log, confidence);
    double doubt = (1 + needs_doubt(row)) * (1 + needs_doubt(base));
    ratio.low = (isnan(ratio.low) ? ratio.ratio : ratio.low) / doubt;
    ratio.high = (isnan(ratio.high) ? ratio.ratio : ratio.high) * doubt;
    return ratio;
}

static int digits(double ratio)
{
    return ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
}

/* The lower end of an interval has as many digits as the upper one, and two where it would else be 0. */
static int low_digits(const struct mlm_ratio *ratio)
{
    return digits(ratio->low < 1 ? ratio->low : ratio->high);
}

const char *mlm_ratio_number(double ratio, char text[static MLM_RATIO_TEXT])
{
    snprintf(text, MLM_RATIO_TEXT, "%.*f", digits(ratio), ratio);
    return text;
}

const char *mlm_ratio_range(const struct mlm_ratio *ratio, char text[static MLM_RATIO_TEXT])
{
    char high[MLM_RATIO_TEXT];
    int length = snprintf(text, MLM_RATIO_TEXT, "%.*f", low_digits(ratio), ratio->low);
    if (strcmp(text, mlm_ratio_number(ratio->high, high)) != 0)
        snprintf(text + length, MLM_RATIO_TEXT - (size_t)length, " to %s", high);
    return text;
}

const char *mlm_ratio_show(const struct mlm_ratio *ratio, char text[static MLM_RATIO_TEXT])
{
    text[0] = 0;
    if (isnan(ratio->ratio))
        return text;
    if (isnan(ratio->low) || isnan(ratio->high))
        snprintf(text, MLM_RATIO_TEXT, "~%.*f ×", digits(ratio->ratio), ratio->ratio);
    else if (mlm_ratio_says(ratio) == MLM_SAYS_EVEN)
        strcpy(text, "≈ 1 ×");
    else
        snprintf(text, MLM_RATIO_TEXT, "%.*f–%.*f ×", low_digits(ratio), ratio->low, digits(ratio->high),
            ratio->high);
    return text;
}
