/* Parses and prints sizes, counts and durations. Text is checked strictly, because a cap that is misread
 * would give wrong results without any error. */
#include "base/size.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* strtod() alone would accept "nan", "0x10", "-1" and leading spaces. */
static int number_parse(const char *text, double *ret_value, const char **ret_rest)
{
    if (!isdigit((unsigned char)text[0]) && !(text[0] == '.' && isdigit((unsigned char)text[1])))
        return -EINVAL;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return -EINVAL;
    char *rest;
    double value = strtod(text, &rest);
    if (!isfinite(value))
        return -ERANGE;
    *ret_value = value;
    *ret_rest = rest;
    return 0;
}

int mlm_size_parse(const char *text, uint64_t *ret_bytes, struct mlm_error *error)
{
    static const char units[] = "KMGT";
    double value = 0;
    const char *rest = text;
    int r = number_parse(text, &value, &rest);
    double scale = 1;
    if (r >= 0 && *rest) {
        const char *unit = strchr(units, toupper((unsigned char)*rest));
        if (unit) {
            scale = ldexp(1, 10 * (int)(unit - units + 1));
            rest++;
            if (strcasecmp(rest, "iB") == 0 || strcasecmp(rest, "B") == 0 || strcasecmp(rest, "i") == 0)
                rest += strlen(rest);
        } else if (strcasecmp(rest, "B") == 0) {
            rest++;
        }
    }
    if (r == -EINVAL || *rest)
        return mlm_error_set(error, -EINVAL, "'%s' is not a size; write one like 512M, 2G or 1.5G", text);
    value *= scale;
    if (r < 0 || value > (double)MLM_SIZE_MOST)
        return mlm_error_set(
            error, -ERANGE, "size '%s' is beyond what a machine can address; the most is 131072T", text);
    *ret_bytes = (uint64_t)value;
    return 0;
}

int mlm_amount_parse(const char *text, uint64_t *ret_amount, struct mlm_error *error)
{
    static const char units[] = "KMGT";
    double value = 0;
    const char *rest = text;
    int r = number_parse(text, &value, &rest);
    const char *unit = r == 0 && *rest ? strchr(units, toupper((unsigned char)*rest)) : NULL;
    if (unit) {
        value *= pow(1000, (double)(unit - units + 1));
        rest++;
    }
    if (r == -EINVAL || *rest || (r == 0 && value != floor(value)))
        return mlm_error_set(
            error, -EINVAL, "'%s' is not a whole number; write one like 500, 20K or 1M", text);
    if (r < 0 || value >= 0x1p63)
        return mlm_error_set(error, -ERANGE, "'%s' is more than can be counted", text);
    *ret_amount = (uint64_t)value;
    return 0;
}

int mlm_limit_parse(const char *text, uint64_t *ret_bytes, struct mlm_error *error)
{
    if (strcmp(text, "none") == 0 || strcmp(text, "max") == 0) {
        *ret_bytes = MLM_NO_LIMIT;
        return 0;
    }
    return mlm_size_parse(text, ret_bytes, error);
}

int mlm_duration_parse(const char *text, uint64_t *ret_ns, struct mlm_error *error)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"", 1e9}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"m", 60e9}, {"h", 3600e9}};
    double value = 0;
    const char *rest = text;
    if (number_parse(text, &value, &rest) >= 0)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (strcmp(rest, units[i].name) == 0) {
                value *= units[i].ns;
                if (value < 1 || value >= 0x1p63)
                    return mlm_error_set(error, -ERANGE, "duration '%s' is out of range", text);
                *ret_ns = (uint64_t)value;
                return 0;
            }
    return mlm_error_set(error, -EINVAL, "'%s' is not a duration; write one like 20s, 500ms or 2min", text);
}

const char *mlm_size_spell(uint64_t bytes, char text[static MLM_SIZE_TEXT])
{
    static const char units[] = "TGMK";
    if (bytes == MLM_NO_LIMIT)
        return strcpy(text, "none");
    for (int i = 0; i < 4; i++) {
        int shift = 40 - 10 * i;
        if (bytes && bytes % (UINT64_C(1) << shift) == 0) {
            snprintf(text, MLM_SIZE_TEXT, "%llu%c", (unsigned long long)(bytes >> shift), units[i]);
            return text;
        }
    }
    snprintf(text, MLM_SIZE_TEXT, "%llu", (unsigned long long)bytes);
    return text;
}

/* Prints three significant digits, never an exponent: 9.87, 98.7, 987. */
static void show(double value, const char *unit, char *text)
{
    double size = fabs(value);
    int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
    snprintf(text, MLM_SIZE_TEXT, "%.*f %s", decimals, value, unit);
}

const char *mlm_size_show(double bytes, char text[static MLM_SIZE_TEXT])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    if (fabs(bytes) < 1024) {
        snprintf(text, MLM_SIZE_TEXT, "%.0f B", bytes);
        return text;
    }
    size_t i = 0;
    bytes /= 1024;
    /* 999.5 KiB and more would be printed with four digits. */
    for (; fabs(bytes) >= 999.5 && i < 3; i++)
        bytes /= 1024;
    show(bytes, units[i], text);
    return text;
}

const char *mlm_duration_show(double ns, char text[static MLM_SIZE_TEXT])
{
    if (ns < 1e3)
        snprintf(text, MLM_SIZE_TEXT, "%.0f ns", ns);
    else if (ns < 999.5e3)
        show(ns / 1e3, "us", text);
    else if (ns < 999.5e6)
        show(ns / 1e6, "ms", text);
    else if (ns < 119.5e9)
        show(ns / 1e9, "s", text);
    else
        snprintf(text, MLM_SIZE_TEXT, "%.0f min %02.0f s", floor((ns + 0.5e9) / 60e9),
            fmod(floor((ns + 0.5e9) / 1e9), 60));
    return text;
}
