/* Writes single names, sizes and ratios. Rounding is decided here, so that all sentences round alike. */
#include "advise/advice/phrase.h"

#include <math.h>

#include "base/size.h"
#include "report/table/group.h"
#include "report/text/sold.h"

void mlm_phrase_size(FILE *out, double bytes)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_size_show(bytes, text), out);
}

void mlm_phrase_time(FILE *out, double ns)
{
    char text[MLM_SIZE_TEXT];
    fputs(mlm_duration_show(ns, text), out);
}

void mlm_phrase_cap(FILE *out, const struct mlm_sweep *sweep, uint64_t cap_bytes)
{
    const struct mlm_limits *limits = &sweep->first->first->limits;
    char text[MLM_SIZE_TEXT];
    if (cap_bytes == MLM_NO_LIMIT)
        fputs("no cap", out);
    else if (mlm_is_laptop_cap(limits) && limits->laptop_own)
        fputs("this laptop", out);
    else if (mlm_is_laptop_cap(limits))
        mlm_sold_ram(out, mlm_laptop_ram_bytes(cap_bytes));
    else
        fputs(mlm_size_spell(cap_bytes, text), out);
}

void mlm_phrase_name(FILE *out, const struct mlm_sweep *sweep, const struct mlm_sweep *beside)
{
    mlm_row_say(out, sweep->section, sweep->first, beside ? beside->first : NULL);
}

void mlm_phrase_full_name(FILE *out, const struct mlm_sweep *sweep)
{
    fprintf(out, "%s/", sweep->first->first->suite);
    mlm_phrase_name(out, sweep, NULL);
}

void mlm_phrase_outcome(FILE *out, const struct mlm_point *point)
{
    char text[MLM_OUTCOME_TEXT];
    fputs(mlm_row_outcome_text(point->row, true, text), out);
}

/* Writes a ratio as `beside` is written: with two digits, near 1 with three, and never with an exponent. */
static void put_ratio(FILE *out, double ratio, double beside)
{
    fprintf(out, "%.*f", ratio >= 9.95 ? 0 : beside < 1.95 ? 2 : 1, ratio);
}

static struct mlm_ratio inverse_of(const struct mlm_ratio *ratio)
{
    return (struct mlm_ratio){1 / ratio->ratio, 1 / ratio->high, 1 / ratio->low, ratio->p};
}

/* "6.3 × as fast (5.1 to 7.0)" */
static void put_span(FILE *out, const struct mlm_ratio *span, const char *as)
{
    put_ratio(out, span->ratio, span->ratio);
    fprintf(out, " × as %s", as);
    if (isnan(span->low))
        return;
    fputs(" (", out);
    put_ratio(out, span->low, span->ratio);
    fputs(" to ", out);
    put_ratio(out, span->high, span->ratio);
    fputc(')', out);
}

void mlm_phrase_span(FILE *out, const struct mlm_ratio *span)
{
    const struct mlm_ratio inverse = inverse_of(span);
    if (span->ratio < 1)
        put_span(out, &inverse, "slow");
    else
        put_span(out, span, "fast");
}

void mlm_phrase_comparison(FILE *out, const char *glue, const struct mlm_ratio *ratio)
{
    const struct mlm_ratio inverse = inverse_of(ratio);
    char text[MLM_RATIO_TEXT];
    switch (mlm_ratio_says(ratio)) {
    case MLM_SAYS_MORE:
        fprintf(out, "%s%s as long", glue, mlm_ratio_show(ratio, text));
        return;
    case MLM_SAYS_LESS:
        fprintf(out, "%s%s as fast", glue, mlm_ratio_show(&inverse, text));
        return;
    case MLM_SAYS_EVEN:
        fprintf(out, "%sabout as long", glue);
        return;
    case MLM_SAYS_UNSURE:
        return;
    }
}

void mlm_phrase_share(FILE *out, double part, double whole)
{
    double share = 100 * part / whole;
    if (share < 1)
        fputs("less than 1 %", out);
    else
        fprintf(out, "%.0f %%", share);
}
