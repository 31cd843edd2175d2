/* Reads dates. The calendar is the Gregorian one, also before its time, as in ISO 8601. */
#include "data/plain/date.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define DAY_SECONDS 86400.0

/* Reads a whole number of `least` to `most` digits. Returns its end, or NULL. */
static const char *digits(const char *at, const char *end, int least, int most, int *ret_value)
{
    int count = 0, value = 0;
    for (; at < end && *at >= '0' && *at <= '9' && count < most; at++, count++)
        value = value * 10 + (*at - '0');
    if (count < least || (at < end && *at >= '0' && *at <= '9'))
        return NULL;
    *ret_value = value;
    return at;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Counts from March, so that a leap day is the last day of its year. */
static int days_since_1970(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (day - 1) - 719468;
}

/* Reads "Z", "+01:00" or "-0530" at the end of a time. */
static const char *zone_parse(const char *at, const char *end, double *seconds)
{
    if (at < end && *at == 'Z')
        return at + 1;
    if (at == end || (*at != '+' && *at != '-'))
        return at;
    double sign = *at == '+' ? -1 : 1;
    int hours, minutes = 0;
    if (end - at < 3)
        return at;
    const char *next = digits(at + 1, at + 3, 2, 2, &hours);
    if (next && next < end && *next == ':')
        next++;
    if (next && next < end)
        next = digits(next, end, 2, 2, &minutes);
    if (!next || hours > 14 || minutes > 59)
        return at;
    *seconds += sign * (3600.0 * hours + 60.0 * minutes);
    return next;
}

/* Reads "AM" or "PM", perhaps behind a space. */
static const char *half_parse(const char *at, const char *end, int *hours)
{
    const char *word = at + (at < end && *at == ' ');
    if (end - word < 2 || *hours < 1 || *hours > 12)
        return at;
    bool before_noon = strncasecmp(word, "AM", 2) == 0;
    if (!before_noon && strncasecmp(word, "PM", 2) != 0)
        return at;
    *hours = *hours % 12 + (before_noon ? 0 : 12);
    return word + 2;
}

/* Reads "15:45", "15:45:00", "15:45:00.123456" and what may follow. Returns its end, or NULL. */
static const char *time_parse(const char *at, const char *end, double *ret_seconds)
{
    int hours, minutes, whole = 0;
    double fraction = 0, scale = 0.1;
    at = digits(at, end, 1, 2, &hours);
    if (!at || at == end || *at != ':')
        return NULL;
    at = digits(at + 1, end, 2, 2, &minutes);
    if (at && at < end && *at == ':')
        at = digits(at + 1, end, 2, 2, &whole);
    if (!at)
        return NULL;
    if (at < end && *at == '.')
        for (at++; at < end && *at >= '0' && *at <= '9'; at++, scale /= 10)
            fraction += scale * (*at - '0');
    at = half_parse(at, end, &hours);
    if (hours > 23 || minutes > 59 || whole > 60)
        return NULL;
    *ret_seconds = 3600.0 * hours + 60.0 * minutes + whole + fraction;
    return zone_parse(at, end, ret_seconds);
}

bool mlm_date_parse(const char *at, const char *end, enum mlm_date_order order, double *ret_days)
{
    int numbers[3] = {0};
    const int year_at = order == MLM_YEAR_FIRST ? 0 : 2;
    char between = 0;
    for (int i = 0; i < 3; i++) {
        at = digits(at, end, i == year_at ? 4 : 1, i == year_at ? 4 : 2, &numbers[i]);
        if (!at)
            return false;
        if (i == 2)
            break;
        if (at == end || !strchr("-/.", *at) || !*at || (i == 1 && *at != between))
            return false;
        between = *at++;
    }
    if (between == '.' && order != MLM_DAY_FIRST)
        return false;
    int month = order == MLM_MONTH_FIRST ? numbers[0] : numbers[1];
    int day = numbers[order == MLM_YEAR_FIRST ? 2 : order == MLM_MONTH_FIRST ? 1 : 0];
    double seconds = 0;
    if (!is_day(numbers[year_at], month, day))
        return false;
    if (at < end && (*at == ' ' || *at == 'T'))
        at = time_parse(at + 1, end, &seconds);
    if (at != end)
        return false;
    *ret_days = days_since_1970(numbers[year_at], month, day) + seconds / DAY_SECONDS;
    return true;
}
