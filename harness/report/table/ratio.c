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

struct mlm_ratio mlm_row_time_ratio(const struct mlm_row *row, const struct mlm_row *base, double confidence)
{
    for (int kind = 0; kind < MLM_TIME_KIND_COUNT; kind++) {
        const struct mlm_log_mean *a = &base->times[kind].log, *b = &row->times[kind].log;
        if (a->count && b->count)
            return mlm_log_ratio(a, b, confidence);
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

const char *mlm_ratio_number(double ratio, char text[static MLM_RATIO_TEXT])
{
    snprintf(text, MLM_RATIO_TEXT, "%.*f", digits(ratio), ratio);
    return text;
}

const char *mlm_ratio_range(const struct mlm_ratio *ratio, char text[static MLM_RATIO_TEXT])
{
    char high[MLM_RATIO_TEXT];
    int length = snprintf(text, MLM_RATIO_TEXT, "%.*f", digits(ratio->high), ratio->low);
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
        snprintf(text, MLM_RATIO_TEXT, "%.*f–%.*f ×", digits(ratio->high), ratio->low, digits(ratio->high),
            ratio->high);
    return text;
}
