/* The one judge of differences. Every sentence that compares two figures asks it, so that no sentence is
 * written by chance. */
#pragma once

#include "report/table/table.h"

/* An interval within this of 1 is called equal. */
#define MLM_EVEN 0.05

#define MLM_RATIO_CONFIDENCE 0.95

enum mlm_says {
    MLM_SAYS_UNSURE, /* the figures cannot be told apart, and are not shown to be equal either */
    MLM_SAYS_EVEN,   /* the whole interval is within MLM_EVEN of 1 */
    MLM_SAYS_LESS,   /* the whole interval is below 1 */
    MLM_SAYS_MORE,
};

enum mlm_says mlm_ratio_says(const struct mlm_ratio *ratio);

/* Time of a row divided by that of another, for two rows that ended ok: own times where both have them, else
 * both wall times. Trials of one round are compared with each other, where there are three or more such
 * pairs: rows are not repeated equally often, and a phase in which the machine was slower would count for one
 * of them only. NAN where one has no time. */
struct mlm_ratio mlm_row_time_ratio(const struct mlm_row *row, const struct mlm_row *base, double confidence);

/* The same for their needs. Memory hardly varies from trial to trial, so an interval is never narrower than
 * what the kernel's way of counting and sampling leaves open. */
struct mlm_ratio mlm_row_needs_ratio(
    const struct mlm_row *row, const struct mlm_row *base, double confidence);

#define MLM_RATIO_TEXT 48

/* "1.43", "12.3", "2231": two digits after the point or fewer, and never an exponent. */
const char *mlm_ratio_number(double ratio, char text[static MLM_RATIO_TEXT]);

/* "1.38 to 1.49", or "1.43" where both ends read alike. For sentences. */
const char *mlm_ratio_range(const struct mlm_ratio *ratio, char text[static MLM_RATIO_TEXT]);

/* "≈ 1 ×", "1.38–1.49 ×", or "~1.43 ×" where there is no interval; "" where there is no ratio. */
const char *mlm_ratio_show(const struct mlm_ratio *ratio, char text[static MLM_RATIO_TEXT]);
