/* Reads numbers faster than strtof() and with the same result. The common case takes the fast path; all
 * others go to strtof_l(). */
#include "data/number.h"

#include <float.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *digits_parse(const char *at, const char *end, uint64_t *mantissa)
{
    uint64_t m = *mantissa;
    for (; at < end && is_digit(*at); at++)
        m = m * 10 + (uint64_t)(*at - '0');
    *mantissa = m;
    return at;
}

/* Returns the end of the exponent, or `at` where there is none. */
static const char *exponent_parse(const char *at, const char *end, int *exponent)
{
    const char *next = at;
    if (next == end || (*next | 0x20) != 'e')
        return at;
    next++;
    bool negative = next < end && *next == '-';
    next += next < end && (*next == '-' || *next == '+');
    if (next == end || !is_digit(*next))
        return at;
    int value = 0;
    for (; next < end && is_digit(*next); next++)
        value = value < 100000 ? value * 10 + (*next - '0') : value;
    *exponent += negative ? -value : value;
    return next;
}

/* Accepts at most MLM_NUMBER_MAX bytes. */
static bool slow_parse(const char *at, const char *end, float *ret_value)
{
    char text[MLM_NUMBER_MAX + 1];
    size_t length = (size_t)(end - at);
    memcpy(text, at, length);
    text[length] = 0;
    /* glibc returns its constant C locale here and allocates nothing. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale)
        return false;
    *ret_value = strtof_l(text, NULL, c_locale);
    freelocale(c_locale);
    return true;
}

/* Clinger's fast path (1990): a whole number below 2^53, multiplied or divided by a power of ten that is
 * exact in f64, is the decimal number rounded once to f64. Rounding that to f32 is right, except where the
 * first rounding ended half way between two f32, or where the result is so small that f32 has fewer bits. */
static bool fast_parse(uint64_t mantissa, int exponent, bool negative, float *ret_value)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
        1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (mantissa > UINT64_C(1) << 53 || exponent < -22 || exponent > 22)
        return false;
    double value = (double)mantissa;
    value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x1fffffff) == 0x10000000 || (value < FLT_MIN && mantissa != 0))
        return false;
    *ret_value = (float)(negative ? -value : value);
    return true;
}

const char *mlm_number_parse(const char *at, const char *end, float *ret_value)
{
    const char *begin = at;
    bool negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');

    uint64_t mantissa = 0;
    int exponent = 0;
    const char *digits = at;
    at = digits_parse(at, end, &mantissa);
    ptrdiff_t count = at - digits;
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = digits_parse(fraction, end, &mantissa);
        count += at - fraction;
        exponent = at - fraction < MLM_NUMBER_MAX ? -(int)(at - fraction) : 0;
    }
    if (count == 0)
        return NULL;
    at = exponent_parse(at, end, &exponent);
    if (at - begin > MLM_NUMBER_MAX)
        return NULL;

    /* 19 digits always fit in 64 bits; with more the mantissa may have overflowed. */
    if (count <= 19 && fast_parse(mantissa, exponent, negative, ret_value))
        return at;
    return slow_parse(begin, at, ret_value) ? at : NULL;
}

const char *mlm_whole_parse(const char *at, const char *end, uint64_t maximum, uint64_t *ret_value)
{
    const char *begin = at;
    uint64_t value = 0;
    for (; at < end && is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (maximum - digit) / 10)
            return NULL;
        value = value * 10 + digit;
    }
    if (at == begin)
        return NULL;
    *ret_value = value;
    return at;
}

char *mlm_whole_print(char *at, uint64_t value)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count)
        *at++ = digits[--count];
    return at;
}
