/* Dates as tables spell them, with or without a time of day. */
#pragma once

#include <stdbool.h>

/* Which number comes first. Year, month and day are separated by '-' or '/'; by '.', the day is first. */
enum mlm_date_order { MLM_YEAR_FIRST, MLM_MONTH_FIRST, MLM_DAY_FIRST };

/* Reads a date that takes all of the text: "2024-02-29", "2/29/2024 3:45 PM", "29.02.2024",
 * "2024-02-29T15:45:00.5+01:00". Gives the days since 1970-01-01 in UTC; a time of day is a part of one. */
bool mlm_date_parse(const char *at, const char *end, enum mlm_date_order order, double *ret_days);
